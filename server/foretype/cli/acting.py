"""The configured model for a command that does what code actions do: connected, limited and counted as in an editor."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from foretype.cli.config import printable
from foretype.errors import ConfigurationError
from foretype.scheduling.meters import Meters, state_folder
from foretype.settings.keys import KeyFinder
from foretype.settings.model import Settings

if TYPE_CHECKING:
    from foretype.features.actions.run import Report, Step
    from foretype.features.ask import ModelAsker

_SHOWN_AFTER: Final = 1.0
"""Seconds until a terminal says what is waited for, and from one time to the next."""

_LONGEST_NAME: Final = 30


@asynccontextmanager
async def configured_model(settings: Settings, folder: Path) -> AsyncIterator[ModelAsker]:
    """The model that the settings name, for files of this folder. ConfigurationError where they name none."""
    if not settings.model.base_url or settings.model.mode == "local":
        raise ConfigurationError(
            "No model is configured, and this needs one.", "Set `model.base_url` and `model.name`; see docs/models.md."
        )
    # Importing the SDK takes a second: only where a model is configured.
    from foretype.features.ask import connect

    keys, meters = KeyFinder(), Meters(state_folder())
    asker = None
    try:
        key = await keys.find_key(settings)
        asker = await connect(settings, key.value if key else None, [folder], meters)
        yield asker
    finally:
        await keys.close()
        if asker is not None:
            await asker.close()
        await meters.close()


@asynccontextmanager
async def waiting_shown(model: str) -> AsyncIterator[Report]:
    """On a terminal, one line on standard error says what is waited for, for how long, and how to end it.

    It goes with the work. What is given is told how far the work is.
    """
    name = printable(model or "the model")[:_LONGEST_NAME]
    said = f"waiting for {name}"

    def report(step: Step, _text: str, tokens: int) -> None:
        nonlocal said
        said = f"{name} writes: {tokens} tokens" if step == "answering" else said

    async def show() -> None:
        began = time.monotonic()
        while True:
            await asyncio.sleep(_SHOWN_AFTER)
            seconds = time.monotonic() - began
            print(f"\r\x1b[K{said}; {seconds:.0f} s (Ctrl-C ends it)", end="", file=sys.stderr, flush=True)

    if not sys.stderr.isatty():
        yield report
        return
    showing = asyncio.ensure_future(show())
    try:
        yield report
    finally:
        showing.cancel()
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
