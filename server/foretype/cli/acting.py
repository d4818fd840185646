"""The configured model for a command that does what code actions do: connected, limited and counted as in an editor."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from foretype.errors import ConfigurationError
from foretype.scheduling.meters import Meters, state_folder
from foretype.settings.keys import KeyFinder
from foretype.settings.model import Settings

if TYPE_CHECKING:
    from foretype.features.ask import ModelAsker


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
