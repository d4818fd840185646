"""The heads of what the names around the cursor mean: signatures, and of a type those of its members."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from foretype.context.scene import Scene
from foretype.context.snippet import Snippet
from foretype.repository.search.values import Symbol

_NAMES: Final = 60
_SYMBOLS: Final = 120
_MEMBERS: Final = 40
_TYPES: Final = frozenset({"class", "interface", "type"})
_MOST_NAMESAKES: Final = 3
"""A name that is defined more often says too little about which one is meant."""


def definitions(scene: Scene) -> Iterator[Snippet]:
    """The nearer the name and the fewer its namesakes, the more a definition weighs."""
    names = [name for name in scene.near if name not in scene.defined][:_NAMES]
    found = [one for one in scene.index.definitions(names, _SYMBOLS) if one.path != scene.path]
    namesakes = Counter(one.name for one in found)
    for one in found:
        if namesakes[one.name] > _MOST_NAMESAKES:
            continue
        weight = scene.near.get(one.name, 0.0) / namesakes[one.name]
        members = _members(scene, one) if one.kind in _TYPES else []
        text = "\n".join([one.signature.rstrip("\n"), *members]) + "\n"
        # The head is not all of the lines, so the place is only where it begins.
        yield Snippet(one.path, text, "definition", one.start, one.start, weight)


def _members(scene: Scene, one: Symbol) -> list[str]:
    inside = f"{one.container}.{one.name}" if one.container else one.name
    of_file = scene.index.symbols(one.path)
    heads = [member.signature.split("\n")[0] for member in of_file if member.container == inside]
    return [f"    {head}" for head in heads[:_MEMBERS]]
