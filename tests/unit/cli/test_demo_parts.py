"""The parts of the demo as data: what agrees with a suggestion, where cursors stand, what a frame shows."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from typing import Any, cast

import pytest

from foretype.cli.demo.choice import surest
from foretype.cli.demo.editor import Editor
from foretype.cli.demo.frame import Captions, Frame, compose, width_of
from foretype.cli.demo.picture import svg_of
from foretype.cli.demo.plain import Transcript
from foretype.cli.demo.report import Calling, quantile, wrapped
from foretype.cli.demo.rhythm import DEFAULT_SPEED, ENTER, Rhythm
from foretype.cli.demo.scene import Scene, scene_of
from foretype.cli.demo.typist import Agreement, Hand, Pace, Typist, agreement_of
from foretype.cli.source import Source, open_source, workspace_of


@pytest.mark.parametrize(
    ("text", "rest", "expected"),
    [
        ("abc", "abc", Agreement(3, True)),
        ("abc", "abcd\ne", Agreement(3, True)),
        ("abc", "abd", Agreement(0, False)),
        ("", "abc", Agreement(0, False)),
        ("abc", "ab", Agreement(0, False)),
        ("a\nb", "a\nbc", Agreement(3, True)),
        ("a\nb\nc", "a\nb\nd", Agreement(3, False)),
        ("a\nb", "ax\nb", Agreement(0, False)),
        ("a\nb", "a\r\nb\r\n", Agreement(4, True)),
        ("a\r\nb", "a\nb", Agreement(3, True)),
        ("a\nb", "a", Agreement(1, False)),
        ("\nb", "\nb", Agreement(2, True)),
        ("a\n", "a\n", Agreement(2, True)),
    ],
)
def test_agreement(text: str, rest: str, expected: Agreement) -> None:
    assert agreement_of(text, rest) == expected


def scene(text: str, lines: str) -> Scene:
    return scene_of(Source(Path("/w/a.py"), text, "python", Path("/w")), lines)


@pytest.mark.parametrize(
    ("text", "done", "place", "utf16"),
    [
        ("zero\none\ntwo\nend\n", 0, (1, 0), (1, 0)),
        ("zero\none\ntwo\nend\n", 3, (1, 3), (1, 3)),
        ("zero\none\ntwo\nend\n", 4, (2, 0), (2, 0)),
        ("zero\r\none\r\ntwo\r\nend\r\n", 5, (2, 0), (2, 0)),
        ("zero\rone\rtwo\rend\r", 6, (2, 2), (2, 2)),
        ("zero\n😀e\ntwo\nend\n", 2, (1, 2), (1, 3)),
        ("zero\n\u2028e\x0c\ntwo\nend", 3, (1, 3), (1, 3)),
    ],
)
def test_places(text: str, done: int, place: tuple[int, int], utf16: tuple[int, int]) -> None:
    played = scene(text, "2-3")
    assert played.place(done) == place
    assert played.place_utf16(done) == utf16
    assert played.head + played.removed + played.tail == text


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["a", "", "b", "c", "", "d", "e", "", "f"], (2, 3)),
        (["a"] * 9, (0, 2)),
        (["x", "", ""] * 40, (48, 69)),
        (["only"], (0, 0)),
    ],
)
def test_lines_from_the_middle(lines: list[str], expected: tuple[int, int]) -> None:
    played = scene("\n".join(lines), "")
    first, last = played.first, played.last
    assert (first, last) == expected
    assert played.lines[first].strip()
    assert played.lines[last].strip()


def unlike(count: int) -> list[str]:
    """Paragraphs of lines of which none is like another."""
    chance = random.Random(7)
    words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(4, 9))) for _ in range(count)]
    return ["" if n % 6 == 5 else f"{word}({chance.random()})" for n, word in enumerate(words)]


def test_lines_are_chosen_where_the_engine_is_surest_with_themselves_hidden() -> None:
    repeated = ["", "def read(source):"]
    repeated += [f"    value = source.fetch_one_value(name, default, {n % 2})" for n in range(8)]
    lines = [*repeated, *unlike(90), *repeated, *unlike(60)]
    source = Source(Path("/w/a.py"), "\n".join(lines), "python", Path("/w"))
    chosen = surest(source, 10, 0.55)
    assert chosen is not None
    assert chosen.lines[chosen.first] == "def read(source):\n"
    assert chosen.last <= chosen.first + 9
    # The middle, which is played otherwise, knows nothing; neither does a file that repeats nothing.
    assert scene_of(source, "", 10).first not in (chosen.first, 1)
    alone = Source(source.path, "\n".join(unlike(90)), "python", source.folder)
    assert surest(alone, 10, 0.55) is None
    assert surest(source, 10, 1.1) is None


@pytest.mark.parametrize("text", ["", "\n", "one", "\n\n  \n", "x\n\ny\n", "x = 1\n" * 80_000])
def test_a_file_with_nothing_to_choose_from(text: str) -> None:
    assert surest(Source(Path("/w/a.py"), text, "python", Path("/w")), 24, 0.55) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("x\n    y\nz", 4), ("x\n\t\ty\nz", 2), ("x\n    \nz", 0), ("x\n\nz", 0), ("x\ny\nz", 0)],
)
def test_indentation(text: str, expected: int) -> None:
    assert scene(text, "1-3").indentation(2) == expected


def test_people_type_at_the_speed_that_was_asked_for() -> None:
    rhythm = Rhythm()
    text = Path(__file__).read_text()
    keys = [ENTER if char == "\n" else char for char in text if char != " "][:4000]
    mean = sum(map(rhythm.after, keys)) / len(keys)
    assert 0.8 / DEFAULT_SPEED < mean < 1.2 / DEFAULT_SPEED
    assert [Rhythm().after("x") for _ in range(3)] == [Rhythm().after("x")] * 3


@pytest.mark.parametrize(("part", "expected"), [(0.5, 5.0), (0.95, 10.0), (0.9, 9.0), (0.0, 1.0), (1.0, 10.0)])
def test_quantile(part: float, expected: float) -> None:
    assert quantile([float(number) for number in range(1, 11)], part) == expected


@pytest.mark.parametrize(("character", "expected"), [("a", 1), ("語", 2), ("😀", 2), ("\u0301", 0), ("\u200d", 0)])
def test_width(character: str, expected: int) -> None:
    assert width_of(character) == expected


def typist(text: str, lines: str, done: int, ghost: str = "") -> Typist:
    """A typist in the middle of it, who speaks to no server."""
    played = Typist(cast("Editor", None), scene(text, lines), Pace())
    played.done, played.ghost = done, ghost
    played.hands = ["typed"] * done
    return played


def shown(frame: Frame) -> list[str]:
    return ["".join(text for text, _ in row).rstrip() for row in frame.rows]


def styled(frame: Frame, style: str) -> str:
    return "".join(text for row in frame.rows for text, found in row if found == style)


CAPTIONS = Captions("the engine", hint="how to end")


def test_a_frame_shows_the_file_with_ghost_text_in_it() -> None:
    played = typist("first\n\tsecond 語 line\nthird\n", "2-2", 8, "語\nmore")
    frame = compose(played, CAPTIONS, (60, 12))
    rows = shown(frame)
    assert rows[0].startswith(" a.py")
    assert rows[0].endswith("the engine")
    assert rows[1:6] == ["1  first", "2      second 語", "   more", "3  third", "4"]
    assert styled(frame, "ghost") == "語more"
    assert frame.cursor == (2, 3 + 4 + 7)
    assert rows[-1] == "how to end"
    assert "0 keys" in rows[-2]


def test_marks_stand_for_colours() -> None:
    frame = compose(typist("one two\n", "1-1", 4, "two"), CAPTIONS, (60, 12), ("⟦", "⟧"))
    assert shown(frame)[1] == "1  one ⟦two⟧"
    assert frame.cursor == (1, 7)


def test_a_long_line_is_shown_around_its_cursor() -> None:
    text = "".join(f"{number:04d}" for number in range(100))
    frame = compose(typist(text, "1-1", 300, "ghost"), CAPTIONS, (40, 8))
    row = shown(frame)[1]
    assert "ghost" in row
    assert len(row) <= 40
    assert row[frame.cursor[1] :].startswith("ghost")


def test_what_could_move_the_cursor_is_not_drawn() -> None:
    frame = compose(typist("a\x1b[2Jb\u202ec\x07\n", "1-1", 9), CAPTIONS, (60, 12))
    assert shown(frame)[1] == "1  a�[2Jbc�"


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (5, 3), (20, 5), (24, 7), (200, 3)])
def test_every_frame_fits(size: tuple[int, int]) -> None:
    text = "語" * 100 + "\n" + "\tx\n" * 50
    for done in range(0, 150, 7):
        frame = compose(typist(text, "1-30", min(done, 140), "語ghost\nmore"), CAPTIONS, size)
        assert len(frame.rows) == size[1]
        assert 0 <= frame.cursor[0] < size[1]
        assert 0 <= frame.cursor[1] < size[0]
        for row in frame.rows:
            assert sum(width_of(char) for text, _ in row for char in text) <= size[0]


@pytest.mark.parametrize(
    ("width", "figures"),
    [
        (94, "204 keys  ·  45% accepted  ·  12 of 34 shown were right  ·  last answer 10.2 ms"),
        (80, "45% accepted  ·  12 of 34 shown were right  ·  last answer 10.2 ms"),
        (60, "204 keys  ·  45% accepted  ·  last answer 10.2 ms"),
        (40, "204 keys  ·  45% accepted"),
        (16, ""),
    ],
)
def test_the_status_line_leaves_out_figures_rather_than_cut_them(width: int, figures: str) -> None:
    played = typist("first\nsecond\n", "2-2", 3)
    played.tally.keys, played.tally.shown, played.tally.right, played.tally.milliseconds = 204, 34, 12, [10.2]
    played.tally.by_hand.update(accepted=45, typed=55)
    played.key = ENTER
    words = shown(compose(played, CAPTIONS, (width, 12)))[-2]
    assert words.strip() == f"{figures}    {ENTER}".strip()


DEEP = "deep/er/and/deeper/still/file.py"


@pytest.mark.parametrize(
    ("width", "title"),
    [
        (70, f" {DEEP}{'the engine: what it does':>36}"),
        (58, f" {DEEP}{'the engine':>24}"),
        (40, " …/and/deeper/still/file.py  the engine"),
        (20, " …eper/still/file.py"),
    ],
)
def test_a_title_without_room_is_shortened_visibly(width: int, title: str) -> None:
    played = typist("x\ny\n", "2-2", 1)
    source = Source(Path("/w") / DEEP, "x\ny\n", "python", Path("/w"))
    played.scene = scene_of(source, "2-2")
    found = shown(compose(played, Captions("the engine: what it does"), (width, 12)))[0]
    assert found == title
    assert len(found) <= width


def test_what_stands_below_ends_in_an_ellipsis_where_it_has_no_room() -> None:
    frame = compose(typist("x\ny\n", "2-2", 1), Captions("e", trouble="a long sentence"), (10, 12))
    assert shown(frame)[-1] == "a long se…"


def test_a_transcript_shows_every_line_as_it_stands_in_the_file() -> None:
    text = "zero\n    result = []\n\treturn result\nlast\n"
    played = typist(text, "2-4", 0)
    transcript = Transcript(played, ("<", ">"))
    told = []
    for hand, words in (
        *(("indented", "    "), ("accepted", "result = []\n\treturn"), ("typed", " "), ("accepted", "result\n")),
        ("typed", "las"),
    ):
        played.hands += [cast("Hand", hand)] * len(words)
        played.done += len(words)
        told += list(transcript.more())
    assert told == ["    2      <result = []>", "    3  \t<return> <result>"]
    assert list(transcript.rest()) == ["    4  las"]


def test_lines_are_broken_between_words_to_the_terminals_width() -> None:
    line = "  request to answer: 5 ms, --fast types all lines of some/long/path-of/a-file.py"
    assert wrapped(line, 0) == [line]
    assert wrapped(line, 30) == [
        "  request to answer: 5 ms,",
        "    --fast types all lines of",
        "    some/long/path-of/a-file.py",
    ]
    assert wrapped("a word", 1) == ["a word"]


@pytest.mark.parametrize(
    ("calling", "with_file", "again"),
    [
        (Calling(), "foretype demo FILE", "foretype demo --lines A-B"),
        (Calling(False, "a b.py"), "foretype demo FILE", "foretype demo --lines A-B 'a b.py'"),
        (Calling(True), "make demo FILE=path/to/your/file", "make demo ARGS='--lines A-B'"),
        (Calling(True, "a.py"), "make demo FILE=path/to/your/file", "make demo ARGS='--lines A-B' FILE=a.py"),
    ],
)
def test_what_can_be_tried_next_is_said_as_it_was_called(calling: Calling, with_file: str, again: str) -> None:
    assert (calling.with_file(), calling.with_options("--lines A-B")) == (with_file, again)


def test_make_says_that_it_calls() -> None:
    makefile = Path(__file__).parents[3] / "Makefile"
    assert "/foretype demo --make " in makefile.read_text()


def test_a_picture_escapes_what_it_shows() -> None:
    frame = compose(typist("if a < b & c:\n", "1-1", 13), CAPTIONS, (60, 12))
    assert "if a &lt; b &amp; c:" in svg_of(frame, 60, "a & b")


def test_the_workspace_is_the_repository_or_the_folder(tmp_path: Path) -> None:
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    (tmp_path / "repository" / "deep" / "er").mkdir(parents=True)
    (tmp_path / "repository" / "deep" / "er" / "a.py").write_text("x = 1\n")
    source = open_source(tmp_path / "repository" / "deep" / "er" / "a.py")
    assert source.folder == tmp_path / "repository"
    assert source.shown == "deep/er/a.py"
    assert workspace_of(tmp_path / "alone") == tmp_path


NAMES = "one = two = three = four = alpha = beta = combine = gather = total = result = None\n"


@pytest.mark.asyncio
@pytest.mark.parametrize("copied", [False, True])
async def test_the_index_does_not_answer_with_the_open_files_own_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, copied: bool
) -> None:
    # What stands in another file may be suggested, also when that is a copy: the lines themselves could be. But the
    # older text of the open file, which still stands on the disk and in the index, must not be.
    for name in ("CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    for name in ("FORETYPE_BASE_URL", "FORETYPE_MODEL", "FORETYPE_MODE"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "open.py").write_text(f"{NAMES}total = combine(one, two, three, four)\n")
    (folder / "other.py").write_text(f"{NAMES}result = gather(alpha, beta, alpha)\n")
    if copied:
        (folder / "copy.py").write_text(f"{NAMES}total = combine(one, two, three, four)\nresult = 1\n")
    editor = await Editor.start(["--set", "completion.threshold=0.001"])
    try:
        await editor.initialize(folder)
        uri = (folder / "open.py").as_uri()
        editor.open(uri, "python", NAMES)
        typed = "result = gather("
        editor.insert(uri, (1, 0), typed)
        await asyncio.wait_for(indexed(editor, uri, (1, len(typed)), "alpha, beta, alpha)"), 60)
        editor.insert(uri, (1, len(typed)), "\ntotal = combine(")
        assert await suggested(editor, uri, (2, 16), "one, two, three, four)") is copied
    finally:
        await editor.end()


async def indexed(editor: Editor, uri: str, place: tuple[int, int], text: str) -> None:
    """Wait until the index is in use, which shows in what it suggests."""
    while not await suggested(editor, uri, place, text):
        assert editor.heard.complaints == []


async def suggested(editor: Editor, uri: str, place: tuple[int, int], text: str) -> bool:
    """Whether this text is suggested at this place."""
    response: dict[str, Any] = await editor.ask(uri, place).future
    return any(item["insertText"] == text for item in response["result"]["items"])
