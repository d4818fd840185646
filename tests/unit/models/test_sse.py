"""The event stream parser, against the specification's rules and at every boundary."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretype.models import sse
from foretype.models.sse import Event, EventParser, LineTooLongError


def parse(*pieces: bytes) -> tuple[list[Event], str]:
    parser = EventParser()
    events = [event for piece in pieces for event in parser.feed(piece)]
    return events + parser.finish(), parser.stray


@pytest.mark.parametrize(
    ("stream", "data"),
    [
        (b"data: a\n\ndata: b\n\n", ["a", "b"]),
        (b"data: a\r\n\r\ndata: b\r\n\r\n", ["a", "b"]),
        (b"data: a\r\rdata: b\r\r", ["a", "b"]),
        (b"data:a\n\n", ["a"]),
        (b"data:  two spaces\n\n", [" two spaces"]),
        (b"data: one\ndata: two\n\n", ["one\ntwo"]),
        (b"\xef\xbb\xbfdata: after a byte order mark\n\n", ["after a byte order mark"]),
        (b": keep-alive\n\n: another\n\ndata: a\n\n", ["a"]),
        (b"id: 7\nretry: 10\ndata: a\n\n", ["a"]),
        (b"data\n\n", []),
        (b"\n\n\n\ndata: a\n\n", ["a"]),
        (b"data: no line end at the end", ["no line end at the end"]),
        ("data: größer 😀\n\n".encode(), ["größer 😀"]),
        (b"data: \xff\xfe\n\n", ["\ufffd\ufffd"]),
        (b"", []),
    ],
)
def test_events(stream: bytes, data: list[str]) -> None:
    assert [event.data for event in parse(stream)[0] if event.data] == data


def test_types() -> None:
    events, _ = parse(b"event: error\ndata: x\n\ndata: y\n\n")
    assert events == [Event("x", "error"), Event("y")]


def test_what_is_no_event_is_kept_aside() -> None:
    events, stray = parse(b'{"error": {"message": "no"}}\n<html>\n\n')
    assert events == []
    assert stray == '{"error": {"message": "no"}}\n<html>'


def test_strays_are_bounded() -> None:
    _, stray = parse(b"x" * 50_000 + b"\n" + b"y" * 50_000 + b"\n")
    assert len(stray) == sse.MAX_STRAY + 1


def test_a_line_without_end_is_given_up() -> None:
    parser = EventParser()
    for _ in range(sse.MAX_LINE // 2**20):
        parser.feed(b"x" * 2**20)
    with pytest.raises(LineTooLongError):
        parser.feed(b"x")


_LINES = st.sampled_from(["data: ä😀", "data: b", "data:", ": c", "event: e", "{x", "", "", "\ufeff"])
_ENDS = st.sampled_from(["\n", "\r\n", "\r"])


@given(st.lists(st.tuples(_LINES, _ENDS), max_size=12), st.lists(st.integers(0, 200), max_size=20))
def test_boundaries_change_nothing(lines: list[tuple[str, str]], cuts: list[int]) -> None:
    stream = "".join(line + end for line, end in lines).encode()
    edges = [0, *sorted(cut for cut in cuts if cut < len(stream)), len(stream)]
    pieces = [stream[start:end] for start, end in itertools.pairwise(edges)]
    assert parse(*pieces) == parse(stream)


def test_a_line_end_that_is_cut_in_two_is_one() -> None:
    """Else the event would end between its two lines of data."""
    parser = EventParser()
    events = [*parser.feed(b"data: a\r"), *parser.feed(b"\ndata: b\r\n\r"), *parser.feed(b"\n")]
    assert [event.data for event in events] == ["a\nb"]
