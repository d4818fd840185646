"""Any split of a valid stream gives the same messages; noise never raises and never loses what follows it for good."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretype.lsp.framing import MAX_MESSAGE, BadHeader, FrameReader

HEADS = [
    b"Content-Length: %d\r\n\r\n",
    b"content-length:%d\n\n",
    b"CONTENT-LENGTH : %d \r\n\r\n",
    b"Content-Type: x; charset=utf-8\r\nContent-Length: %d\r\n\r\n",
    b"Content-Length: %d\r\nX-Unknown: a: b\r\n\r\n",
    b"\r\n\n\r\nContent-Length: %d\n\r\n",
]
bodies = st.binary(max_size=40) | st.sampled_from([b"", b"\r\n\r\n", b"Content-Length: 3\r\n\r\n", b"\n", b"{}"])
messages = st.lists(st.tuples(st.sampled_from(HEADS), bodies), max_size=6)


def encoded(parts):
    return b"".join(head % len(body) + body for head, body in parts)


def feed_in_pieces(reader, data, cuts):
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    for start, end in itertools.pairwise(edges):
        yield from reader.feed(data[start:end])


@given(parts=messages, cuts=st.lists(st.integers(0, 10_000), max_size=12))
def test_any_split_gives_the_same_messages(parts, cuts):
    assert list(feed_in_pieces(FrameReader(), encoded(parts), cuts)) == [body for _, body in parts]


@given(parts=messages)
def test_byte_by_byte_gives_the_same_messages(parts):
    reader = FrameReader()
    found = [frame for byte in encoded(parts) for frame in reader.feed(bytes([byte]))]
    assert found == [body for _, body in parts]


pieces = st.binary(max_size=30) | st.sampled_from(
    [
        b"Content-Length: 5\r\n\r\n",
        b"Content-Length: -1\r\n\r\n",
        b"content-length",
        b"\r\n",
        b"\n\n",
        b"Content-Length: ",
    ]
)


@given(noise=st.lists(pieces, max_size=12), give_back=st.booleans())
def test_noise_never_raises_and_never_runs_on(noise, give_back):
    reader = FrameReader()
    count = 0
    for piece in noise:
        for frame in reader.feed(piece):
            count += 1
            if give_back and isinstance(frame, bytes):
                reader.unread(frame)
    assert count <= sum(map(len, noise))


@given(noise=st.lists(st.binary(max_size=30), max_size=5), cuts=st.lists(st.integers(0, 10_000), max_size=6))
def test_after_noise_without_a_length_the_next_message_is_read(noise, cuts):
    dirt = b"".join(noise).lower().replace(b"content-length", b"")
    stream = dirt + b"\r\n\r\nContent-Length: 4\r\n\r\nbody"
    found = [frame for frame in feed_in_pieces(FrameReader(), stream, cuts) if not isinstance(frame, BadHeader)]
    assert found == [b"body"]


@pytest.mark.parametrize("excess", range(1, 60))
def test_a_length_that_is_too_long_costs_one_message_only(excess):
    """The body that came is no JSON, so the reader gets it back; three messages follow the wrong one."""
    first = b'{"a": 1}'
    stream = b"Content-Length: %d\r\n\r\n%s" % (len(first) + excess, first)
    stream += b"".join(b'Content-Length: 8\r\n\r\n{"b": %d}' % number for number in range(3))
    reader = FrameReader()
    found = []
    for byte in stream:
        for frame in reader.feed(bytes([byte])):
            if isinstance(frame, bytes) and frame.startswith(b'{"b"') and len(frame) == 8:
                found.append(frame)
            elif isinstance(frame, bytes):
                reader.unread(frame)
    assert found == [b'{"b": 0}', b'{"b": 1}', b'{"b": 2}']


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: -3",
        b"Content-Length: 3x",
        b"Content-Length:",
        b"Content-Length: %d" % (MAX_MESSAGE + 1),
        b"X: 1",
    ],
)
def test_a_header_without_a_usable_length_is_reported_once(head):
    reader = FrameReader()
    found = list(reader.feed(head + b"\r\n\r\nContent-Length: 2\r\n\r\n{}"))
    assert [type(frame) for frame in found] == [BadHeader, bytes]
    assert found[1] == b"{}"


def test_the_last_of_two_lengths_counts_and_a_bad_one_takes_a_good_one_back():
    assert list(FrameReader().feed(b"Content-Length: 9\r\nContent-Length: 2\r\n\r\n{}")) == [b"{}"]
    found = list(FrameReader().feed(b"Content-Length: 2\r\nContent-Length: no\r\n\r\n"))
    assert [type(frame) for frame in found] == [BadHeader]


def test_noise_without_a_line_end_is_not_kept():
    reader = FrameReader()
    for _ in range(100):
        assert list(reader.feed(b"x" * 10_000)) == []
    assert len(reader._buffer) < 200_000
    assert list(reader.feed(b"\nContent-Length: 2\r\n\r\n{}")) == [b"{}"]
