"""What of an index counts, as text, for the tests: {path: [lines]} of everything that is not hidden."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from foretype.embedded import Segment


def visible(segments: Iterable[Segment], hidden: Iterable[Container[str]]) -> dict[str, list[str]]:
    """The lines with anything on them, top to bottom. Fails if a path counts in two segments."""
    found: dict[str, list[str]] = {}
    for segment, out_of_it in zip(segments, hidden, strict=True):
        here: dict[str, list[str]] = {}
        bounds = segment.index.bounds
        for line in range(len(bounds) - 1):
            path = segment.paths[segment.file_of(bounds[line])]
            text = segment.text_of(line)
            if path not in out_of_it and text:
                here.setdefault(path, []).append(text)
        assert not here.keys() & found.keys(), "a text votes twice"
        found |= here
    return {path: sorted(lines) for path, lines in found.items()}
