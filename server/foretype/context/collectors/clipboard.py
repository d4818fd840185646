"""What the user has copied, where the client offers it and it has to do with what stands around the cursor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from foretype.context.identifiers import names_in
from foretype.context.scene import Scene
from foretype.context.snippet import Snippet

_LINES: Final = 30


def clipboard(scene: Scene) -> Iterator[Snippet]:
    """Nothing where no name of it stands near the cursor: people copy addresses, passwords and letters too."""
    names = names_in(scene.clipboard)
    known = names & scene.near.keys()
    if known:
        text = "\n".join(scene.clipboard.splitlines()[:_LINES]) + "\n"
        yield Snippet("", text, "clipboard", weight=len(known) / len(names))
