"""The context benchmark's moments: what stood where just before a line was typed, and nothing of the future."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from benchmarks.context.git import Clone
from benchmarks.context.measure import Scores, measure
from benchmarks.context.methods import cody, continue_dev, llama_vim, ours, plain, tabby, zed
from benchmarks.context.moments import Moment
from benchmarks.context.positions import Position, Sample, choose
from benchmarks.context.recall import recall, truth_of
from benchmarks.context.report import gain, table, with_interval
from benchmarks.context.shape import Prompt
from benchmarks.context.view import World

BEFORE = {
    "a_first.py": "def first_name():\n    return 1\n",
    "b_middle.py": (
        "import os\n\n\ndef middle():\n    old_line = 1\n    return old_line\n\n\ndef tail():\n    return 3\n"
    ),
    "c_last.py": "def last_name():\n    return 1\n",
    "d_other.py": "def elsewhere_only(value):\n    return value\n",
}
AFTER = {
    "a_first.py": "def first_name():\n    return added_first\n",
    "b_middle.py": (
        "import os\nimport sys\n\n\ndef middle():\n    one = elsewhere_only(1)\n    two = first_name(one, sys)\n"
        "    return two\n\n\ndef tail():\n    return 4\n"
    ),
    "c_last.py": "def last_name():\n    return added_last\n",
}


def run(folder: Path, *arguments: str) -> str:
    names = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", "-C", str(folder), *names, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    run(tmp_path, "init", "-q")
    for files in (BEFORE, AFTER):
        for path, text in files.items():
            (tmp_path / path).write_text(text)
        run(tmp_path, "add", "-A")
        run(tmp_path, "commit", "-q", "-m", "x")
    clone = Clone(tmp_path)
    yield clone
    clone.close()


def moment(clone: Clone, line: int, path: str = "b_middle.py") -> Moment:
    return Moment(clone, clone.run("rev-parse", "HEAD").strip(), path, line)


def test_the_text_before_is_new_and_the_text_behind_is_old(clone: Clone) -> None:
    here = moment(clone, 6)
    assert here.truth == "two = first_name(one, sys)"
    assert here.before == "import os\nimport sys\n\n\ndef middle():\n    one = elsewhere_only(1)\n    "
    assert here.after == "\n\n\ndef tail():\n    return 3\n"


def test_only_what_came_before_has_been_done(clone: Clone) -> None:
    here = moment(clone, 6)
    assert [change.path for change in here.earlier] == ["a_first.py"]
    assert here.open_paths[0] == "a_first.py"
    edits = [(edit.path, "".join(edit.added)) for edit in here.edits()]
    assert edits == [
        ("a_first.py", "    return added_first\n"),
        ("b_middle.py", "import sys\n"),
        ("b_middle.py", "    one = elsewhere_only(1)\n"),
    ]


def test_the_disk_holds_the_parents_tree_and_the_earlier_files(clone: Clone) -> None:
    view = World(clone).view(Position(clone.run("rev-parse", "HEAD").strip(), "b_middle.py", 5, "any"))
    assert sorted(view.world.disk) == ["a_first.py", "c_last.py", "d_other.py"]
    assert "added_first" in view.text("a_first.py")
    assert "added_last" not in view.text("c_last.py")


def test_what_only_other_files_hold(clone: Clone) -> None:
    commit = clone.run("rev-parse", "HEAD").strip()
    world = World(clone)
    assert truth_of(world.view(Position(commit, "b_middle.py", 5, "any"))).cross == {"elsewhere_only"}
    truth = truth_of(world.view(Position(commit, "b_middle.py", 6, "any")))
    assert truth.names == {"two", "first_name", "one", "sys"}
    assert truth.cross == {"first_name"}


def test_choosing_is_the_same_every_time_and_takes_added_code_only(clone: Clone) -> None:
    found = choose(clone, "x", (20, 20)).positions
    assert found == choose(clone, "x", (20, 20)).positions
    assert found
    assert all(Moment(clone, one.commit, one.path, one.line).names for one in found)


METHODS = {
    "prefix": plain.prefix_only,
    "both": plain.prefix_and_suffix,
    "tabby": tabby.tabby,
    "continue": continue_dev.continue_dev,
    "cody": cody.cody,
    "llama": llama_vim.llama_vim,
    "bm25": zed.bm25,
    "Foretype": ours.ours,
}


def test_all_methods_stay_within_their_budgets_and_ours_finds_the_other_file(clone: Clone) -> None:
    commit = clone.run("rev-parse", "HEAD").strip()
    sample = Sample("x", tuple(Position(commit, "b_middle.py", line, "any") for line in (1, 5, 6)))
    scores = measure(clone, sample, METHODS, (150, 1_000))  # raises where one is over
    # The first line has nothing to do with anything near it: nobody could look for what it needs.
    assert scores.xr["Foretype", 1_000] == [0.0, 1.0]
    assert scores.xr["prefix", 1_000] == [0.0, 0.0]
    assert "Foretype" in table([scores], list(METHODS), (150, 1_000))


def test_a_prompt_over_its_budget_ends_the_measuring(clone: Clone) -> None:
    commit = clone.run("rev-parse", "HEAD").strip()
    sample = Sample("x", (Position(commit, "b_middle.py", 5, "any"),))
    with pytest.raises(AssertionError, match="tokens for 5"):
        measure(clone, sample, {"long": lambda *_: Prompt("word " * 20, "")}, (5,))


def test_recall() -> None:
    assert recall("alpha = beta", frozenset({"alpha", "gamma"}), "python") == 0.5


def test_the_gain_is_over_the_best_other() -> None:
    scores = [
        Scores(str(at), {}, {("ours", 9): [0.8, 0.6], ("a", 9): [0.5], ("b", 9): [0.1 * at]}, {}) for at in range(3)
    ]
    for one in scores:
        one.ir = one.xr
    assert "+0.200 ahead of a" in gain(scores, "ours", ["a", "b"], (9,))
    assert with_interval([0.5, 0.5]) == "0.500"
    assert with_interval([0.2, 0.4, 0.6]).startswith(".400 [")
