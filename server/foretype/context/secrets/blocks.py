"""Private keys over many lines: where a block begins and ends, and which lines between are its body.

A text may show only a part of a block, since windows and snippets are cut anywhere, so either mark alone will do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from foretype.context.secrets.randomness import evidence
from foretype.context.secrets.values import Marks, Span

MARKS: Final = ("-----BEGIN", "-----END", "---- BEGIN", "---- END", "$ANSIBLE_VAULT", "Private-Lines:")
"""Without one of these in a text there is nothing to look for."""

LONGEST: Final = 400
"""Lines of a block at most: an RSA key of 16,384 bits has 200, a large OpenPGP key ring more."""

_KIND: Final = "private key"
_WHOLE: Final = 40
"""Characters at least in a whole line of a body: keys are written in lines of 64, 70 or 76."""
_LAST: Final = 3.0
"""Bits of evidence (randomness.py) for the last line of a body, which is shorter: a word has less than none."""

_SECRET_TYPE: Final = re.compile(r"PRIVATE|SECRET|PGP MESSAGE|Static key|ENCRYPTED|KEY BLOCK|CERTIFICATE\b(?! REQUEST)")
_BEGIN: Final = re.compile(
    r"(?:-----|---- )BEGIN ([A-Za-z0-9 ]{0,40})-{4,5}|\$ANSIBLE_VAULT;[^\s]{0,60}|Private-Lines: ?\d+"
)
_END: Final = re.compile(r"(?:-----|---- )END ([A-Za-z0-9 ]{0,40})-{4,5}")
_DECORATION: Final = " \t\r\n+->#*/|\"'`,;.\\()<[]{}:&=0$%!"
_LINE: Final = re.compile(r"[\s+>#*|\"'`,;(\[-]*(?:[bBrR][\"'])?([A-Za-z0-9+/=_]+)(?:\\r|\\n)*[\s\"'`+,;.&)\]\\]*")
_HEADER: Final = re.compile(r"[\s+>#*|\"'`-]*(?:Proc-Type|DEK-Info|Comment|Version|Hash|MessageID|Charset|Subject)\b.*")


def in_one_line(line: str) -> Iterator[Span]:
    """A whole key in one line, as JSON and environment variables hold it; or as much of it as the line has."""
    for begin in _BEGIN.finditer(line):
        if begin[1] is None or not _SECRET_TYPE.search(begin[1]):
            continue
        end = _END.search(line, begin.end())
        stop = end.start() if end is not None else len(line.rstrip("\r\n"))
        body = line[begin.end() : stop]
        if sum(map(str.isalnum, body)) >= 16:
            yield Span(begin.end(), _without_quote(line, begin.end(), stop), _KIND)
    first = _END.search(line)
    if first is not None and _SECRET_TYPE.search(first[1]) and "BEGIN" not in line[: first.start()]:
        head = re.search(r"[A-Za-z0-9+/=\\\s]+$", line[: first.start()])
        if head is not None and sum(map(str.isalnum, head[0])) >= 16:
            yield Span(head.start(), first.start(), _KIND)


def is_run(line: str, spans: Iterable[Span]) -> bool:
    """Whether a line that holds these secrets is nothing but one, as the lines of a key's body are."""
    body = body_of(line)
    return (
        body is not None
        and body.end - body.start >= _WHOLE
        and any(span.start <= body.start + 2 and span.end >= body.end - 2 for span in spans)
    )


def opens(line: str) -> bool:
    """Whether a block begins in this line and goes on below."""
    last = max(_BEGIN.finditer(line), key=lambda begin: begin.start(), default=None)
    if last is None or _END.search(line, last.end()):
        return False
    return last[1] is None or bool(_SECRET_TYPE.search(last[1]))


def closes(line: str) -> bool:
    """Whether a block that began above ends in this line."""
    first = _END.search(line)
    return first is not None and bool(_SECRET_TYPE.search(first[1])) and not _BEGIN.search(line, 0, first.start())


def bodies(marks: Marks, count: int, line_at: Callable[[int], str]) -> dict[int, Span]:
    """The lines that are bodies of blocks, each with the part of it to withhold; `count` lines in all."""
    found: dict[int, Span] = {}
    ends = sorted(marks.closers)
    for opener in marks.openers:
        stop = next((end for end in ends if opener < end <= opener + LONGEST), None)
        for number in range(opener + 1, min(count, opener + LONGEST) if stop is None else stop):
            line = line_at(number)
            span = body_of(line)
            if span is not None:
                found[number] = span
            elif stop is None and line.strip(_DECORATION) and not _HEADER.fullmatch(line.rstrip("\r\n")):
                break  # nobody knows where it ends, but this is something else
    for end in ends:
        for number in range(end - 1, max(-1, end - LONGEST), -1):
            if number in found:
                break
            line = line_at(number)
            span = body_of(line)
            if span is not None:
                found[number] = span
            elif line.strip(_DECORATION):
                break
    _add_neighbours(found, marks.runs, count, line_at)
    return found


def _add_neighbours(found: dict[int, Span], runs: tuple[int, ...], count: int, line_at: Callable[[int], str]) -> None:
    """Lines like those whose neighbours chance alone has given away: the middle of a key, whose ends are elsewhere."""
    known = set(runs)
    for run in runs:
        for step in (1, -1):
            number = run + step
            while 0 <= number < count and number not in known and abs(number - run) < LONGEST:
                span = body_of(line_at(number))
                if span is None:
                    break
                body = line_at(number)[span.start : span.end]
                # Of a key's lines all but the last are equally long, and that one is still no word.
                if len(body) < _WHOLE and (step < 0 or evidence(body) < _LAST):
                    break
                known.add(number)
                found[number] = span
                if len(body) < _WHOLE:
                    break
                number += step


def body_of(line: str) -> Span | None:
    """The part of a line that would be a key's body in a block: base64 or hexadecimal alone, however dressed."""
    match = _LINE.fullmatch(line.rstrip("\r\n"))
    return Span(*match.span(1), _KIND) if match is not None else None


def _without_quote(line: str, start: int, stop: int) -> int:
    """Where the body of a key without an end mark ends: at the quote that closes the literal around it."""
    for at in range(start, stop):
        if line[at] in "\"'`" and line[at - 1] != "\\":
            return at
    return stop
