"""The options that environment variables set. Keys are not among them: `keys.py` reads those."""

from __future__ import annotations

from collections.abc import Mapping

from foretype.settings.layers import Layer
from foretype.settings.model import Settings
from foretype.settings.schema import walk


def environment_layers(environ: Mapping[str, str]) -> tuple[Layer, ...]:
    """One layer for each variable that is set and not empty, so that each is named as the source."""
    return tuple(
        Layer("environment", f"environment variable {found.rule.environment}", {found.key: value})
        for found in walk(Settings)
        if found.rule.environment and (value := environ.get(found.rule.environment, "").strip())
    )
