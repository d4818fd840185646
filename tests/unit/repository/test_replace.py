"""A whole file in another's place: its mode, and what is left where that fails."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from foretype.repository.replace import replace_file


def test_the_file_is_its_owners_or_keeps_a_mode(tmp_path: Path):
    path = tmp_path / ("x" * 250)
    replace_file(path, b"one")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    replace_file(path, b"two", 0o755)
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"two", 0o755)
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_is_replaced_and_not_followed(tmp_path: Path):
    outside, link = tmp_path / "outside", tmp_path / "link"
    outside.write_text("theirs")
    link.symlink_to(outside)
    replace_file(link, b"ours")
    assert (outside.read_text(), link.read_text()) == ("theirs", "ours")
    assert not link.is_symlink()


def test_nothing_is_left_of_what_fails(tmp_path: Path):
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "full").touch()
    with pytest.raises(OSError, match="folder"):
        replace_file(folder, b"data")
    assert os.listdir(tmp_path) == ["folder"]
