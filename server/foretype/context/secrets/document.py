"""The secrets of an open document, kept while it is edited: a key costs the lines that it changed, not the document.

What was found in a chunk of lines is kept with the chunk (chunks.py). The result is a document of as many lines, which
shares all chunks that hold no secret.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final, NamedTuple

from foretype.context.secrets.blocks import LONGEST, bodies
from foretype.context.secrets.chunks import LONGEST_LINE, ChunkMarks
from foretype.context.secrets.cursor import in_secret
from foretype.context.secrets.redaction import holds_settings, is_body, replaced, stand_in
from foretype.context.secrets.scan import merged, scan
from foretype.context.secrets.values import Finding, Marks, Span
from foretype.text.document import Document
from foretype.text.lines import Chunk, Lines, line_body
from foretype.text.positions import Position

_CONTEXT: Final = 2
"""Lines above the cursor that may say what its text is."""

AT_ONCE: Final = 16
"""Chunks (of at most 128 lines) that are read for one prompt, about 3 ms; what is still unread of a document that was
opened a moment ago is left out of the prompt."""

_Spans = dict[int, tuple[Span, ...]]
_Taken = tuple[int, tuple[Span, ...], bool]
"""A line of a chunk, its secrets, and whether the line above says already that a key's body stands here."""

_Cleaned = tuple[Chunk, list[_Taken], Chunk, int]
"""A chunk, what was taken out of it, what is left, and by how much that is longer."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A document as a model may see it, and the cursor in it. `found` is in the places of the real one.

    `inside`: the cursor stands in a secret, so that no model is to continue it.
    """

    document: Document
    position: Position
    found: tuple[Finding, ...] = ()
    inside: bool = False


class Reach(NamedTuple):
    """Lines that may be shown: so many at a document's top, and on either side of the cursor. What is farther away is
    read only if it costs nothing more (it was within reach before), else it is shown as blank lines."""

    top: int
    around: int


@dataclass(frozen=True, slots=True)
class _Read:
    """What was known of a document when so many chunks had been read."""

    lines: Lines
    era: int
    spans: _Spans
    shown: Lines


class DocumentScan:
    """What is known of one document. Not for two threads at a time. Without a `reach` all of it may be shown."""

    def __init__(self, reach: Reach | None = None) -> None:
        self._reach = reach
        self._marks = ChunkMarks()
        self._lines, self._line = Lines(), 0
        self.count = 0
        """How many secrets were taken out when it was shown last."""
        self._last: _Read | None = None
        self._cleaned: dict[int, _Cleaned] = {}
        self._placed: dict[int, tuple[Marks, int, _Spans]] = {}

    def prepare(self, document: Document) -> Iterator[None]:
        """Look at a document in steps of a chunk, so that the first key need not do it."""
        self._begin(document)
        self._lines = document.lines
        self._marks.follow(document.lines.chunks)
        while (number := next(self._unread(), None)) is not None:  # of the document as it is by then
            self._marks.read(number)
            yield

    def shown(self, document: Document, position: Position) -> Shown:
        """The document without its secrets."""
        shown = self._shown(document, position)
        self.count = len(shown.found)
        return shown

    def _shown(self, document: Document, position: Position) -> Shown:
        self._begin(document)
        line = document.lines[position.line]
        read = self._read(document.lines, position.line)
        spans = read.spans
        if read.shown is not document.lines:
            document = replace(document, lines=read.shown)
        here = spans.get(position.line, ())
        if len(line) > LONGEST_LINE or any(not span.kind for span in here):
            return self._near(document, position, spans)
        inside = self._inside(document, position, here)
        if not spans:
            return Shown(document, position, (), inside)
        lines, column = self._without(document.lines, spans, position)
        return Shown(replace(document, lines=lines), Position(position.line, column), _findings(spans), inside)

    def _near(self, document: Document, position: Position, spans: _Spans) -> Shown:
        """A document whose cursor is in a very long line: of that line only what is near is read, and shown."""
        line, half = document.lines[position.line], LONGEST_LINE // 2
        size = len(line_body(line))
        start = _joint(line, max(0, position.column - half), 1)
        stop = _joint(line, min(size, position.column + half), -1)
        if not start <= position.column <= stop:
            start = stop = position.column
        near = document.lines.replace((position.line, stop), (position.line, size), "")
        near = near.replace((position.line, 0), (position.line, start), "")
        here = scan([near[position.line]], settings=self._marks.settings).spans.get(0, ())
        spans = {**spans, position.line: here} if here else {n: s for n, s in spans.items() if n != position.line}
        place = Position(position.line, position.column - start)
        lines, column = self._without(near, spans, place)
        moved = tuple(Span(span.start + start, span.end + start, span.kind) for span in here)
        inside = self._inside(replace(document, lines=near), place, here)
        found = _findings({**spans, position.line: moved})
        return Shown(replace(document, lines=lines), Position(position.line, column), found, inside)

    def _without(self, lines: Lines, spans: _Spans, position: Position) -> tuple[Lines, int]:
        """The lines without the secrets, and the column of the cursor then."""
        by_chunk: dict[int, list[_Taken]] = {}
        column, first, last, of_chunk = position.column, 0, 0, list[_Taken]()
        for number, found in spans.items():
            below = number - 1 in spans and is_body(spans[number - 1])
            if not first <= number < last:  # a document that a machine wrote may have thousands in a row
                chunk = lines.chunk_at(number)
                first, of_chunk = lines.chunk_start(chunk), by_chunk.setdefault(chunk, [])
                last = first + len(lines.chunks[chunk])
            of_chunk.append((number - first, found, below))
            if number == position.line:
                column = _moved(column, found, below=below)
        cleaned: dict[int, _Cleaned] = {}
        changed: dict[int, _Cleaned] = {}
        for number, taken in by_chunk.items():
            rows = lines.chunks[number]
            known = self._cleaned.get(id(rows))
            if known is None or known[0] is not rows or known[1] != taken:
                without = _cleaned(rows, taken)
                known = rows, taken, without, sum(map(len, without)) - sum(map(len, rows))
            changed[number] = cleaned[id(rows)] = known
        self._cleaned = cleaned
        growth = sum(each[3] for each in changed.values())
        return lines.with_chunks({number: each[2] for number, each in changed.items()}, growth), column

    def _inside(self, document: Document, position: Position, here: Sequence[Span]) -> bool:
        above = document.lines[max(0, position.line - _CONTEXT) : position.line]
        before = document.lines[position.line][: position.column]
        return in_secret(above, before, here, settings=self._marks.settings)

    def _begin(self, document: Document) -> None:
        settings = holds_settings(document.uri, document.language_id)
        if settings != self._marks.settings:
            self._marks, self._last = ChunkMarks(settings=settings), None

    def _read(self, lines: Lines, line: int) -> _Read:
        """Take in the chunks that are new, those near the line first."""
        self._lines, self._line = lines, line
        marks, here = self._marks, lines.chunk_at(line)
        marks.follow(lines.chunks)
        for number in sorted(self._unread(), key=lambda number: abs(number - here))[:AT_ONCE]:
            marks.read(number)
        last = self._last
        if last is None or last.lines is not lines or last.era != marks.era:
            whole = next(marks.unread(), None) is None
            shown = lines if whole else lines.with_all(marks.visible, marks.hidden)
            last = self._last = _Read(lines, marks.era, self._spans(lines), shown)
        return last

    def _unread(self) -> Iterator[int]:
        """The numbers of the chunks that may be shown from here and are not read yet."""
        if self._reach is None:
            return self._marks.unread()
        top, around = (lines + LONGEST for lines in self._reach)  # by a mark so far away a key's body is known
        last = len(self._lines) - 1
        first = self._lines.chunk_at(max(0, self._line - around))
        stop = self._lines.chunk_at(min(last, self._line + around)) + 1
        above = min(first, self._lines.chunk_at(min(last, top)) + 1)
        return chain(self._marks.unread(0, above), self._marks.unread(first, stop))

    def _spans(self, lines: Lines) -> _Spans:
        """The secrets of every line that has some."""
        spans: _Spans = {}
        placed: dict[int, tuple[Marks, int, _Spans]] = {}
        openers: list[int] = []
        closers: list[int] = []
        runs: list[int] = []
        for number, chunk, marks in self._marks.marked():
            at = lines.chunk_start(number)
            known = self._placed.get(id(chunk))
            if known is None or known[0] is not marks or known[1] != at:
                known = marks, at, {at + line: found for line, found in marks.spans.items()}
            placed[id(chunk)] = known
            spans.update(known[2])
            for mine, theirs in ((openers, marks.openers), (closers, marks.closers), (runs, marks.runs)):
                mine += [at + line for line in theirs]
        self._placed = placed
        blocks = Marks({}, tuple(openers), tuple(closers), tuple(runs))
        if blocks.has_blocks:
            for number, span in bodies(blocks, len(lines), lines.__getitem__).items():
                spans[number] = merged((*spans.get(number, ()), span))
        return spans


def _findings(spans: Mapping[int, Sequence[Span]]) -> tuple[Finding, ...]:
    return tuple(Finding(s.kind, number, s.start) for number in sorted(spans) for s in spans[number] if s.kind)


def _joint(line: str, at: int, step: int) -> int:
    """The nearest place from `at` on where no word is cut: half a secret would not be known for one."""
    if at in (0, len(line_body(line))):
        return at
    while 0 < at < len(line) and not (line[at - 1].isspace() or line[at - 1] in "\"'`,;(){}<>"):
        at += step
    return at


def _cleaned(chunk: Chunk, taken: Iterable[_Taken]) -> Chunk:
    """The lines of a chunk without their secrets."""
    lines = list(chunk)
    for at, spans, below in taken:
        lines[at], _ = replaced(lines[at], spans, below=below)
    return tuple(lines)


def _moved(column: int, spans: Sequence[Span], *, below: bool) -> int:
    moved = column
    for span in spans:
        size = len(stand_in(span, below=below))
        if column >= span.end:
            moved += size - (span.end - span.start)
        elif column > span.start:
            moved += size - (column - span.start)
    return moved
