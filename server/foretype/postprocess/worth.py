"""Show nothing rather than next to nothing: what costs more to read than to type."""

from __future__ import annotations

from typing import Final

from foretype.postprocess.surroundings import Fitted, Surroundings

LEAST: Final = 2
"""Characters, without the blanks around. One is as quick to type as to accept."""


def is_worth_showing(fitted: Fitted, around: Surroundings) -> bool:
    """Whether the suggestion adds anything to what stands there, and more than a key's work."""
    if fitted.text == around.rest[: fitted.replaces]:
        return False
    return len(fitted.text.strip()) >= LEAST
