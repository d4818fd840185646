"""Recall: which names of the true line stand in a prompt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from foretype.context.identifiers import identifiers

from .view import View


@dataclass(frozen=True, slots=True)
class Truth:
    """The names of the line, and those of them that stand in other files only."""

    names: frozenset[str]
    cross: frozenset[str]


def truth_of(view: View) -> Truth:
    """What a prompt is judged by."""
    moment = view.moment
    own = set(identifiers(moment.before + moment.after, moment.language_id))
    missing = moment.names - own
    return Truth(moment.names, frozenset(_elsewhere(view, missing)))


def _elsewhere(view: View, names: Iterable[str]) -> set[str]:
    wanted = set(names)
    found: set[str] = set()
    for blob in view.world.disk.values():
        if wanted <= found:
            break
        found |= wanted & names_of(view, blob)
    return found


def names_of(view: View, blob: str) -> frozenset[str]:
    """The names in a blob, remembered."""
    known = _known.setdefault(id(view.world), {})
    if blob not in known:
        known[blob] = frozenset(identifiers(view.world.files.text(blob)))
    return known[blob]


_known: dict[int, dict[str, frozenset[str]]] = {}


def recall(text: str, names: frozenset[str], language_id: str) -> float:
    """The share of the names that stand in a text."""
    return len(names.intersection(identifiers(text, language_id))) / len(names)
