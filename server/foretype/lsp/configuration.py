"""Settings from all sources of one client, and the client's answers to questions about them.

Pulls `workspace/configuration` where the client has it, takes pushed settings otherwise, and reads the files and the
environment anew when told. What counts, and what an untrusted workspace may say, is decided in settings/.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from foretype.settings.client import client_layer, client_trust
from foretype.settings.layers import Layer, Problem
from foretype.settings.load import Sources, read_sources
from foretype.settings.model import Settings
from foretype.settings.resolve import Resolved

logger = logging.getLogger(__name__)

SECTION: Final = "foretype"
_PULL_TIMEOUT: Final = 10.0
"""Seconds a client may take to answer `workspace/configuration`; then what is known already counts."""

Pull = Callable[[], Awaitable[Any]]


@dataclass
class Configuration:
    """What is known of one client's settings. `arguments` are the layers of the command line."""

    arguments: Sequence[Layer] = ()
    changed: Callable[[Resolved], None] = lambda resolved: None
    _sources: Sources | None = None
    _client: dict[str, Layer] = field(default_factory=dict)
    _trusted: bool = False
    _told: set[Problem] = field(default_factory=set)
    _announced: Settings | None = None

    def initialize(self, options: Any, folder: Path | None) -> Resolved:
        """Read the sources on this machine and what the client says at first."""
        self._trusted = client_trust(options)
        self._client["initialization"] = client_layer("initialization", options, workspace=False)
        self._sources = read_sources(folder)
        return self.resolve()

    def resolve(self) -> Resolved:
        """The settings as all sources say now."""
        sources = self._sources or read_sources(None)
        return sources.resolve([*self._client.values(), *self.arguments], client_trust=self._trusted)

    def push(self, settings: Any) -> None:
        """The client sent settings of its own accord; an empty message says nothing."""
        if settings:
            self._client["configuration"] = client_layer("configuration", settings, workspace=True)
            self._announce()

    async def pull(self, ask: Pull) -> None:
        """Ask the client; of one that does not answer, what is known already counts."""
        try:
            answer = await asyncio.wait_for(asyncio.ensure_future(ask()), _PULL_TIMEOUT)
        except asyncio.TimeoutError:
            logger.warning("The editor did not answer workspace/configuration.")
            self._announce()
            return
        except Exception as error:  # noqa: BLE001  whatever the client answers must not end the session
            logger.warning("The editor could not answer workspace/configuration: %s", type(error).__name__)
            self._announce()
            return
        answer = list(answer) if isinstance(answer, tuple) else answer  # cattrs has made a tuple of the array
        self._client["configuration"] = client_layer("configuration", answer, workspace=True)
        self._announce()

    def trust(self, trusted: bool) -> None:
        """The client says whether the user trusts this workspace."""
        if trusted != self._trusted:
            self._trusted = trusted
            self._announce()

    def read_again(self, folder: Path | None) -> None:
        """A settings file may have changed, or the folder that it is looked for in."""
        self._sources = read_sources(folder)
        self._announced = None
        self._announce()

    def tell_problems(self, resolved: Resolved) -> None:
        """Log each problem once."""
        for problem in resolved.problems:
            if problem not in self._told:
                self._told.add(problem)
                level = {"error": logging.ERROR, "warning": logging.WARNING}.get(problem.severity, logging.INFO)
                logger.log(level, "%s: %s %s", problem.origin, problem.message, problem.remedy)

    def _announce(self) -> None:
        """Tell of the settings if they are others: taking them on closes streams and connects to the model anew."""
        resolved = self.resolve()
        self.tell_problems(resolved)
        if self._announced is None or resolved.settings != self._announced:
            self._announced = resolved.settings
            self.changed(resolved)
