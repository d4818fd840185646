"""What is compared with: copying from the one place whose context matches longest, trusting its length."""

from __future__ import annotations

from collections.abc import Container, Sequence

from foretype.embedded import OpenFile, Query, Segment
from foretype.embedded.cursor import read_cursor
from foretype.embedded.index import collect
from foretype.embedded.open_file import Piece
from foretype.embedded.tokens import TOKEN

__all__ = ["longest_match"]


def longest_match(
    query: Query, open_file: OpenFile, segments: Sequence[Segment], hidden: Container[str]
) -> tuple[str, float]:
    """The rest of the line at the longest match in the open file or the segments, and its length in tokens."""
    cursor = read_cursor(open_file, open_file.surroundings(query.chunks, query.line), query.column)
    pieces = [placed.piece for placed in cursor.around.pieces]
    sources: list[Piece | Segment] = [*pieces, *segments]
    indexes = [*(piece.index for piece in pieces), *(segment.index for segment in segments)]

    def allowed(source: int, place: int) -> bool:
        found = sources[source]
        return not isinstance(found, Segment) or found.paths[found.file_of(place)] not in hidden

    for match in collect([index.exact for index in indexes], cursor.context, 20, allowed):
        index = indexes[match.source]
        line = index.line_of(match.place)
        text = sources[match.source].text_of(line)
        tokens = list(TOKEN.finditer(text))
        number = index.bounds[line + 1] - 1 - match.place
        rest = text[tokens[number].start() :] if number < len(tokens) else ""
        if rest.startswith(cursor.partial):
            return rest[len(cursor.partial) :], float(match.depth)
    return "", 0.0
