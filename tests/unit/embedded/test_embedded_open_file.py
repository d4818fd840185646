"""The open file: whatever was edited before, it answers as if it were indexed from scratch."""

from __future__ import annotations

import random

import pytest

from foretype.embedded import OpenFile, Query, predictions
from foretype.embedded.open_file import LINES_ABOVE, Chunks

from .cases import chunked

LINES = [
    "def f(a, b):\n",
    "    return a + b\n",
    "\n",
    "    x = call(a, b)\r\n",
    "\tfor name in names:\n",
    '    """Say it."""\n',
    "    # comment\n",
    "    print(name, 'ü😀\ud800')\n",
    "}\n",
    "  \f\n",
    "\u2028 x\n",
]


def edited(pick: random.Random, chunks: Chunks, line: int) -> list[tuple[str, ...]]:
    """One line inserted, replaced or deleted; other chunks keep their identity, as in the document's rope."""
    found = list(chunks)
    for number, chunk in enumerate(found):
        if line < len(chunk):
            new = [LINES[pick.randrange(len(LINES))]] if pick.random() < 0.8 else []
            found[number] = chunk[:line] + tuple(new) + chunk[line + pick.randrange(2) :]
            break
        line -= len(chunk)
    return [chunk for chunk in found if chunk]


def describe(open_file: OpenFile, query: Query) -> tuple[object, ...]:
    for _ in open_file.prepare(query.chunks, query.line, query.language_id):
        pass
    around = open_file.surroundings(query.chunks, query.line)
    pieces = [
        (placed.first_line, placed.piece.lines, placed.piece.before, placed.piece.index.exact.stream)
        for placed in around.pieces
    ]
    return pieces, around.before, around.text, around.above, around.below


@pytest.mark.parametrize("seed", range(30))
def test_edits_leave_what_a_fresh_index_has(seed: int) -> None:
    pick = random.Random(seed)
    chunks: list[tuple[str, ...]] = [tuple(pick.choice(LINES) for _ in range(pick.randrange(1, 12))) for _ in range(8)]
    kept = OpenFile()
    for _ in range(25):
        total = sum(map(len, chunks))
        line = pick.randrange(total + 1)
        query = Query(chunks, line, pick.randrange(12), "here.py", "python")
        fresh = OpenFile()
        assert describe(kept, query) == describe(fresh, query)
        assert predictions(query, kept) == predictions(query, fresh)
        if chunks:
            chunks = edited(pick, chunks, max(0, min(total - 1, line + pick.randrange(-3, 4))))


def test_only_new_chunks_are_indexed(monkeypatch: pytest.MonkeyPatch) -> None:
    chunks = list(chunked("".join(f"name{n} = call(name{n - 1})\n" for n in range(640)), 64))
    open_file = OpenFile()
    for _ in open_file.prepare(chunks, 300):
        pass
    indexed = []
    original = OpenFile._piece

    def counting(self, known, lines, before):  # type: ignore[no-untyped-def]
        found = original(self, known, lines, before)
        if found is not known:
            indexed.append(len(lines))
        return found

    monkeypatch.setattr(OpenFile, "_piece", counting)
    open_file.surroundings(chunks, 300)
    assert indexed == []
    typed = [*chunks]
    typed[4] = (*chunks[4][:44], "name = \n", *chunks[4][45:])  # The cursor's own line, 300.
    open_file.surroundings(typed, 300)
    assert indexed == []
    elsewhere = [*typed]
    elsewhere[6] = ("x = 1\n", *chunks[6])
    open_file.surroundings(elsewhere, 300)
    assert indexed == [65]


def test_a_query_before_preparation_uses_what_is_near() -> None:
    text = "".join(f"value{n} = compute(value{n - 1}, factor)\n" for n in range(2000))
    chunks = list(chunked(text, 64))
    chunks[10] = (*chunks[10][:20], "value660 = comp\n", *chunks[10][21:])
    found = predictions(Query(chunks, 660, 15, None, "python"), OpenFile())
    assert found
    assert found[0].text.startswith("ute(value")


def test_what_is_far_away_does_not_count() -> None:
    far = "rare = special(thing, other)\n" + "x = 1\n" * (LINES_ABOVE + 200) + "rare = "
    chunks = chunked(far, 64)
    open_file = OpenFile()
    line = sum(map(len, chunks)) - 1
    for _ in open_file.prepare(chunks, line):
        pass
    placed = open_file.surroundings(chunks, line).pieces
    assert min(one.first_line for one in placed) > 0
    assert sum(len(one.piece.lines) for one in placed) < LINES_ABOVE + 200


def test_steps_of_preparation_are_single_chunks() -> None:
    chunks = chunked("x = f(1)\n" * 640, 64)
    assert len(list(OpenFile().prepare(chunks, 320))) >= len(chunks)


@pytest.mark.parametrize("seed", range(40))
def test_random_text_never_fails_and_never_damages(seed: int) -> None:
    pick = random.Random(seed)
    signs = "ab ()[]\"'#/*.,:=\t\f\u200d\u0301\u2028\ud800😀é名\x00\x1b1_A"
    lines = ["".join(pick.choice(signs) for _ in range(pick.randrange(20))) + "\n" for _ in range(60)] * 2
    chunks = [tuple(lines[at : at + 40]) for at in range(0, len(lines), 40)]
    open_file = OpenFile()
    for _ in range(40):
        line, language = pick.randrange(len(lines) + 2), pick.choice(["python", "go", "sql", "markdown", ""])
        query = Query(chunks, line, pick.randrange(22), None, language)
        for found in predictions(query, open_file):
            assert found.text.strip()
            assert "\n" not in found.text
            assert 0.0 <= found.confidence <= 1.0
            assert found.replaces >= 0
