"""The secrets of an open document, kept while it is edited: a key costs the lines that it changed, not the document.

What was found in a chunk of lines is kept with the chunk (text/lines.py keeps the identity of those that an edit does
not touch). The result is a document of as many lines, which shares all chunks that hold no secret.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

from foretype.context.secrets.blocks import bodies
from foretype.context.secrets.cursor import in_secret
from foretype.context.secrets.redaction import holds_settings, is_body, replaced, stand_in
from foretype.context.secrets.scan import merged, scan
from foretype.context.secrets.values import NOTHING, Finding, Marks, Span
from foretype.text.document import Document
from foretype.text.lines import Chunk, Lines, line_body
from foretype.text.positions import Position

_CONTEXT: Final = 2
"""Lines before another one that may say what its text is: a name, and the line that opens a bracket."""

AT_ONCE: Final = 16
"""Chunks (of at most 128 lines) that are read for one prompt, about 3 ms; what is still unread of a document that was
opened a moment ago is left out of the prompt."""

LONGEST_LINE: Final = 4_000
"""Characters. No prompt shows a line as long as that, so what is farther from the cursor is left out unread."""


_Spans = dict[int, tuple[Span, ...]]
_Taken = tuple[int, tuple[Span, ...], bool]
"""A line of a chunk, its secrets, and whether the line above says already that a key's body stands here."""


_ORDINARY: Final = 40_000
_LONG_LINE: Final = 400
"""In a chunk of more than `_ORDINARY` characters (128 lines of 300) lines beyond this are left out too: it is data, and
reading it would hold up the event loop."""

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


@dataclass(frozen=True, slots=True)
class _Known:
    chunk: Chunk
    lead: Chunk
    marks: Marks


class DocumentScan:
    """What is known of one document. Not for two threads at a time."""

    def __init__(self) -> None:
        self._known: dict[int, _Known] = {}
        self._settings = False
        self.count = 0
        """How many secrets were taken out when it was shown last."""
        self._last: tuple[Lines, _Spans] | None = None
        self._cleaned: dict[int, _Cleaned] = {}
        self._chunks: tuple[Chunk, ...] = ()
        self._placed: dict[int, tuple[Marks, int, _Spans]] = {}

    def prepare(self, document: Document) -> Iterator[None]:
        """Look at a document in steps of a chunk, so that the first key need not do it."""
        self._begin(document)
        chunks = document.lines.chunks
        for number, chunk in enumerate(chunks):
            if id(chunk) not in self._known:
                self._look(chunk, _lead(chunks, number), ())
                yield

    def shown(self, document: Document, position: Position) -> Shown:
        """The document without its secrets."""
        shown = self._shown(document, position)
        self.count = len(shown.found)
        return shown

    def _shown(self, document: Document, position: Position) -> Shown:
        self._begin(document)
        line = document.lines[position.line]
        spans, unread = self._spans(document.lines, position.line)
        if unread:
            document = replace(document, lines=_blanked(document.lines, unread))
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
        here = scan([near[position.line]], settings=self._settings).spans.get(0, ())
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
        for number, taken in by_chunk.items():
            rows = lines.chunks[number]
            known = self._cleaned.get(id(rows))
            if known is None or known[0] is not rows or known[1] != taken:
                without = _cleaned(rows, taken)
                known = rows, taken, without, sum(map(len, without)) - sum(map(len, rows))
            cleaned[id(rows)] = known
        self._cleaned = cleaned
        changed = {number: cleaned[id(lines.chunks[number])] for number in by_chunk}
        growth = sum(each[3] for each in changed.values())
        return lines.with_chunks({number: each[2] for number, each in changed.items()}, growth), column

    def _inside(self, document: Document, position: Position, here: Sequence[Span]) -> bool:
        above = document.lines[max(0, position.line - _CONTEXT) : position.line]
        before = document.lines[position.line][: position.column]
        return in_secret(above, before, here, settings=self._settings)

    def _begin(self, document: Document) -> None:
        settings = holds_settings(document.uri, document.language_id)
        if settings != self._settings:
            self._known, self._last, self._chunks, self._settings = {}, None, (), settings

    def _spans(self, lines: Lines, line: int) -> tuple[_Spans, set[int]]:
        """The secrets of every line that has some, and the numbers of the chunks that are not read yet."""
        if self._last is not None and self._last[0] is lines:
            return self._last[1], set()
        unread = self._read(lines, line)
        spans: _Spans = {}
        placed: dict[int, tuple[Marks, int, _Spans]] = {}
        openers: list[int] = []
        closers: list[int] = []
        runs: list[int] = []
        for number, chunk in enumerate(lines.chunks):
            entry = self._known.get(id(chunk))
            if entry is None or entry.marks is NOTHING:
                continue
            at, marks = lines.chunk_start(number), entry.marks
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
        if not unread:
            self._last = lines, spans
        return spans, unread

    def _read(self, lines: Lines, line: int) -> set[int]:
        """Take in the chunks that are new, those near the line first; returns the numbers of those still unread."""
        new = self._new(lines.chunks)
        self._chunks = lines.chunks
        if not new:
            return set()
        current = set(map(id, lines.chunks))
        gone = [entry for key, entry in self._known.items() if key not in current]
        self._known = {key: entry for key, entry in self._known.items() if key in current}
        here = lines.chunk_at(line)
        new.sort(key=lambda number: abs(number - here))
        for number in new[:AT_ONCE]:
            chunk = lines.chunks[number]
            same = self._known.get(id(chunk))
            self._look(chunk, _lead(lines.chunks, number), gone if same is None else [same])
        for number in new[AT_ONCE:]:
            self._known.pop(id(lines.chunks[number]), None)
        if new[AT_ONCE:]:
            self._chunks = ()
        return set(new[AT_ONCE:])

    def _new(self, chunks: tuple[Chunk, ...]) -> list[int]:
        """The numbers of the chunks that are not known, or not below these lines."""
        before = self._chunks
        if len(before) == len(
            chunks
        ):  # a key: one chunk is another, and the first lines of the next may be named in it
            changed = [number for number, (old, new) in enumerate(zip(before, chunks, strict=True)) if old is not new]
            suspects = sorted({*changed, *(number + 1 for number in changed if number + 1 < len(chunks))})
        else:
            suspects = list(range(len(chunks)))
        known = self._known
        return [n for n in suspects if (e := known.get(id(chunks[n]))) is None or e.lead != _lead(chunks, n)]

    def _scan(self, lines: list[str]) -> Marks:
        """The marks of lines; one that is too long to be shown is one span of no kind."""
        most = LONGEST_LINE if sum(map(len, lines)) <= _ORDINARY else _LONG_LINE
        long = [number for number, line in enumerate(lines) if len(line) > most]
        if not long:
            return scan(lines, settings=self._settings)
        left_out = {number: (Span(0, len(line_body(lines[number])), ""),) for number in long}
        for number in long:
            lines[number] = lines[number][len(line_body(lines[number])) :]
        marks = scan(lines, settings=self._settings)
        return replace(marks, spans={**marks.spans, **left_out})

    def _look(self, chunk: Chunk, lead: Chunk, stale: Sequence[_Known]) -> _Known:
        """What a chunk holds, read anew only where it differs from a chunk that it has replaced."""
        entry = None
        for old in stale:
            if (entry := self._changed(old, chunk, lead)) is not None:
                break
        if entry is None:
            marks = self._scan([*lead, *chunk])
            entry = _Known(chunk, lead, _part(marks, len(lead), len(lead), len(lead) + len(chunk), 0))
        self._known[id(chunk)] = entry
        return entry

    def _changed(self, old: _Known, chunk: Chunk, lead: Chunk) -> _Known | None:
        """The entry of a chunk that is an edit of another one; None where they have too little in common."""
        most = min(len(old.chunk), len(chunk))
        same = 0
        while old.lead == lead and same < most and old.chunk[same] is chunk[same]:
            same += 1
        tail = 0
        while tail < most - same and old.chunk[-1 - tail] is chunk[-1 - tail]:
            tail += 1
        if same + tail < most // 2:
            return None
        stop = min(len(chunk), len(chunk) - tail + _CONTEXT)  # what stands below may be named in what changed
        first = max(0, same - _CONTEXT)
        context = [*lead, *chunk[:same]][-_CONTEXT:] if same < _CONTEXT else list(chunk[first:same])
        marks = self._scan([*context, *chunk[same:stop]])
        fresh = _part(marks, len(context), len(context), len(context) + stop - same, same)
        moved = len(chunk) - len(old.chunk)
        kept = _part(old.marks, 0, 0, same, 0), _part(old.marks, 0, stop - moved, len(old.chunk), moved)
        return _Known(chunk, lead, _joined(kept[0], fresh, kept[1]))


def _findings(spans: Mapping[int, Sequence[Span]]) -> tuple[Finding, ...]:
    return tuple(Finding(s.kind, number, s.start) for number in sorted(spans) for s in spans[number] if s.kind)


def _lead(chunks: Sequence[Chunk], number: int) -> Chunk:
    """The last lines before a chunk."""
    return chunks[number - 1][-_CONTEXT:] if number else ()


def _blanked(lines: Lines, unread: Iterable[int]) -> Lines:
    """The lines, those of the chunks that nobody has read left blank."""
    blank = {number: ("\n",) * len(lines.chunks[number]) for number in unread}
    last = len(lines.chunks) - 1
    if last in blank:
        blank[last] = (*blank[last][1:], "")
    growth = sum(map(len, chain.from_iterable(blank.values())))
    growth -= sum(len(line) for number in blank for line in lines.chunks[number])
    return lines.with_chunks(blank, growth)


def _part(marks: Marks, origin: int, start: int, stop: int, moved: int) -> Marks:
    """What concerns the lines from `start` to `stop`, counted from `origin` and moved by so many lines."""
    if marks is NOTHING:
        return NOTHING
    spans = {line - origin + moved: found for line, found in marks.spans.items() if start <= line < stop}
    openers = tuple(line - origin + moved for line in marks.openers if start <= line < stop)
    closers = tuple(line - origin + moved for line in marks.closers if start <= line < stop)
    runs = tuple(line - origin + moved for line in marks.runs if start <= line < stop)
    return Marks(spans, openers, closers, runs) if spans or openers or closers else NOTHING


def _joined(*parts: Marks) -> Marks:
    if all(part is NOTHING for part in parts):
        return NOTHING
    spans = {line: found for part in parts for line, found in part.spans.items()}
    openers = tuple(line for part in parts for line in part.openers)
    closers = tuple(line for part in parts for line in part.closers)
    return Marks(spans, openers, closers, tuple(line for part in parts for line in part.runs))


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
