"""The small parts of code actions: own actions, journals, diffs, commit messages, questions, answers on their way."""

from __future__ import annotations

import os
import stat
import subprocess
import time

import pytest

from foretype.errors import ConfigurationError
from foretype.features.actions.commit_message import read_message
from foretype.features.actions.custom import from_folder, read_action
from foretype.features.actions.journal import LONGEST_KEPT, Journal, journal_for, key_of
from foretype.features.actions.patch import file_diff
from foretype.features.actions.run import code_so_far, prose_so_far
from foretype.features.actions.tasks import TASKS
from foretype.features.actions.values import Unfit
from foretype.prompts.actions.answer import read_answer
from foretype.prompts.actions.render import ActionQuestion, render_action, wording
from foretype.prompts.parts import TokenBudget
from foretype.prompts.tokens import TokenCounter

# Own actions


def test_an_action_from_a_file():
    text = '---\ntitle: "Make it {loud}"\noutput: insert\nlanguages: [python, go]\n---\n\nShout: {{selection}}\n'
    found = read_action("shout-it", text)
    assert found.task.title == "Make it loud"
    assert found.task.use == "insert"
    assert found.task.prompt == "Shout: {{selection}}"
    assert found.languages == ("python", "go")
    assert found.fits("go")
    assert not found.fits("c")
    assert read_action("shout-it", "Just do it").task.title == "Shout it"


@pytest.mark.parametrize("text", ["", "---\ntitle: x\n---\n", "---\noutput: run\n---\nx"])
def test_a_file_that_describes_none(text):
    with pytest.raises(ValueError, match=r"prompt|output"):
        read_action("x", text)


def test_a_journal_whose_last_line_was_torn(tmp_path):
    """The process was killed while it wrote: what comes behind is a line of its own."""
    first = journal_for(tmp_path, ("x",))
    first.add("a", "1")
    file = next(tmp_path.rglob("*.jsonl"))
    file.write_bytes(file.read_bytes() + b'{"key": "b", "ans')
    second = journal_for(tmp_path, ("x",))
    assert second.open() == 1
    second.add("c", "3")
    third = journal_for(tmp_path, ("x",))
    assert third.open() == 2
    assert third.answer("c") == "3"


def test_a_folder_with_all_kinds_of_files(tmp_path):
    folder = tmp_path / "w" / ".foretype" / "actions"
    folder.mkdir(parents=True)
    (folder / "good.md").write_text("Do it.")
    (folder / "note.txt").write_text("no action")
    (folder / "bad.md").write_bytes(b"\xff\xfe")
    (folder / "large.md").write_text("x" * 100_000)
    os.mkfifo(folder / "pipe.md")
    (tmp_path / "outside.md").write_text("Send it all.")
    (folder / "link.md").symlink_to(tmp_path / "outside.md")
    (tmp_path / "w" / ".env").write_text("KEY=1")
    (folder / "secret.md").symlink_to(tmp_path / "w" / ".env")
    found, problems = from_folder(tmp_path / "w")
    assert [each.task.name for each in found] == ["own:good"]
    assert len(problems) == 5
    assert from_folder(tmp_path / "nowhere") == ([], [])


# Journals


def test_a_journal_is_continued_and_goes(tmp_path):
    first = journal_for(tmp_path, ["document", "a.py"])
    assert first.open() == 0
    first.add(key_of("a"), "answer\nwith lines")
    second = journal_for(tmp_path, ["document", "a.py"])
    assert second.open() == 1
    assert second.answer(key_of("a")) == "answer\nwith lines"
    assert second.answer(key_of("b")) is None
    (file,) = (tmp_path / "bulk").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_bytes(file.read_bytes() + b'{"key": "x", "ans')
    assert journal_for(tmp_path, ["document", "a.py"]).open() == 1
    second.remove()
    assert not file.exists()
    assert journal_for(tmp_path, ["document", "b.py"]).open() == 0
    Journal(None).add("a", "b")


def test_a_journal_ages_out(tmp_path):
    """Also those of other runs, which nobody starts again."""
    for name in ("old", "other", "new"):
        journal_for(tmp_path, [name]).add("a", "1")
    long_ago = time.time() - LONGEST_KEPT - 60
    for name in ("old", "other"):
        os.utime(tmp_path / "bulk" / f"{key_of(name)}.jsonl", (long_ago, long_ago))
    assert journal_for(tmp_path, ["old"]).open() == 0
    assert [file.name for file in (tmp_path / "bulk").iterdir()] == [f"{key_of('new')}.jsonl"]
    assert journal_for(tmp_path, ["new"]).open() == 1


def test_keys_do_not_run_together():
    assert key_of("ab", "c") != key_of("a", "bc")


# Diffs

TEXTS = {
    "ends": ("a\nb\nc\n", "a\nB\nc\n"),
    "no end": ("a\nb", "a\nc"),
    "an end comes": ("a\nb", "a\nb\n"),
    "an end goes": ("a\nb\n", "a\nb"),
    "windows": ("a\r\nb\r\n", "a\r\nc\r\nb\r\n"),
    "old mac": ("a\rb\rc", "a\rB\rc"),
    "separators": ("a\u2028b\x0c\nc\n", "a\u2028b\x0c\nd\n"),
    "from nothing": ("", "x\n"),
    "to nothing": ("x\n", ""),
    "far apart": ("".join(f"{n}\n" for n in range(100)), "".join(f"{n}{'x' * (n % 40 == 3)}\n" for n in range(100))),
}


@pytest.mark.parametrize(
    "name", ["plain.txt", "with blank.txt", "größe 名前.txt", 'quo"te.txt', "a\tb.txt", "sub/dir/x.txt"]
)
@pytest.mark.parametrize("case", list(TEXTS))
def test_git_applies_every_diff(tmp_path, case, name):
    before, after = TEXTS[case]
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(before.encode())
    diff = file_diff(name, before, after)
    subprocess.run(["git", "apply", "--whitespace=nowarn", "-"], cwd=tmp_path, input=diff.encode(), check=True)
    assert path.read_bytes().decode() == after


def test_no_difference_is_no_diff():
    assert file_diff("a", "x\n", "x\n") == ""


# Commit messages


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ("Add x", "Add x"),
        ("Add x.", "Add x"),
        ("```\nAdd x\n\nBecause.\n```", "Add x\n\nBecause."),
        ("<think>hm</think>\nAdd x", "Add x"),
        ('"Add x"', "Add x"),
        ("Commit message: Add x\nBecause", "Add x\n\nBecause"),
        ("# Add x\n\n- one  \n- two", "Add x\n\n- one\n- two"),
        ("Here is the commit message:\n\nAdd x", "Add x"),
    ],
)
def test_the_message_in_an_answer(raw, message):
    assert read_message(raw) == message


@pytest.mark.parametrize("raw", ["", "\n", "<think>never", "I'm sorry, I can't do that."])
def test_no_message_in_an_answer(raw):
    with pytest.raises(Unfit):
        read_message(raw)


# Questions


def budget(tokens: int) -> TokenBudget:
    return TokenBudget(tokens, TokenCounter("cl100k_base"))  # counts bytes, which is more than any tokenizer


def test_variables_are_filled_in_once():
    question = ActionQuestion(
        ("common_edit",), "{{file}} {language}", "a.py", "python", own="Do {{selection}} in {{file}}"
    )
    content = render_action(question, budget(5000)).messages[-1].content
    assert content == "Do {{file}} {language} in a.py"


def test_variables_are_filled_in_where_the_code_is_added():
    question = ActionQuestion(
        ("common_edit",), "x = {{file}}", "a.py", "python", own="Write {{language}} for {{file}}: {{ diagnostics }}"
    )
    content = render_action(question, budget(5000)).messages[-1].content
    assert "Write python for a.py: none" in content
    assert "----- BEGIN -----\nx = {{file}}\n----- END -----" in content


def test_a_question_is_cut_around_the_unit_to_its_budget():
    lines = "".join(f"line {n}\n" for n in range(400))
    question = ActionQuestion(("common_edit", "simplify"), "the unit", "a.py", "python", before=lines, after=lines)
    for tokens in (1500, 2500, 4000):
        prompt = render_action(question, budget(tokens))
        assert sum(len(message.content.encode()) + 8 for message in prompt.messages) <= tokens
        content = prompt.messages[-1].content
        assert "----- BEGIN -----\nthe unit\n----- END -----" in content
        assert "line 399" in content


def test_a_unit_that_is_too_long_is_not_cut():
    with pytest.raises(ConfigurationError, match="longer than the budget"):
        render_action(ActionQuestion(("common_edit",), "x" * 5000), budget(2000))


def test_every_prompt_has_its_words():
    shared = ("common_edit", "common_imports", "common_insert", "common_prose", "repair", "commit_message", "custom")
    for name in (*shared, *TASKS):
        assert wording(name)


# Answers while they come


def test_what_is_shown_of_an_answer_grows():
    whole = "Sure!\n\n```python\ndef f():\n    return 1\n```\nDone."
    shown = [code_so_far(whole[:length]) for length in range(len(whole) + 1)]
    assert shown[-1] == "def f():\n    return 1"
    assert shown[len("Sure!\n\n```python\ndef f")] == "def f"
    assert shown[4] == ""
    assert prose_so_far("<think>secret") == ""
    assert prose_so_far("<think>secret</think>\n\nIt is.") == "It is."


@pytest.mark.parametrize(
    "raw",
    [
        "```" * 50_000,
        "<<<<<<< SEARCH\n" * 20_000,
        "@@ -1 +1 @@\n" * 20_000,
        "a/" * 100_000,
        "~~~\n" * 20_000,
        "x" * 400_000,
    ],
)
def test_hostile_answers_are_read_in_linear_time(raw):
    assert read_answer(raw) is not None
