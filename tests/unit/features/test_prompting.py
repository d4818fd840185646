"""From a document to a prompt: past the gate, with what stands beside it, and measured against the one before."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from foretype.context.exclude import Exclusions
from foretype.context.looking import Judge
from foretype.context.snippet import Snippet
from foretype.features import beside
from foretype.features.plan import Attempt
from foretype.features.prompting import Prompting, Rules
from foretype.models import families
from foretype.models.registry import Choice
from foretype.prompts import imported
from foretype.prompts.calibration import Calibration
from foretype.prompts.counting import Counting
from foretype.prompts.parts import Rendered
from foretype.prompts.tokens import TokenCounter, load_encoding
from foretype.scheduling.usage import UsageBook
from foretype.scheduling.usage_report import report, text_lines
from foretype.syntax.values import Import
from foretype.text.document import Document
from foretype.text.lines import Lines
from foretype.text.positions import Position

CHOICE = Choice("fim", families.QWEN, "")
PLANTED = "AKIA" + "Q3T7Z5W2X9V4B6N8"
SNIPPET = Snippet("src/other.py", "def unseen_name(): ...\n", "definition")
COUNTER = TokenCounter("cl100k_base")
COUNTER.use(load_encoding("cl100k_base"))


class Source:
    """Offers what it is given."""

    def __init__(self, *offered: Snippet) -> None:
        self.offered: Sequence[Snippet] = offered

    def candidates(self, document: Document, position: Position) -> Sequence[Snippet]:
        return self.offered


def prompting(source: Source | None = None, ratio: float = 1.0, folder: Path = Path("/nowhere")) -> Prompting:
    counting = Counting(COUNTER, Calibration(ratio))
    rules = Rules(2000, Exclusions((), [folder] if folder.exists() else []), (folder,), source)
    return Prompting(counting, rules, lambda: CHOICE, UsageBook(), "m")


def document(text: str, uri: str = "untitled:x.py") -> Document:
    return Document(uri, "python", 1, Lines(text))


def end_of(found: Document) -> Position:
    return Position(len(found.lines) - 1, len(found.lines[-1]))


def written(made: Prompting, found: Document, position: Position | None = None, budget: int = 2000) -> str:
    sight = made.look(found, position or end_of(found))
    return "".join(part.text for part in made.write(sight, Attempt(CHOICE, budget)).parts)


def test_secrets_stay_here() -> None:
    text = f'key = "{PLANTED}"\nx = '
    made = prompting(Source(Snippet("a.py", f'k = "{PLANTED}"  # unseen_name\n', "search")))
    prompt = written(made, document(text))
    assert PLANTED not in prompt
    assert "unseen_name" in prompt
    sight = made.look(document(text), Position(1, 4))
    assert [(each.line, each.column) for each in sight.found] == [(0, 7)]
    assert made.look(document(text), Position(0, 15)).closed


def test_a_document_that_no_model_may_see() -> None:
    sight = prompting(Source(SNIPPET)).look(document("KEY=1\n", "file:///p/.env"), Position(1, 0))
    assert ".env may hold secrets" in sight.closed
    assert (list(sight.place.before), sight.snippets) == ([""], ())


def test_what_stands_beside_is_in_the_prompt() -> None:
    assert "src/other.py\ndef unseen_name(): ..." in written(prompting(Source(SNIPPET)), document("x = "))
    assert "file_sep" not in written(prompting(), document("x = "))
    secret = Snippet("conf/id_rsa", "unseen_name\n", "search")
    made = prompting(Source(SNIPPET, secret))
    assert "id_rsa" not in written(made, document("x = "))
    assert [path for path, _ in made.withheld(document("x = "), Position(0, 4))] == ["conf/id_rsa"]


@pytest.mark.asyncio
async def test_new_candidates_are_for_the_next_prompt() -> None:
    source = Source()
    made = prompting(source)
    assert "unseen_name" not in written(made, document("x = "))
    source.offered = (SNIPPET,)
    assert "unseen_name" not in written(made, document("x = "))
    for _ in range(1000):
        await asyncio.sleep(0.001)
        if "unseen_name" in written(made, document("x = ")):
            break
    else:
        raise AssertionError("the snippet never came")
    made.gate.look_again()
    assert "unseen_name" not in written(made, document("x = "))
    made.close()


@pytest.mark.asyncio
async def test_who_asks_once_waits_for_what_the_disk_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """But not for a drive that hangs; and what repeats is counted for prompts that are sent, not for this."""
    free, reason = threading.Event(), Judge.reason

    def hanging(self: Judge, path: Path, is_code: bool = False) -> str:
        if path.name == "hangs.py":
            free.wait(60)
        time.sleep(0.02)
        return reason(self, path, is_code)

    monkeypatch.setattr(Judge, "reason", hanging)
    monkeypatch.setattr(beside, "LONGEST", 1.0)
    for name in ("a.py", "other.py", "hangs.py"):
        (tmp_path / name).write_text("")
    found = document("x = ", (tmp_path / "a.py").as_uri())
    offered = (replace(SNIPPET, path="other.py"), Snippet("hangs.py", "never_seen = 1\n", "search"))
    made = prompting(Source(*offered), folder=tmp_path)
    sight = await made.settled(found, end_of(found), Attempt(CHOICE, 2000))
    assert sight.closed == ""
    assert [one.path for one in sight.snippets] == ["other.py"]
    assert "unseen_name" in written(made, found)
    free.set()
    sight = await made.settled(found, end_of(found), Attempt(CHOICE, 2000))
    assert [one.path for one in sight.snippets] == ["other.py", "hangs.py"]
    made.close()


def test_lines_far_above_are_reached() -> None:
    body = "".join(f"    value_{number} = {number}\n" for number in range(5000))
    found = document(f"import os\nclass Far:\n{body}    x = ")
    made = prompting()
    for _ in made.gate.prepare(found):
        pass
    assert "import os\n# ...\n" in written(made, found)
    assert found.lines[0] == "import os\n"
    position = Position(2500, 4)
    sight = prompting().look(found, position)
    assert (sight.place.line, sight.place.before[-1]) == (2500, "    ")
    assert sight.place.lines_below + len(sight.place.after) == len(found.lines) - 2500


def test_the_budget_is_in_the_models_own_tokens() -> None:
    lines = "".join(f"value_{number} = {number}\n" for number in range(1000))
    made = prompting(ratio=1.25)
    rendered: Rendered = made.write(made.look(document(lines), Position(1000, 0)), Attempt(CHOICE, 1000))
    assert 780 <= rendered.tokens <= 800


def test_the_statistics_say_what_repeats() -> None:
    made = prompting()
    lines = "".join(f"value_{number} = {number}\n" for number in range(100))
    for typed in ("x", "xy", "xyz"):
        written(made, document(lines + typed))
    book = made._book
    totals = book.pending()
    head, all_of_them = totals.sum("head_tokens", "m"), totals.sum("compared_tokens", "m")
    assert 0.95 < head / all_of_them < 1
    lines_shown = list(text_lines(report(totals, 1)))
    assert any("of a prompt repeats the one before" in line for line in lines_shown)


def test_paths_are_shown_below_the_folder(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "x.py").write_text("")
    made = prompting(Source(SNIPPET), folder=tmp_path)
    found = document("x = ", (tmp_path / "src" / "x.py").as_uri())
    asyncio.run(made.gate.known(found))
    assert made.look(found, Position(0, 4)).place.path == "src/x.py"


def test_an_opened_document_is_parsed_before_its_first_prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    parse = imported.imports

    def watched(text: str, language_id: str, most: float) -> tuple[Import, ...]:
        asked.append(text)
        return parse(text, language_id, most)

    monkeypatch.setattr(imported, "imports", watched)
    imported.imported_in.cache_clear()
    opened = document("import this_one\n" + "".join(f"name_{n} = {n}\n" for n in range(900)))
    made = prompting()
    made.warm(opened)
    assert len(asked) == 1
    rendered = made.write(made.look(opened, end_of(opened)), Attempt(CHOICE, 1000))
    assert any(part.kind == "kept" and "import this_one\n" in part.text for part in rendered.parts)
    assert len(asked) == 1
