"""What the disk says of files: looked up in threads, kept, never waited for while a drive hangs."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path, PurePosixPath

import pytest

from foretype.context import looking
from foretype.context.exclude import NOT_KNOWN, Exclusions
from foretype.context.gate import INSIDE, Gate
from foretype.context.looking import Judge
from foretype.context.names import DEFAULT, Ways
from foretype.context.secrets import PLACEHOLDER
from foretype.context.snippet import Snippet
from foretype.text.document import Document
from foretype.text.lines import Lines
from foretype.text.positions import Position

TOKEN = "gh" + "p_" + "x8Kd02LmQz" * 4


def grow(root: Path, *names: str, **texts: str) -> Path:
    root = root / "work"
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("", encoding="utf-8")
    for name, text in texts.items():
        path = root / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("name", "because"),
    [
        ("a.py", ""),
        ("deep/a.py", ""),
        ("deep/new.py", ""),
        ("made.py", "Git ignores"),
        ("deep/made.py", "Git ignores"),
        ("deep/kept.py", ""),
        ("gone/kept.py", "Git ignores"),
        ("own.py", ".foretypeignore"),
        ("chosen.py", ".foretypeignore"),
        ("a.csv", "lock or data"),
        ("a.tsv", ""),
        ("yarn.lock", "lock or data"),
        ("page.html", ""),
        ("a.svg", "lock or data"),
        ("notes.md", ""),
        ("../out.py", "outside"),
        ("a.ipynb", "lock or data"),
    ],
)
def test_ignore_files_and_names(tmp_path: Path, name: str, because: str):
    root = grow(
        tmp_path,
        "a.py",
        "deep/a.py",
        "gone/kept.py",
        _dot_gitignore="made.py\nkept.py\ngone/\n",
        deep___dot_gitignore="!kept.py\n",
        _dot_foretypeignore="own.py\n!*.tsv\n",
    )
    reason = Judge(("chosen.py",), (root,), DEFAULT).reason(root / name)
    assert because in reason
    assert bool(because) == bool(reason)
    assert not reason or reason.endswith(".")


def test_a_file_without_a_folder_belongs_to_its_repository(tmp_path: Path):
    root = grow(tmp_path, ".git/HEAD", "deep/a.py", "deep/made.py", _dot_gitignore="made.py\n")
    judge = Judge((), (), DEFAULT)
    assert judge.reason(root / "deep" / "a.py") == ""
    assert "Git ignores" in judge.reason(root / "deep" / "made.py")
    assert judge.reason(tmp_path / "alone.py") == ""


def test_links_are_followed_to_their_end(tmp_path: Path):
    root = grow(tmp_path, "a.py", ".env", "deep/b.py")
    (tmp_path / "out.py").write_text("", encoding="utf-8")
    (root / "fine.py").symlink_to(root / "deep" / "b.py")
    (root / "secret.py").symlink_to(root / ".env")
    (root / "out.py").symlink_to(tmp_path / "out.py")
    (root / "loop.py").symlink_to(root / "loop.py")
    (tmp_path / "other").symlink_to(root)
    judge = Judge((), (root,), DEFAULT)
    assert judge.reason(root / "fine.py") == ""
    assert "secrets" in judge.reason(root / "secret.py")
    assert "leads out" in judge.reason(root / "out.py")
    assert judge.reason(tmp_path / "other" / "a.py") == ""  # the same workspace by another name
    assert Judge((), (tmp_path / "other",), DEFAULT).reason(root / "a.py") == ""
    judge.reason(root / "loop.py")  # ends
    assert Judge((), (root,), Ways(outside_workspace=True)).reason(root / "out.py") == ""
    assert "secrets" in Judge((), (root,), Ways(True, True)).reason(root / "secret.py")


async def answer_of(exclusions: Exclusions, path: Path, patience: float | None = None) -> str:
    await exclusions.known(path.as_uri(), patience)
    return exclusions.withheld_document(path.as_uri())


async def test_an_answer_is_kept_until_ignore_files_change(tmp_path: Path):
    root = grow(tmp_path, "a.py")
    exclusions = Exclusions((), [root])
    assert exclusions.withheld_document((root / "a.py").as_uri()) == NOT_KNOWN
    assert await answer_of(exclusions, root / "a.py") == ""
    (root / ".gitignore").write_text("a.py\n", encoding="utf-8")
    assert await answer_of(exclusions, root / "a.py") == ""
    exclusions.look_again()
    assert "Git ignores" in await answer_of(exclusions, root / "a.py")


async def test_an_old_answer_counts_while_it_is_looked_up_anew(tmp_path: Path, monkeypatch):
    root = grow(tmp_path, "a.py")
    exclusions = Exclusions((), [root])
    assert await answer_of(exclusions, root / "a.py") == ""
    (root / ".gitignore").write_text("a.py\n", encoding="utf-8")
    monkeypatch.setattr(looking, "LASTS", -1.0)
    assert exclusions.withheld_document((root / "a.py").as_uri()) == ""
    monkeypatch.setattr(looking, "LASTS", 3600.0)
    for _ in range(500):
        if exclusions.withheld_document((root / "a.py").as_uri()):
            break
        await asyncio.sleep(0.01)
    assert "Git ignores" in exclusions.withheld_document((root / "a.py").as_uri())


async def test_a_drive_that_hangs_hangs_nobody(tmp_path: Path, monkeypatch):
    """Its files are withheld; others, and the end of the process, do not wait for it."""
    root = grow(tmp_path, "a.py", "b.py")
    free, reason = threading.Event(), Judge.reason

    def hanging(self: Judge, path: Path, is_code: bool = False) -> str:
        if path.name.startswith("a"):
            free.wait(60)
        return reason(self, path, is_code)

    monkeypatch.setattr(Judge, "reason", hanging)
    monkeypatch.setattr(looking, "PATIENCE", 0.05)
    exclusions = Exclusions((), [root])
    began = time.monotonic()
    assert await answer_of(exclusions, root / "a.py") == NOT_KNOWN
    assert time.monotonic() - began < 10
    assert await answer_of(exclusions, root / "b.py", 10.0) == ""  # who has asked for something waits for longer
    threads = [thread for thread in threading.enumerate() if thread.name == "gate"]
    assert threads
    assert all(thread.daemon for thread in threads)
    free.set()
    assert await answer_of(exclusions, root / "a.py", 10.0) == ""


@pytest.mark.parametrize(
    ("name", "because"),
    [
        ("a.ipynb", ""),
        ("deep/a b.ipynb", ""),
        ("made.ipynb", "Git ignores"),
        ("own.ipynb", ".foretypeignore"),
        ("vault/a.ipynb", "excluded by the settings"),
        (".ssh/a.ipynb", "may hold secrets"),
        ("../out.ipynb", "outside"),
        ("link.ipynb", "out of the workspace"),
    ],
)
async def test_a_cell_is_judged_by_its_notebook(tmp_path: Path, name: str, because: str):
    """As a piece of code, though the notebook's own text is data."""
    root = grow(tmp_path, name, _dot_gitignore="made*\n", _dot_foretypeignore="own*\n")
    (tmp_path / "elsewhere.ipynb").write_text("", encoding="utf-8")
    (root / "link.ipynb").unlink(missing_ok=True)
    (root / "link.ipynb").symlink_to(tmp_path / "elsewhere.ipynb")
    exclusions, file = Exclusions(["vault/"], [root]), (root / name).as_uri()
    for cell in (file.replace("file://", "vscode-notebook-cell:"), file.replace("file:", "vscode-notebook-cell:")):
        await exclusions.known(f"{cell}#W2sZmlsZQ%3D%3D")
        said = exclusions.withheld_document(f"{cell}#W2sZmlsZQ%3D%3D")
        assert because in said
        assert bool(said) is bool(because)
    assert exclusions.excluded_document(f"{cell}#X1") is name.startswith("vault")


async def test_many_folders_forget_nothing_before_it_is_known(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(Judge, "reason", lambda *_: "")
    folders = [tmp_path / f"folder{number}" for number in range(40)]
    exclusions, paths = Exclusions((), folders), [f"pack/a{number}.py" for number in range(64)]
    for _ in range(200):
        left = [path for path in paths if exclusions.withheld_snippet(path)]
        if not left:
            break
        await asyncio.sleep(0.01)
    assert not left


async def test_an_error_of_the_disk_withholds(tmp_path: Path, monkeypatch):
    def broken(self: Judge, path: Path, is_code: bool = False) -> str:
        raise PermissionError

    monkeypatch.setattr(Judge, "reason", broken)
    assert "could not be looked up" in await answer_of(Exclusions((), [tmp_path]), tmp_path / "a.py")


@pytest.mark.parametrize(
    ("uri", "withheld"),
    [
        ("untitled:Untitled-1", False),
        ("vscode-notebook-cell://host/w/a.ipynb#W1", False),
        ("vscode-notebook-cell:/w/.ssh/a.ipynb#W1", True),
        ("git:/w/a.py?ref", False),
        ("git:/w/.env?ref", True),
        ("vscode-remote://host/home/me/.aws/credentials", True),
        ("http://[broken", False),
        ("custom:/w/id_rsa", True),
    ],
)
def test_documents_that_are_no_files(uri: str, withheld: bool):
    assert bool(Exclusions().withheld_document(uri)) is withheld


def a_document(text: str, uri: str = "untitled:a.py", language: str = "python") -> Document:
    return Document(uri, language, 1, Lines(text))


def test_the_gate_lets_a_document_through_without_its_secrets():
    gate = Gate(Exclusions())
    document = a_document(f'# a\nuse("{TOKEN}", x)\nb = 1\n')
    shown = gate.shown(document, Position(2, 3))
    assert TOKEN[:8] not in shown.document.text
    assert PLACEHOLDER in shown.document.text
    assert shown.position == Position(2, 3)
    assert gate.closed(document, Position(2, 3)) == ""
    assert gate.closed(document, Position(1, 12)) == INSIDE
    gate.shown(document, Position(2, 3))
    assert gate.taken_out(document) == "1 secret is withheld from the model."
    assert gate.taken_out(a_document("x", "untitled:b")) == ""
    # Behind a secret in its line the cursor stands where the text behind it does.
    shown = gate.shown(document, Position(1, len(f'use("{TOKEN}", x')))
    assert shown.document.before(shown.position, 10**6).endswith(f'use("{PLACEHOLDER}", x')
    assert shown.document.after(shown.position, 10**6) == ")\nb = 1\n"


def test_the_gate_passes_what_holds_no_secret_as_it_is():
    gate = Gate(Exclusions())
    document = a_document("a = 1\n" * 300)
    assert gate.shown(document, Position(3, 0)).document is document
    snippet = Snippet("a.py", "def a(): ...", "search")
    assert gate.snippets([snippet]) == [snippet]
    assert gate.snippets([snippet])[0] is snippet


@pytest.mark.parametrize(
    ("snippet", "left"),
    [
        (Snippet("a.py", '    "Tr0ub4dor&3x")\nb = 1\n', "search", lead="login(\n  password=\n"), ")\nb = 1\n"),
        (Snippet("hosts", "password: Tr0ub4dor&3x\nb: 1\n", "open file", language_id="yaml"), "\nb: 1\n"),
    ],
    ids=["named above the cut", "by the editor's language"],
)
def test_what_says_that_a_value_is_secret_need_not_be_in_the_snippet(snippet: Snippet, left: str):
    (passed,) = Gate(Exclusions()).snippets([snippet])
    assert "Tr0ub4dor" not in passed.text
    assert PLACEHOLDER in passed.text
    assert passed.text.endswith(left)
    assert (passed.text.count("\n"), passed.lead) == (2, "")


async def test_snippets_of_forbidden_files_and_their_secrets_stay(tmp_path: Path):
    root = grow(tmp_path, "a.py", _dot_gitignore="made.py\n")
    gate = Gate(Exclusions(["vault/"], [root]))
    offered = [
        Snippet("a.py", f'use("{TOKEN}")', "search"),
        Snippet(".env", "A=1", "open file"),
        Snippet("deep/id_rsa", "A=1", "open file"),
        Snippet("made.py", "A=1", "edit"),
        Snippet("vault/a.py", "A=1", "edit"),
        Snippet("poetry.lock", "A=1", "search"),
        Snippet("", f"clipboard {TOKEN}", "clipboard"),
        Snippet(f"{TOKEN}/a.py", "x", "search"),
    ]
    assert [each.origin for each in gate.snippets(offered)] == ["clipboard"]  # nothing else is known yet
    for _ in range(500):
        if len(gate.snippets(offered)) == 3:
            break
        await asyncio.sleep(0.01)
    passed = gate.snippets(offered)
    assert [each.path for each in passed] == ["a.py", "", f"{PLACEHOLDER}/a.py"]
    assert all(TOKEN[:8] not in each.text + each.path for each in passed)


@pytest.mark.parametrize("language", [TOKEN, "python\nmore", "x" * 50, "```"])
def test_a_language_that_is_none_is_not_named(language: str):
    shown = Gate(Exclusions()).shown(a_document("x", language=language), Position(0, 0))
    assert shown.document.language_id == ""


@pytest.mark.parametrize("name", [".env.example", ".env.sample", ".env.template", ".env.dist"])
def test_templates_of_environments_are_files_like_others(name: str):
    assert Exclusions().withheld(PurePosixPath("/w") / name) == ""


for _name, _test in list(globals().items()):
    if _name.startswith("test_") and asyncio.iscoroutinefunction(_test):
        globals()[_name] = pytest.mark.asyncio(_test)
