"""The search database as the server uses it: written by a real worker, which is killed, stopped and lied to."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
import stat
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from foretype.repository.index import WorkspaceIndex
from foretype.repository.options import IndexOptions
from foretype.repository.search import database
from foretype.repository.search.reader import SearchReader
from foretype.repository.skip import REASONS
from tests.unit.repository.trees import grow

pytestmark = pytest.mark.asyncio
PATIENCE = 120.0  # Seconds until a test gives up on the worker; never waited for when all is well.
QUIET = IndexOptions(walk_pause=600.0)


def texts(count: int, lines: int = 12) -> dict[str, str | bytes]:
    return {
        f"d{number % 4}/f{number}.py": f"class Kind{number}:\n"
        + "".join(f"    def step_{number}_{line}(self):\n        return {line}\n\n" for line in range(lines))
        for number in range(count)
    }


@asynccontextmanager
async def running(tmp_path: Path, options: IndexOptions = QUIET, settle: bool = True) -> AsyncIterator[WorkspaceIndex]:
    index = WorkspaceIndex(tmp_path / "work", tmp_path / "cache", options)
    await index.start()
    try:
        if settle:
            await asyncio.wait_for(index.settled(), PATIENCE)
        yield index
    finally:
        await index.close()


async def until(condition: Callable[[], bool]) -> None:
    async def poll() -> None:
        while not condition():
            await asyncio.sleep(0.01)

    await asyncio.wait_for(poll(), PATIENCE)


def folder_of(tmp_path: Path) -> Path:
    (folder,) = (tmp_path / "cache" / "index").iterdir()
    return folder


def database_of(tmp_path: Path) -> Path:
    found = database.current(folder_of(tmp_path))
    assert found is not None
    return found


def check(tmp_path: Path, root: Path, reader: SearchReader) -> int:
    """Whatever is in the database is whole and true; how many files that is."""
    paths = [path.relative_to(root).as_posix() for path in sorted(root.rglob("*.py"))]
    known = set(reader.paths_ending([path.rpartition("/")[2] for path in paths]))
    assert known <= set(paths)
    for path in known:
        text = (root / path).read_text()
        assert reader.file(path) == text
        number = path.rpartition("/f")[2].partition(".")[0]
        if not number.isdigit():
            continue
        found = reader.search({f"step_{number}_3": 1.0}, 3)
        assert path in {chunk.path for chunk in found}
        assert [symbol.path for symbol in reader.definitions([f"Kind{number}"], 3)] == [path]
    return len(known)


def integrity(path: Path) -> str:
    """What SQLite itself says of a database that nobody has open, of its full-text index too."""
    connection = sqlite3.connect(path)
    try:
        connection.execute("INSERT INTO words (words) VALUES ('integrity-check')")
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])
    finally:
        connection.close()


async def test_build_edit_delete_and_second_start(tmp_path: Path) -> None:
    root = grow(tmp_path / "work", {**texts(30), ".env": "SECRET_STEP = 1", "gone.py": "def soon_gone(): pass\n"})
    async with running(tmp_path) as index:
        assert index.search.counts().files == 31
        assert index.status.search_waiting == 0
        assert not index.status.search_error
        assert check(tmp_path, root, index.search) == 31
        assert ".env" not in {chunk.path for chunk in index.search.search({"secret_step": 1.0}, 100)}
        version = index.search.version
        (root / "d1" / "f1.py").write_text("def fresh_from_the_editor():\n    pass\n")
        (root / "gone.py").unlink()
        index.file_changed(str(root / "d1" / "f1.py"))
        index.file_deleted(str(root / "gone.py"))
        await asyncio.wait_for(index.settled(), PATIENCE)
        assert [chunk.path for chunk in index.search.search({"fresh_from_the_editor": 1.0}, 5)] == ["d1/f1.py"]
        assert index.search.definitions(["soon_gone", "Kind1"], 5) == []
        assert index.search.version != version
        version = index.search.version
    async with running(tmp_path) as index:
        assert index.search.version == version, "nothing has changed, so nothing was written"
        assert index.search.counts().files == 30
    assert integrity(database_of(tmp_path)) == "ok"
    assert not list(folder_of(tmp_path).glob("*-wal"))


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
async def test_killed_at_random_moments_it_is_always_usable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("foretype.repository.index._MOST_CRASHES", 0)
    root = grow(tmp_path / "work", texts(400, lines=30))
    places = sorted(root.rglob("*.py"))
    versions = {place.relative_to(root).as_posix(): {place.read_text()} for place in places}
    rng, reader, waiting = random.Random(9), SearchReader(), []
    for number in range(10):
        for place in rng.sample(places, 60 if number else 0):
            text = f"# version {number}\n\n" + place.read_text()
            place.write_text(text)
            versions[place.relative_to(root).as_posix()].add(text)
        index = WorkspaceIndex(root, tmp_path / "cache", QUIET)
        await index.start()
        await until(lambda index=index: bool(index.folder))
        reader.locate(index.folder)
        # Some die in the walk, some while segments are built, most while the database is written.
        if rng.random() < 0.8:
            await until(lambda index=index: index.status.search_waiting > 0 or not index.status.building)
        await asyncio.sleep(rng.random() * rng.choice([0.01, 0.1, 0.6]))
        pid = index.worker_pid
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
        waiting.append(index.status.search_waiting)
        await until(lambda index=index: index.worker_pid is None)
        # One reader has been there all the time, another comes now.
        assert is_true(versions, reader) <= is_true(versions, index.search)
        await index.close()
    reader.close()
    assert any(waiting), "some were killed half way"
    async with running(tmp_path) as index:
        assert check(tmp_path, root, index.search) == 400
        assert not index.status.error
        assert not index.status.search_error
    assert integrity(database_of(tmp_path)) == "ok"


def is_true(versions: dict[str, set[str]], reader: SearchReader) -> int:
    """Every file in the database is one of its versions, with the chunks and symbols of that one."""
    count = 0
    for path, texts_of in versions.items():
        text = reader.file(path)
        if text is not None:
            count += 1
            assert text in texts_of
            lines = text.splitlines(keepends=True)
            number = path.rpartition("/f")[2].partition(".")[0]
            for chunk in reader.search({f"step_{number}_3": 1.0, "version": 0.1}, 3):
                whole = (reader.file(chunk.path) or "").splitlines(keepends=True)
                assert "".join(whole[chunk.start : chunk.end]) == chunk.text
            assert lines[reader.symbols(path)[0].start] == f"class Kind{number}:\n"
    return count


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
async def test_a_worker_killed_while_files_wait_is_replaced_and_all_settles(tmp_path: Path) -> None:
    root = grow(tmp_path / "work", texts(200, lines=30))
    async with running(tmp_path, settle=False) as index:
        await until(lambda: index.status.search_waiting > 0)
        pid = index.worker_pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await asyncio.wait_for(index.settled(), PATIENCE)
        assert index.worker_pid != pid
        assert check(tmp_path, root, index.search) == 200
        assert not index.status.error


async def test_two_windows_share_one_database(tmp_path: Path) -> None:
    root = grow(tmp_path / "work", texts(20))
    async with running(tmp_path) as builder, running(tmp_path) as reader:
        assert (builder.status.builder, reader.status.builder) == (True, False)
        assert check(tmp_path, root, builder.search) == check(tmp_path, root, reader.search) == 20
        (root / "d1" / "f1.py").write_text("def told_by_the_other_window():\n    pass\n")
        reader.file_changed(str(root / "d1" / "f1.py"))
        for index in (builder, reader):
            await until(lambda index=index: bool(index.search.definitions(["told_by_the_other_window"], 1)))
        await builder.close()
        await until(lambda: reader.status.builder)
        (root / "d1" / "f1.py").write_text("def written_by_the_heir():\n    pass\n")
        reader.file_changed(str(root / "d1" / "f1.py"))
        await until(lambda: bool(reader.search.definitions(["written_by_the_heir"], 1)))
        assert builder.search.definitions(["written_by_the_heir"], 1), "a closed window's reader opens it again"
        builder.search.close()
    assert len(list(folder_of(tmp_path).glob("*.sqlite"))) == 1


@pytest.mark.parametrize("damage", ["cut", "flipped", "newer", "gone", "pointer gone", "pointer wrong", "a folder"])
async def test_damage_is_mended(tmp_path: Path, damage: str) -> None:
    root = grow(tmp_path / "work", texts(40))
    async with running(tmp_path) as index:
        assert index.search.counts().files == 40
    path, pointer = database_of(tmp_path), folder_of(tmp_path) / f"search-{database.SCHEMA}.current"
    data = bytearray(path.read_bytes())
    if damage == "cut":
        path.write_bytes(data[: len(data) * 2 // 3])
    elif damage == "flipped":
        for place in range(5000, len(data), 4096):
            data[place : place + 300] = bytes(300)
        path.write_bytes(data)
    elif damage == "newer":
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA user_version = 99")
        connection.close()
    elif damage == "gone":
        path.unlink()
    elif damage == "pointer gone":
        pointer.unlink()
    elif damage == "pointer wrong":
        pointer.write_bytes(b"\xff\x00../x")
    else:
        path.unlink()
        path.mkdir()
    async with running(tmp_path) as index:
        assert check(tmp_path, root, index.search) == 40
        assert not index.status.error
        assert not index.status.search_error


@pytest.mark.skipif(os.name == "nt", reason="files in use cannot be written over")
async def test_damage_under_a_running_worker_is_noticed_by_a_reader(tmp_path: Path) -> None:
    root = grow(tmp_path / "work", texts(60))
    async with running(tmp_path) as index:
        path = database_of(tmp_path)
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA wal_checkpoint (TRUNCATE)")
        connection.close()
        with path.open("r+b") as file:
            for place in range(4096 + 8, path.stat().st_size, 4096):
                file.seek(place)
                file.write(os.urandom(600))
        reader = SearchReader(folder_of(tmp_path), index._search_damaged)
        await until(lambda: bool(reader.search({"step_1_1": 1.0}, 1)))
        await asyncio.wait_for(index.settled(), PATIENCE)
        assert database_of(tmp_path) != path
        assert check(tmp_path, root, index.search) == 60
        reader.close()


async def test_rebuild_uses_nothing_of_the_cache(tmp_path: Path) -> None:
    grow(tmp_path / "work", texts(5))
    async with running(tmp_path):
        before = database_of(tmp_path)
    index = WorkspaceIndex(tmp_path / "work", tmp_path / "cache", QUIET)
    await index.start(rebuild=True)
    await asyncio.wait_for(index.settled(), PATIENCE)
    assert index.search.counts().files == 5
    await index.close()
    assert database_of(tmp_path) != before
    assert not before.exists()


async def test_the_worker_watches_by_itself(tmp_path: Path) -> None:
    root = grow(tmp_path / "work", texts(10))
    async with running(tmp_path, IndexOptions(walk_pause=0.1)) as index:
        (root / "d1" / "f1.py").write_text("def changed_behind_our_back():\n    pass\n")
        (root / "d2" / "f2.py").unlink()
        await until(lambda: bool(index.search.definitions(["changed_behind_our_back"], 1)))
        await until(lambda: not index.search.definitions(["Kind2"], 1))
        # It walks about once a second. Sooner or later there is nothing new, and then nothing may be heard of it.
        heard = [time.monotonic()]
        index._on_change = lambda: heard.append(time.monotonic())
        manifest = folder_of(tmp_path) / "manifest.json"
        await until(lambda: time.time() - os.stat(manifest).st_mtime > 3.5 and time.monotonic() - heard[-1] > 3.5)


# Bad input.


async def test_more_files_than_are_looked_at(tmp_path: Path) -> None:
    grow(tmp_path / "work", texts(60))
    async with running(tmp_path, IndexOptions(max_entries=30, walk_pause=600.0)) as index:
        assert index.status.truncated
        assert 0 < index.search.counts().files < 30
        assert index.status.skipped.get("limit")


@pytest.mark.skipif(os.name == "nt", reason="SIGSTOP stands in for a drive that hangs")
async def test_a_worker_that_hangs_in_its_writing_keeps_nobody_from_reading(tmp_path: Path) -> None:
    root = grow(tmp_path / "work", texts(300, lines=30))
    async with running(tmp_path, settle=False) as index:
        await until(lambda: index.search.counts().files > 0)
        pid = index.worker_pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        known = check(tmp_path, root, index.search)
        assert known > 0
        assert index.search.search({"step_7_7": 1.0}, 5) or known < 300
        await asyncio.wait_for(index.close(), PATIENCE)
    async with running(tmp_path) as index:
        assert check(tmp_path, root, index.search) == 300


async def test_files_that_change_while_they_are_read(tmp_path: Path) -> None:
    root = grow(tmp_path / "work", texts(80))
    restless, ended, rng = root / "d0" / "f0.py", threading.Event(), random.Random(1)

    def rewrite() -> None:
        while not ended.is_set():
            number = rng.randrange(1000)
            restless.write_text(f"class Kind0:\n    step_0_3 = {number}\n" * rng.randrange(1, 40))
            (root / "d1" / "comes_and_goes.py").write_text("x = 1\n")
            (root / "d1" / "comes_and_goes.py").unlink()

    thread = threading.Thread(target=rewrite)
    thread.start()
    try:
        async with running(tmp_path) as index:
            for _ in range(20):
                index.file_changed(str(restless))
                await asyncio.wait_for(index.settled(), PATIENCE)
            ended.set()
            thread.join()
            index.file_changed(str(restless))
            index.file_changed(str(root / "d1" / "comes_and_goes.py"))
            await asyncio.wait_for(index.settled(), PATIENCE)
            assert index.search.file("d0/f0.py") == restless.read_text()
            assert index.search.file("d1/comes_and_goes.py") is None
            assert not index.status.search_error
    finally:
        ended.set()
        thread.join()
    assert integrity(database_of(tmp_path)) == "ok"


async def test_what_is_no_text_of_anybodys_is_left_out(tmp_path: Path) -> None:
    root = grow(
        tmp_path / "work",
        {
            "good.py": "def plain_name():\n    pass\n",
            "one_old_comment.py": "# caf\xe9 of old\n".encode("latin-1") + b"def other_name():\n    pass\n" * 20,
            "latin.py": ("# \xe9\xe8\xfc\n" * 50).encode("latin-1"),
            "wide.py": "def wide_name():\n    pass\n".encode("utf-16"),
            "binary.py": b"\x00\x01\x02name" * 100,
            "notebook.ipynb": '{"cells": [' + '{"source": ["notebook_name"]},' * 1000,
            "bundle.js": "var minified_name=1;" * 5_000,
            "made.py": "# @generated by a tool, do not edit\nmade_name = 1\n",
            "key.py": "-----BEGIN PRIVATE KEY-----\nkey_name = 1\n",
        },
    )
    with (root / "huge.py").open("wb") as file:
        file.write(b"huge_name = 1\n" * 1000)
        file.truncate(50_000_000)
    async with running(tmp_path) as index:
        names = ["plain_name", "other_name", "wide_name"]
        assert {symbol.name for symbol in index.search.definitions(names, 100)} == set(names)
        for name in ("notebook_name", "minified_name", "made_name", "key_name", "huge_name"):
            found = index.search.search({name: 1.0}, 5)
            assert all(name not in chunk.text for chunk in found)
        assert index.search.counts().files == 3
        assert index.status.skipped.keys() <= REASONS.keys()
        assert index.status.cost.peak_bytes < 150_000_000
        assert not index.status.search_error


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
async def test_only_the_owner_may_read_what_is_kept(tmp_path: Path) -> None:
    grow(tmp_path / "work", texts(5))
    old = os.umask(0)
    try:
        async with running(tmp_path) as index:
            assert index.search.counts().files == 5
            assert stat.S_IMODE(folder_of(tmp_path).stat().st_mode) == 0o700
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder_of(tmp_path).iterdir()}
    finally:
        os.umask(old)
    assert len(modes) >= 6
    assert set(modes.values()) == {0o600}, modes


async def test_what_is_excluded_now_is_taken_out(tmp_path: Path) -> None:
    root = grow(tmp_path / "work", {**texts(20), "hush.py": "quiet_matter = 'of nobody else'\n" * 30})
    async with running(tmp_path) as index:
        assert index.search.search({"quiet_matter": 1.0}, 1)
    grow(root, {".foretypeignore": "hush.py\n"})
    async with running(tmp_path) as index:
        assert index.search.file("hush.py") is None
        assert all("quiet_matter" not in chunk.text for chunk in index.search.search({"quiet_matter": 1.0}, 9))
    assert b"of nobody else" not in b"".join(path.read_bytes() for path in folder_of(tmp_path).glob("search-*"))


async def test_a_folder_without_git_has_no_common_changes(tmp_path: Path) -> None:
    grow(tmp_path / "work", texts(3))
    async with running(tmp_path) as index:
        assert index.search.changed_with("d1/f1.py") == []
        assert not index.status.search_error
