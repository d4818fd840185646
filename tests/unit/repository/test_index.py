"""The index as the server uses it, with a real worker process."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import weakref
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from foretype.repository.index import WorkspaceIndex
from foretype.repository.options import IndexOptions
from foretype.repository.process import WorkerProcess
from foretype.repository.snapshot import IndexSnapshot, map_segment
from tests.unit.repository.trees import grow
from tests.unit.repository.visible import visible

pytestmark = pytest.mark.asyncio
PATIENCE = 60.0  # Seconds until a test gives up on the worker; never waited for when all is well.
SMALL = IndexOptions(segment_characters=4_000)


def texts(count: int, first: int = 0) -> dict[str, str | bytes]:
    return {
        f"d{number % 4}/f{number}.py": "".join(f"name_{number}_{line} = {line}\n" for line in range(20))
        for number in range(first, first + count)
    }


def shown(snapshot: IndexSnapshot) -> dict[str, list[str]]:
    return visible(snapshot.segments, snapshot.hidden)


@asynccontextmanager
async def running(
    tmp_path: Path, options: IndexOptions = SMALL, on_change: Callable[[], None] | None = None, settle: bool = True
) -> AsyncIterator[WorkspaceIndex]:
    index = WorkspaceIndex(tmp_path / "work", tmp_path / "cache", options, on_change)
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


def gone(pid: int) -> bool:
    """Whether no process of this id is left, not even a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


async def test_build_edit_delete_and_second_start(tmp_path: Path) -> None:
    root = grow(tmp_path / "work", {**texts(30), ".env": "KEY=1", "README.md": "x"})
    async with running(tmp_path) as index:
        assert index.status.files == 30
        assert index.status.skipped == {"secret": 1, "prose": 1}
        assert index.status.complete
        assert not index.status.error
        assert index.status.tokens == sum(segment.tokens for segment in index.snapshot().segments)
        before = index.snapshot()
        (root / "d1" / "f1.py").write_text("edited = 1\n")
        (root / "d2" / "f2.py").unlink()
        index.file_changed(str(root / "d1" / "f1.py"))
        index.file_deleted((root / "d2" / "f2.py").as_uri())
        await asyncio.wait_for(index.settled(), PATIENCE)
        now = shown(index.snapshot())
        assert now["d1/f1.py"] == ["edited = 1"]
        assert "d2/f2.py" not in now
        assert len(now) == 29
        assert "name_1_0 = 0" in shown(before)["d1/f1.py"], "a snapshot never changes"
    async with running(tmp_path) as index:
        assert shown(index.snapshot()) == now


async def test_results_are_usable_while_it_is_building(tmp_path: Path) -> None:
    grow(tmp_path / "work", texts(120))
    seen: list[tuple[int, bool]] = []

    def note() -> None:
        seen.append((len(index.snapshot().segments), index.status.building))

    index = WorkspaceIndex(tmp_path / "work", tmp_path / "cache", SMALL, note)
    await index.start()
    assert index.status.building
    assert index.snapshot() == IndexSnapshot()
    await asyncio.wait_for(index.settled(), PATIENCE)
    await index.close()
    sizes = [size for size, building in seen if building]
    assert sizes == sorted(sizes)
    assert len(set(sizes)) > 3
    assert not index.status.building


async def test_a_worker_killed_while_building_is_replaced(tmp_path: Path) -> None:
    grow(tmp_path / "work", texts(300))
    async with running(tmp_path, settle=False) as index:
        await until(lambda: len(index.snapshot().segments) > 2)
        first = index.worker_pid
        assert first is not None
        assert not index.snapshot().complete
        os.kill(first, getattr(signal, "SIGKILL", signal.SIGTERM))
        assert index.snapshot().segments, "what was there stays"
        await asyncio.wait_for(index.settled(), PATIENCE)
        assert index.worker_pid not in {first, None}
        assert len(shown(index.snapshot())) == 300
        assert not index.status.error
        assert gone(first)


async def test_a_worker_that_keeps_dying_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("foretype.repository.process._START", "import sys; sys.exit(9)")
    monkeypatch.setattr("foretype.repository.index._RESTART_DELAY", 0.001)
    starts = 0
    start = WorkerProcess.start

    async def counting() -> WorkerProcess:
        nonlocal starts
        starts += 1
        return await start()

    monkeypatch.setattr(WorkerProcess, "start", counting)
    grow(tmp_path / "work", texts(1))
    async with running(tmp_path) as index:
        assert starts == 4, "once, and three times again"
        assert "keeps failing" in index.status.error
        assert index.snapshot() == IndexSnapshot()
        index.file_changed(str(tmp_path / "work" / "x.py"))


async def test_a_cache_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("foretype.repository.index._RESTART_DELAY", 0.001)
    grow(tmp_path, {"work/a.py": "a = 1\n", "cache": "a file, not a folder"})
    async with running(tmp_path) as index:
        assert index.status.error
        assert str(tmp_path) not in index.status.error
        assert index.snapshot() == IndexSnapshot()


@pytest.mark.parametrize(
    "damage", ["truncated manifest", "newer manifest", "segment cut", "segment flipped", "all gone"]
)
async def test_damage_is_mended(tmp_path: Path, damage: str) -> None:
    grow(tmp_path / "work", texts(40))
    async with running(tmp_path) as index:
        expected = shown(index.snapshot())
    (folder,) = (tmp_path / "cache" / "index").iterdir()
    segments = sorted(folder.glob("*.seg"))
    if damage == "truncated manifest":
        (folder / "manifest.json").write_bytes((folder / "manifest.json").read_bytes()[:-30])
    elif damage == "newer manifest":
        (folder / "manifest.json").write_text('{"format": 99, "files": {}}')
    elif damage == "segment cut":
        segments[0].write_bytes(segments[0].read_bytes()[:-8])
    elif damage == "segment flipped":
        data = bytearray(segments[0].read_bytes())
        data[-5] ^= 255
        segments[0].write_bytes(data)
    else:
        for path in segments:
            path.unlink()
    (folder / "0123.seg.77.part").write_bytes(b"half written when the power went")
    async with running(tmp_path) as index:
        assert shown(index.snapshot()) == expected
        assert not index.status.error
    assert not list(folder.glob("*.part"))


async def test_two_windows_share_one_index(tmp_path: Path) -> None:
    root = grow(tmp_path / "work", texts(20))
    async with running(tmp_path) as builder, running(tmp_path) as reader:
        assert builder.status.builder
        assert not reader.status.builder
        assert shown(reader.snapshot()) == shown(builder.snapshot())
        # An edit that only the reading window knows of reaches both.
        (root / "d1" / "f1.py").write_text("edited = 1\n")
        reader.file_changed(str(root / "d1" / "f1.py"))
        for index in (builder, reader):
            await until(lambda index=index: shown(index.snapshot()).get("d1/f1.py") == ["edited = 1"])
        # The builder goes, the reader takes over.
        await builder.close()
        await until(lambda: reader.status.builder)
        (root / "d1" / "f1.py").write_text("edited = 2\n")
        reader.file_changed(str(root / "d1" / "f1.py"))
        await until(lambda: shown(reader.snapshot()).get("d1/f1.py") == ["edited = 2"])


async def test_close_leaves_no_process(tmp_path: Path) -> None:
    grow(tmp_path / "work", texts(200))
    index = WorkspaceIndex(tmp_path / "work", tmp_path / "cache", SMALL)
    pids = []
    for moment in range(4):
        await index.start()
        if moment:
            await until(lambda: index.worker_pid is not None)
            pids.append(index.worker_pid)
        if moment == 2:
            await until(lambda: bool(index.snapshot().segments))
        if moment == 3:
            await asyncio.wait_for(index.settled(), PATIENCE)
        await index.close()
        assert index.worker_pid is None
    assert all(gone(pid) for pid in pids if pid is not None)
    assert len(shown(index.snapshot())) == 200, "the last snapshot stays usable"


@pytest.mark.skipif(os.name == "nt", reason="SIGSTOP stands in for a drive that hangs")
async def test_a_worker_that_hangs_is_killed(tmp_path: Path) -> None:
    grow(tmp_path / "work", texts(5))
    index = WorkspaceIndex(tmp_path / "work", tmp_path / "cache", SMALL)
    await index.start()
    await asyncio.wait_for(index.settled(), PATIENCE)
    pid = index.worker_pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    for number in range(5_000):
        index.file_changed(str(tmp_path / "work" / f"x{number}.py"))
    assert len(index.snapshot().segments) == 1
    await asyncio.wait_for(index.close(), PATIENCE)
    assert gone(pid)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
async def test_the_worker_ends_with_the_server(tmp_path: Path) -> None:
    grow(tmp_path / "work", texts(5))
    program = (
        "import asyncio, sys\n"
        "from foretype.repository.index import WorkspaceIndex\n"
        "async def main():\n"
        "    index = WorkspaceIndex(sys.argv[1], sys.argv[2])\n"
        "    await index.start(); await index.settled()\n"
        "    print(index.worker_pid, flush=True); await asyncio.sleep(600)\n"
        "asyncio.run(main())\n"
    )
    command = (sys.executable, "-c", program, str(tmp_path / "work"), str(tmp_path / "cache"))
    server = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert server.stdout is not None
    pid = int(await asyncio.wait_for(server.stdout.readline(), PATIENCE))
    server.kill()
    await server.wait()

    def ended() -> bool:
        # Whoever adopted it need not be quick to bury it: a zombie has ended, too.
        stat = Path(f"/proc/{pid}/stat")
        return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z"

    await until(ended)


async def test_segments_are_unmapped_when_no_snapshot_needs_them(tmp_path: Path) -> None:
    root = grow(tmp_path / "work", texts(3))
    async with running(tmp_path) as index:
        kept = index.snapshot()
        segment = weakref.ref(kept.segments[0])
        for path in root.rglob("*.py"):
            path.write_text(f"new = {path.name!r}\n")
            index.file_changed(str(path))
        await asyncio.wait_for(index.settled(), PATIENCE)
        assert segment() is not None
        assert len(shown(kept)) == 3
        assert segment() not in index.snapshot().segments
        del kept
        gc.collect()
        assert segment() is None


async def test_a_segment_lost_under_way_is_built_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lost: list[str] = []

    def losing(path: str, size: int) -> object:
        if not lost:
            lost.append(path)
            os.unlink(path)
        return map_segment(path, size)

    monkeypatch.setattr("foretype.repository.index.map_segment", losing)
    grow(tmp_path / "work", texts(40))
    async with running(tmp_path) as index:
        assert lost
        assert len(shown(index.snapshot())) == 40
        assert not index.status.error


async def test_rebuild_uses_nothing_of_the_cache(tmp_path: Path) -> None:
    grow(tmp_path / "work", texts(10))
    async with running(tmp_path) as index:
        expected = shown(index.snapshot())
    (folder,) = (tmp_path / "cache" / "index").iterdir()
    (folder / "manifest.json").write_text("rubbish")
    index = WorkspaceIndex(tmp_path / "work", tmp_path / "cache", SMALL)
    await index.start(rebuild=True)
    await asyncio.wait_for(index.settled(), PATIENCE)
    assert shown(index.snapshot()) == expected
    await index.close()


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
async def test_a_workspace_opened_through_a_link(tmp_path: Path) -> None:
    grow(tmp_path, {**{f"real/{path}": text for path, text in texts(3).items()}, "work": "-> real"})
    async with running(tmp_path) as index:
        assert index.status.files == 3
        assert index.relative(str(tmp_path / "work" / "d0" / "f0.py")) == "d0/f0.py"
        assert index.relative(str(tmp_path / "real" / "d0" / "f0.py")) == "d0/f0.py"
        assert index.relative(str(tmp_path / "other.py")) is None


async def test_a_missing_folder_is_an_empty_index(tmp_path: Path) -> None:
    async with running(tmp_path) as index:
        assert index.snapshot().segments == ()
        assert index.status.skipped == {"unreadable": 1}
        assert not index.status.error


async def test_names_cannot_shadow_the_workers_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # An editor may be started inside a repository that somebody else wrote.
    root = grow(
        tmp_path / "work", {"json.py": "raise SystemExit(5)\n", "foretype/__init__.py": "raise SystemExit(5)\n"}
    )
    monkeypatch.chdir(root)
    monkeypatch.setenv("PYTHONPATH", str(root))
    async with running(tmp_path) as index:
        assert not index.status.error
        assert index.status.files == 2 - 1, "the two are equal, so one of them counts"


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
async def test_killed_again_and_again_the_index_stays_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The worker is killed at its first, second, third ... sign of progress, and never gets to an end by itself.
    monkeypatch.setattr("foretype.repository.index._MOST_CRASHES", 0)
    root = grow(tmp_path / "work", texts(150))
    for moment in range(1, 12):
        for path, lines in shown(await _killed_at(moment, root, tmp_path / "cache")).items():
            assert lines == sorted((root / path).read_text().splitlines())
    async with running(tmp_path) as index:
        assert len(shown(index.snapshot())) == 150
        assert not index.status.error
    (folder,) = (tmp_path / "cache" / "index").iterdir()
    assert not list(folder.glob("*.part"))


async def _killed_at(moment: int, root: Path, cache: Path) -> IndexSnapshot:
    changes = 0

    def kill() -> None:
        nonlocal changes
        changes += 1
        if changes == moment and index.worker_pid is not None:
            os.kill(index.worker_pid, signal.SIGKILL)

    index = WorkspaceIndex(root, cache, SMALL, kill)
    await index.start()
    await asyncio.wait_for(index.settled(), PATIENCE)
    await index.close()
    return index.snapshot()
