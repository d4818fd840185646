"""Faults of the model's server during typing: what the person sees of them, and how soon it is over.

    python -m benchmarks.typing.faults [--keys 50] [FAULT...]

For each fault a session with the real server: some keys while all is well, 50 while the fault lasts, then keys until a
suggestion that the model wrote after the fault is on the screen. Every 8 keys the person turns to another place, so
that what is known already does not hide the fault. Whatever text a faulty answer carries is marked, so that it is known
when it shows. A 429 says Retry-After, 14 s at first, and lasts as long, about 50 keys; the others end with the last of
the 50 keys.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.embedded.git import Repository
from tests.probe import Probe
from tests.stub import Received, Reply, StubServer, replies
from tests.stub.replies import SSE

from . import positions
from .editor import Desk
from .figures import source_of
from .log import Log
from .model import FAST, Model
from .page import Page
from .person import Person
from .session import Plan, backend_of, errors, popups, press, server, write_workspace

MARK: Final = "zqx_fault"
RETRY_AFTER: Final = 14.0
BEFORE, AFTER = 12, 60
"""Keys before the fault, and at most so many after it."""

TURN: Final = 8
"""Keys at one place; then the person turns to the next."""

PLACES: Final = 12

MOST_REQUESTS, MOST_KEYS = 3, 2
OWN: Final = Path(__file__).resolve().parents[2]

FAULTS: Final[dict[str, Callable[[float], Reply] | None]] = {
    "429": lambda left: replies.rate_limited(str(math.ceil(left))),
    "500": lambda _: replies.whole(500, MARK, {"Content-Type": "text/plain"}),
    "hang": lambda _: replies.hang(),
    "cut": lambda _: replies.cut(replies.completions([f"{MARK} ", "= ", MARK]), 2),
    "malformed": lambda _: Reply(
        headers=SSE, steps=[next(iter(replies.completions([MARK]).steps)), b"data: {oops\n\n"]
    ),
    "refused": None,
}
"""The reply while a fault lasts, given the seconds that are left of it; None: nobody listens."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one fault did. `recovered` is how many keys fell after it without a right suggestion on the screen, until
    the model's own showed; None if that never came and too many fell. `asked` is how many fell before the model was
    asked again, None if it never was: its true answer at a place may be nothing, as behind a wrong indentation, which
    is no fault any more."""

    requests: int
    seconds: float
    marked: int
    damages: int
    popups: int
    errors: int
    shown: float
    right: float
    recovered: int | None
    asked: int | None
    said: str


class Faulty:
    """The model, or what a fault makes of it."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._reply: Callable[[float], Reply] | None = None
        self._clock = asyncio.get_running_loop().time
        self.ends_at = math.inf

    def begin(self, reply: Callable[[float], Reply], seconds: float) -> None:
        """From now on every answer is this."""
        self._reply, self.ends_at = reply, self._clock() + seconds

    def end(self) -> None:
        """All is well again."""
        self._reply = None

    def __call__(self, request: Received) -> Reply:
        """The reply to a request."""
        if self._reply is None or request.at >= self.ends_at:
            return self._model(request)
        left = self.ends_at - request.at
        if left < math.inf:
            # What it says is true: a limit is told in whole seconds, and lasts as long as the server told.
            left = math.ceil(left)
            self.ends_at = request.at + left
        return self._reply(left)


class Trial:
    """One fault in one session."""

    def __init__(self, name: str, keys: int, pages: list[Page]) -> None:
        self._name, self._keys, self._pages = name, keys, pages
        self._log = Log()
        self._person = Person(f"faults {name}", accepts=0.0)
        self._turn = 0

    async def run(self, folder: Path) -> Outcome:
        """Type before, during and after the fault."""
        model = Model(self._pages, FAST)
        plan, clock = Plan(), asyncio.get_running_loop().time
        faulty = Faulty(model)
        async with StubServer(faulty) as stub:
            stub.model_names = (plan.model,)
            async with server(plan, stub.url, folder) as probe:
                desk = Desk(backend_of(probe, stub.url, plan), self._log)
                for _ in range(BEFORE):
                    await self._key(desk)
                begun, first = clock(), len(self._log.keys)
                await self._during(desk, stub, faulty)
                ended, last = clock(), len(self._log.keys)
                recovered = await self._after(desk, model, ended)
                requests = sum(begun <= request.at < ended for request in stub.asked)
                keys = self._log.keys[first:last]
                return Outcome(
                    requests=requests,
                    seconds=ended - begun,
                    marked=sum(MARK in question.text for question in self._log.questions),
                    damages=len(self._log.damages),
                    popups=len(popups(probe)),
                    errors=len(errors(probe)),
                    shown=sum(key.shown for key in keys) / len(keys),
                    right=sum(key.right for key in keys) / len(keys),
                    recovered=recovered,
                    asked=self._asked(model, ended),
                    said=_said(probe),
                )

    async def _during(self, desk: Desk, stub: StubServer, faulty: Faulty) -> None:
        reply = FAULTS[self._name]
        clock = asyncio.get_running_loop().time
        if reply is None:
            await stub.stop()
        else:
            faulty.begin(reply, RETRY_AFTER if self._name == "429" else math.inf)
        last, self._turn = len(self._log.keys) + self._keys, TURN
        # The limit ends when it said it would, whether the keys are then more than enough or a few less.
        while clock() < faulty.ends_at and (self._name == "429" or len(self._log.keys) < last):
            await self._key(desk)
        if reply is None:
            await stub.start(stub.port)
        faulty.end()

    async def _after(self, desk: Desk, model: Model, ended: float) -> int | None:
        """Keys without a right suggestion until the model's own shows."""
        missed, self._turn = 0, TURN
        for _ in range(AFTER):
            await self._key(desk)
            key = self._log.keys[-1]
            fresh = [writing for writing in model.writings if writing.at >= ended]
            # The newest question belongs to the key that just fell; the one before had until then to be answered.
            if any(source_of(question, fresh) for question in self._log.questions[-3:-1]):
                return missed
            missed += key.possible and not key.right
        return None if missed > MOST_KEYS else missed

    def _asked(self, model: Model, ended: float) -> int | None:
        """Keys after the fault that fell without a question to the model."""
        first = min((writing.at for writing in model.writings if writing.at >= ended), default=None)
        return None if first is None else max(0, sum(ended <= key.at <= first for key in self._log.keys) - 1)

    async def _key(self, desk: Desk) -> None:
        if desk.page is None or desk.page.done or self._turn == TURN:
            self._pages = [*self._pages[1:], self._pages[0]]
            desk.show(next(page for page in self._pages if not page.done))
            self._turn = 0
        self._turn += 1
        await press(desk, self._person)


def _said(probe: Probe) -> str:
    """The last problem that the status named."""
    found = [message["params"] for message in probe.received if message.get("method") == "foretype/status"]
    problems = [f"{status['kind']}: {status['message']}" for status in found if status["kind"] in ("Warning", "Error")]
    return problems[-1][:110] if problems else "nothing"


async def main(names: list[str], keys: int) -> bool:
    """Run the faults, two at a time, and print the table; returns whether all bars are kept."""
    repository = Repository(OWN)
    sample = positions.load(repository)
    if sample is None:
        raise SystemExit("This project's own history is needed: run it in a clone.")
    outcomes: dict[str, Outcome] = {}
    with tempfile.TemporaryDirectory() as place:
        write_workspace(repository, sample.index, Path(place))
        for pair in (names[at : at + 2] for at in range(0, len(names), 2)):
            trials = []
            for name in pair:
                start = 3 * list(FAULTS).index(name)
                runs = [sample.runs[(start + more) % len(sample.runs)] for more in range(PLACES)]
                pages = {run.path: positions.page_of(repository, run, Path(place)) for run in runs}
                trials.append(Trial(name, keys, list(pages.values())).run(Path(place)))
            outcomes |= zip(pair, await asyncio.gather(*trials), strict=True)
    print(
        f"{'fault':10} {'seconds':>7} {'requests':>8} {'wrong text':>10} {'damage':>6} {'popups':>6} {'errors':>6}"
        f" {'shown / right':>15} {'asked after':>11} {'recovered after':>15}   verdict"
    )
    kept = [_print(name, outcome) for name, outcome in outcomes.items()]
    return all(kept)


def _keys(count: int | None) -> str:
    return "never" if count is None else f"{count} keys"


def _print(name: str, one: Outcome) -> bool:
    requests = one.requests <= MOST_REQUESTS or name != "429"
    kept = requests and not (one.marked or one.damages or one.popups or one.errors)
    kept = kept and one.asked is not None and one.recovered is not None and one.recovered <= MOST_KEYS
    share = f"{100 * one.shown:.0f} / {100 * one.right:.0f}%"
    print(
        f"{name:10} {one.seconds:7.1f} {one.requests:8} {one.marked:10} {one.damages:6} {one.popups:6} {one.errors:6}"
        f" {share:>15} {_keys(one.asked):>11} {_keys(one.recovered):>15}   {'met' if kept else 'NOT MET'}"
    )
    print(f"{'':10} status: {one.said}")
    return kept


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faults", nargs="*", choices=[*FAULTS, []], metavar="FAULT", help=", ".join(FAULTS))
    parser.add_argument("--keys", type=int, default=50)
    options = parser.parse_args()
    raise SystemExit(0 if asyncio.run(main(options.faults or list(FAULTS), options.keys)) else 1)
