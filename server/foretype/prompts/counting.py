"""Chooses who counts the tokens of a model: its own tokenizer where it can be had, the nearest shipped encoding else.

Asks no network by itself; files and encodings are loaded in threads.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from foretype.errors import ConfigurationError
from foretype.models.connection import Connection
from foretype.models.families import Family
from foretype.models.probing import Probe
from foretype.prompts.calibration import Calibration, prior_for
from foretype.prompts.served_tokens import SERVERS, ServedCounter
from foretype.prompts.tokenizer_file import load_file
from foretype.prompts.tokens import Counter, TokenCounter, encoding_for, is_own_encoding


@dataclass(frozen=True, slots=True)
class Counting:
    """Who counts for one endpoint, and how the model's own tokens compare. `problem` is what the user should know."""

    counter: Counter
    calibration: Calibration = field(default_factory=Calibration)
    problem: ConfigurationError | None = None

    @property
    def words(self) -> str:
        """What `foretype check` says, in a clause that follows "Tokens are counted by"."""
        label, calibration = self.counter.label, self.calibration
        if calibration.fixed:
            return f"{label}, exactly"
        if isinstance(self.counter, ServedCounter) and not calibration.learned:
            return label
        source = "as its server reports" if calibration.learned else "until its server reports"
        return f"{label}, times {calibration.ratio:.2f} {source}"

    async def learn(self, ours: int, theirs: int | None) -> None:
        """Take in what the server reported for a prompt, and ask it what had to be estimated."""
        if theirs is not None:
            self.calibration.learn(ours, theirs)
        if isinstance(self.counter, ServedCounter):
            await self.counter.learn()


async def counting_for(connection: Connection, seen: Probe, family: Family | None, tokenizer: str = "") -> Counting:
    """The best counter that there is for this endpoint; `tokenizer` is the path that the user set."""
    model, problem = connection.endpoint.model, None
    if tokenizer:
        try:
            return Counting(await load_file(tokenizer), Calibration(fixed=True))
        except ConfigurationError as error:
            problem = error
    shipped = TokenCounter(encoding_for(model))
    await shipped.load()
    if is_own_encoding(model):
        return Counting(shipped, Calibration(fixed=True), problem)
    prior = prior_for(model)
    if seen.software in SERVERS:
        served = ServedCounter(connection, shipped, family.tokens if family is not None else (), prior)
        return Counting(served, Calibration(), problem)
    return Counting(shipped, Calibration(prior), problem)
