"""What each chunk of an open document holds, kept while it is edited: a key costs the chunks that it changed.

Chunks are told apart by identity (text/lines.py keeps that of those which an edit does not touch). Knows nothing of
cursors and of what is put in a secret's place (document.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import compress, count
from operator import is_not
from typing import Final

from foretype.context.secrets.scan import scan
from foretype.context.secrets.values import NOTHING, Marks, Span
from foretype.text.lines import Chunk, line_body

LONGEST_LINE: Final = 4_000
"""Characters. No prompt shows a line as long as that, so what is farther from the cursor is left out unread."""

_CONTEXT: Final = 2
"""Lines before another one that may say what its text is: a name, and the line that opens a bracket."""

_ORDINARY: Final = 40_000
_LONG_LINE: Final = 400
"""In a chunk of more than `_ORDINARY` characters (128 lines of 300) lines beyond this are left out too: it is data, and
reading it would hold up the event loop."""

_LIKELY: Final = 16
"""Chunks that went at once, at most, for which it is worth to look whether a new one is an edit of one of them."""

_UNREAD, _PLAIN, _MARKED = 0, 1, 2


@dataclass(frozen=True, slots=True)
class _Known:
    chunk: Chunk
    lead: Chunk
    marks: Marks


class ChunkMarks:
    """The marks of one document's chunks. Not for two threads at a time. `settings`: see `scan`."""

    def __init__(self, *, settings: bool = False) -> None:
        self.settings = settings
        self.era = 0
        """Rises with each chunk that is read."""
        self.hidden = 0
        """By how many code points `visible` is longer than the document; it is shorter, or as long."""
        self._chunks: tuple[Chunk, ...] = ()
        self._states = bytearray()  # one for each chunk, so that those that matter are found without a loop over all
        self._known: list[_Known | None] = []  # with the state _UNREAD: what was known below other lines
        self._visible: list[Chunk] = []
        self._gone: Sequence[_Known] = ()

    def follow(self, chunks: tuple[Chunk, ...]) -> None:
        """Take over a new version of the document: what is the same before and behind the edit is not looked at."""
        before = self._chunks
        if chunks is before:
            return
        first = _same(before, chunks)
        tail = _same(before[first:][::-1], chunks[first:][::-1])
        last, stop = len(before) - tail, len(chunks) - tail
        gone = {id(entry.chunk): entry for entry in self._known[first:last] if entry is not None}
        kept = [gone.pop(id(chunk), None) for chunk in chunks[first:stop]]
        self._gone = tuple(gone.values()) if len(gone) <= _LIKELY else ()
        self.hidden -= sum(map(_growth, self._visible[first:last], before[first:last]))
        self._known[first:last] = kept
        self._states[first:last] = bytes(map(_state, kept))
        self._visible[first:last] = chunks[first:stop]
        self._chunks = chunks
        for number in range(first, min(stop + 1, len(chunks))):  # the first lines of the next may be named in this one
            entry = self._known[number]
            if entry is None or entry.lead != self._lead(number):
                self._hide(number)

    def unread(self, first: int = 0, stop: int | None = None) -> Iterator[int]:
        """The numbers of the chunks of a range that are not read yet, in order."""
        return self._with(_UNREAD, first, len(self._states) if stop is None else stop)

    def marked(self) -> Iterator[tuple[int, Chunk, Marks]]:
        """The chunks in which something was found, with their numbers."""
        for number in self._with(_MARKED, 0, len(self._states)):
            entry = self._known[number]
            if entry is not None:
                yield number, entry.chunk, entry.marks

    @property
    def visible(self) -> tuple[Chunk, ...]:
        """The chunks, with blank lines in place of those that are not read yet."""
        return tuple(self._visible)

    def read(self, number: int) -> None:
        """Read a chunk, but for what is known of a chunk of which it is an edit."""
        chunk, lead, old = self._chunks[number], self._lead(number), self._known[number]
        likely = self._gone if old is None else (old,)
        entry = next((found for one in likely if (found := self._changed(one, chunk, lead)) is not None), None)
        if entry is None:
            marks = self._scan([*lead, *chunk])
            entry = _Known(chunk, lead, _part(marks, len(lead), len(lead), len(lead) + len(chunk), 0))
        self.hidden -= _growth(self._visible[number], chunk)
        self._known[number], self._states[number], self._visible[number] = entry, _state(entry), chunk
        self.era += 1

    def _hide(self, number: int) -> None:
        chunk = self._chunks[number]
        blank = _blank(len(chunk), closed=chunk[-1].endswith(("\r", "\n")))
        self.hidden += _growth(blank, chunk) - _growth(self._visible[number], chunk)
        self._states[number], self._visible[number] = _UNREAD, blank

    def _with(self, state: int, first: int, stop: int) -> Iterator[int]:
        number = self._states.find(state, first, stop)
        while number >= 0:
            yield number
            number = self._states.find(state, number + 1, stop)

    def _lead(self, number: int) -> Chunk:
        """The last lines before a chunk."""
        return self._chunks[number - 1][-_CONTEXT:] if number else ()

    def _scan(self, lines: list[str]) -> Marks:
        """The marks of lines; one that is too long to be shown is one span of no kind."""
        most = LONGEST_LINE if sum(map(len, lines)) <= _ORDINARY else _LONG_LINE
        long = [number for number, line in enumerate(lines) if len(line) > most]
        if not long:
            return scan(lines, settings=self.settings)
        left_out = {number: (Span(0, len(line_body(lines[number])), ""),) for number in long}
        for number in long:
            lines[number] = lines[number][len(line_body(lines[number])) :]
        marks = scan(lines, settings=self.settings)
        return replace(marks, spans={**marks.spans, **left_out})

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


def _same(left: Sequence[Chunk], right: Sequence[Chunk]) -> int:
    """How many chunks are the same objects, from the first on."""
    return next(compress(count(), map(is_not, left, right)), min(len(left), len(right)))


def _state(entry: _Known | None) -> int:
    if entry is None:
        return _UNREAD
    return _PLAIN if entry.marks is NOTHING else _MARKED


@lru_cache(512)
def _blank(size: int, *, closed: bool) -> Chunk:
    """So many empty lines; the last has no end where none is `closed`."""
    return (*("\n",) * (size - 1), "\n" if closed else "")


def _growth(shown: Chunk, chunk: Chunk) -> int:
    return 0 if shown is chunk else sum(map(len, shown)) - sum(map(len, chunk))


def _part(marks: Marks, origin: int, start: int, stop: int, moved: int) -> Marks:
    """What concerns the lines from `start` to `stop`, counted from `origin` and moved by so many lines."""
    if marks is NOTHING:
        return NOTHING
    spans = {line - origin + moved: found for line, found in marks.spans.items() if start <= line < stop}

    def moved_lines(lines: Iterable[int]) -> tuple[int, ...]:
        return tuple(line - origin + moved for line in lines if start <= line < stop)

    openers, closers, runs = moved_lines(marks.openers), moved_lines(marks.closers), moved_lines(marks.runs)
    return Marks(spans, openers, closers, runs) if spans or openers or closers else NOTHING


def _joined(*parts: Marks) -> Marks:
    if all(part is NOTHING for part in parts):
        return NOTHING
    spans = {line: found for part in parts for line, found in part.spans.items()}
    openers = tuple(line for part in parts for line in part.openers)
    closers = tuple(line for part in parts for line in part.closers)
    return Marks(spans, openers, closers, tuple(line for part in parts for line in part.runs))
