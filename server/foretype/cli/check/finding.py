"""One thing that was looked at, and how it stands. Plain values, printed and exported by the command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

State = Literal["ok", "note", "warning", "failure"]

_MOST_NAMED: Final = 6


@dataclass(frozen=True, slots=True)
class Finding:
    """`text` is one sentence, `remedy` one imperative sentence or "". No field ever holds a key.

    "note" is worth knowing and needs nothing done, a "warning" may explain what the user wonders about, a "failure"
    is wrong. `details` are further lines, `data` is the same for programs.
    """

    topic: str
    state: State
    text: str
    remedy: str = ""
    details: tuple[str, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)


def named(models: Sequence[str]) -> str:
    """The first of a server's models, as a list for a sentence."""
    return ", ".join(models[:_MOST_NAMED]) + (", ..." if len(models) > _MOST_NAMED else "")
