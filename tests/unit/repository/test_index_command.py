"""`foretype index` on small folders, by its exit code and what it prints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from foretype.cli.main import main
from tests.unit.repository.trees import grow


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))


def test_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = grow(tmp_path / "work", {"a.py": "a = 1\n", "b.py": "b = 2\n", ".env": "KEY=1", "x.png": "1"})
    assert main(["index", str(root)]) == 0
    out = capsys.readouterr().out
    assert f"Workspace:   {root.resolve()}" in out
    assert "2 files, 8 tokens" in out
    assert "may hold secrets, by its name" in out
    assert "error" not in out


def test_json_and_rebuild(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = grow(tmp_path / "work", {"a.py": "a = 1\n", "gen/b.py": "b = 2\n"})
    assert main(["index", str(root), "--json"]) == 0
    first = json.loads(capsys.readouterr().out)
    assert (first["files"], first["complete"], first["skipped"], first["error"]) == (2, True, {}, "")
    assert Path(first["index"]).is_relative_to(tmp_path / "XDG_CACHE_HOME")
    (Path(first["index"]) / "manifest.json").write_text("rubbish")
    assert main(["index", str(root), "--json", "--rebuild", "--set", "exclude=gen/"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert (again["files"], again["skipped"]) == (1, {"excluded": 1})


def test_search(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "class Basket:\n    def add_fruit(self, fruit):\n        self.fruits.append(fruit)\n"
    root = grow(tmp_path / "work", {"shop/basket.py": text, "b.py": "b = 2\n"})
    assert main(["index", str(root), "--search", "add_fruit Basket"]) == 0
    out = capsys.readouterr().out
    assert "2 files, 2 chunks, 3 symbols" in out
    assert "shop/basket.py:2  method add_fruit in Basket" in out
    assert "shop/basket.py:1-3" in out
    assert "class Basket:" in out
    assert main(["index", str(root), "--search", "add_fruit", "--json"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert values["search"]["files"] == 2
    assert values["search"]["bytes"] > 0
    assert [found["path"] for found in values["found"]["chunks"]] == ["shop/basket.py"]
    assert main(["index", str(root), "--search", "? nowhere"]) == 0
    assert "  nothing" in capsys.readouterr().out


def test_several_words_need_no_quotes_and_one_thing_is_singular(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = grow(
        tmp_path / "work", {"shop.py": "def total_of(items):\n    return sum(items)\n", "items/README": "words"}
    )
    for arguments in ([str(root), "--search", "total", "items"], ["--search", "total", "items", f"{root}/"]):
        assert main(["index", *arguments]) == 0
        out = capsys.readouterr().out
        assert f"Workspace:   {root.resolve()}" in out
        assert "1 file, " in out
        assert "in 1 segment\n" in out
        assert "1 file, 1 chunk, 1 symbol," in out
        assert "shop.py:1-2" in out
    monkeypatch.chdir(root)  # a folder's bare name is a word to search for
    assert main(["index", "--search", "total", "items"]) == 0
    assert f"Workspace:   {root.resolve()}\n" in capsys.readouterr().out


def test_what_is_no_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["index", str(tmp_path / "nowhere")]) == 2
    assert "is not a folder" in capsys.readouterr().err


def test_a_cache_that_cannot_be_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("foretype.repository.index._RESTART_DELAY", 0.001)
    grow(tmp_path, {"XDG_CACHE_HOME": "a file", "work/a.py": "a = 1\n"})
    assert main(["index", str(tmp_path / "work")]) == 1
    assert "error: The workspace index cannot be kept" in capsys.readouterr().out
