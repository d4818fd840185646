"""Random edits against a reference that works on the whole text, one unit at a time."""

import random
import re

import pytest

from foretype.text.document import Change, Document
from foretype.text.lines import CHUNK_MAX, Lines, split_lines
from foretype.text.positions import ENCODINGS, Position, to_column, to_units

ALPHABET = ["a", "b", "(", " ", "\t", "\n", "\r", "\r\n", "\f", "\v", "\x1c", "\x85", "\u2028", "\u2029"]
ALPHABET += ["é", "漢", "😀", "👩‍👩‍👧", "e\u0301", "\u200b", "\ufeff", "\ud83d", "\0"]
EDITS = 30_000


def reference_lines(text):
    """Split at \\r\\n, \\n and \\r only."""
    parts = re.split(r"(\r\n|\n|\r)", text)
    return [body + end for body, end in zip(parts[::2], [*parts[1::2], ""], strict=True)]


def unit_width(character, encoding):
    if encoding == "utf-32":
        return 1
    if encoding == "utf-16":
        return 2 if ord(character) > 0xFFFF else 1
    return len(character.encode("utf-8", "surrogatepass"))


def reference_offset(text, line, units, encoding):
    """The offset of a client's position, walking unit by unit."""
    lines = reference_lines(text)
    if line >= len(lines):
        return len(text)
    offset, left = sum(map(len, lines[:line])), units
    for character in lines[line].rstrip("\r\n"):
        if unit_width(character, encoding) > left:
            break
        left -= unit_width(character, encoding)
        offset += 1
    return offset


def random_text(rng, length):
    return "".join(rng.choice(ALPHABET) for _ in range(rng.randrange(length + 1)))


def random_place(rng, lines):
    line = rng.randrange(len(lines) + 2)
    width = len(lines[line]) if line < len(lines) else 4
    return line, rng.randrange(4 * width + 4)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_random_edits_agree_with_the_reference(encoding):
    rng = random.Random(encoding)
    wrong = 0
    document = Document("untitled:x", "python", 0, Lines())
    text = ""
    for version in range(EDITS // len(ENCODINGS)):
        if version % 200 == 0:
            text = random_text(rng, 240 if version % 400 else 40)
            document = document.apply([Change(None, None, text)], version, encoding)
        lines = reference_lines(text)
        start, end = random_place(rng, lines), random_place(rng, lines)
        if rng.random() < 0.7:
            end = start  # typing is what happens most
        new = random_text(rng, 3) if rng.random() < 0.8 else ""
        low, high = sorted((reference_offset(text, *start, encoding), reference_offset(text, *end, encoding)))
        text = text[:low] + new + text[high:]
        document = document.apply([Change(start, end, new)], version, encoding)
        wrong += document.text != text or list(document.lines) != reference_lines(text)
        wrong += document.lines.size != len(text)
    assert wrong == 0


def test_long_documents_keep_their_chunks_bounded_and_shared():
    rng = random.Random(1)
    lines = Lines("x = 1\n" * 5_000)
    expected = ["x = 1\n"] * 5_000 + [""]
    for _ in range(2_000):
        first = rng.randrange(len(expected))
        last = min(len(expected) - 1, first + rng.choice([0, 0, 0, 1, 40, 300]))
        new = "y\n" * rng.choice([0, 0, 1, 1, 2, 500])
        old = lines
        lines = lines.replace((first, 0), (last, 0), new)
        expected[first:last] = ["y\n"] * new.count("\n")
        now = set(map(id, lines.chunks))
        kept = sum(id(chunk) in now for chunk in old.chunks)
        assert kept >= len(old.chunks) - 2 - (last - first) // 32 - 1
    assert list(lines) == expected
    assert all(len(chunk) <= CHUNK_MAX for chunk in lines.chunks)
    assert lines[10:20] == expected[10:20]
    assert lines[-3:] == expected[-3:]
    assert lines[::-7] == expected[::-7]


@pytest.mark.parametrize(
    "text", ["", "\n", "\r", "\r\n", "a", "a\n", "a\r\nb\rc\nd", "a\fb\n", "\u2028\n\x85", "\n\r", "\r\r\n"]
)
def test_splitting_follows_the_protocol(text):
    assert split_lines(text) == reference_lines(text)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_units_and_columns_are_inverse_at_every_character(encoding):
    line = "aé漢😀\u200b\ud83d👩‍👧z\n"
    for column in range(len(line)):
        units = sum(unit_width(character, encoding) for character in line[:column])
        assert to_units(line, column, encoding) == units
        assert to_column(line, units, encoding) == column


@pytest.mark.parametrize(
    ("units", "encoding", "column"),
    [
        (1, "utf-16", 0),
        (2, "utf-16", 1),
        (1, "utf-8", 0),
        (3, "utf-8", 0),
        (4, "utf-8", 1),
        (99, "utf-16", 2),
        (-1, "utf-8", 0),
    ],
)
def test_the_middle_of_a_character_is_its_start(units, encoding, column):
    assert to_column("😀b\n", units, encoding) == column


def test_text_around_a_position_is_bounded():
    document = Document("untitled:x", "python", 1, Lines("one\ntwo\nthree"))
    assert document.before(Position(1, 2), 5) == "ne\ntw"
    assert document.before(Position(1, 2), 100) == "one\ntw"
    assert document.after(Position(1, 2), 3) == "o\nt"
    assert document.after(Position(1, 2), 100) == "o\nthree"
    assert document.before(Position(1, 2), 0) == ""
