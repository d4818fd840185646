"""The folder on disk: one builder at a time, nothing half-written counts, nothing unneeded stays."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from foretype.repository.cache import CacheFolder, remove_unused
from foretype.repository.lock import FolderLock
from foretype.repository.manifest import FileRecord, Manifest, SegmentRecord


def cache(tmp_path: Path) -> CacheFolder:
    return CacheFolder(tmp_path / "cache", tmp_path / "my work", 1)


def names(folder: CacheFolder) -> set[str]:
    return {name for name in os.listdir(folder.path) if name != "lock"}


def test_the_lock_is_one_process_wide(tmp_path: Path) -> None:
    one, other = FolderLock(tmp_path / "lock"), FolderLock(tmp_path / "lock")
    assert one.acquire()
    assert one.acquire(), "asking again does no harm"
    assert not other.acquire()
    assert (tmp_path / "lock").read_text().split() == [str(os.getpid())]
    one.release()
    assert other.acquire()
    assert other.is_exclusive
    other.release()


def test_a_dead_process_holds_no_lock(tmp_path: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; from foretype.repository.lock import FolderLock\n"
        "lock = FolderLock(Path(sys.argv[1])); assert lock.acquire(); print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "lock")]
    lock = FolderLock(tmp_path / "lock")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == b"held"
        assert not lock.acquire()
        holder.kill()
    assert lock.acquire()
    lock.release()


def test_a_lock_that_cannot_be_made(tmp_path: Path) -> None:
    assert not FolderLock(tmp_path / "nowhere" / "lock").acquire()


def test_others_cannot_read_the_index(tmp_path: Path) -> None:
    folder = cache(tmp_path)
    if os.name == "posix":
        assert folder.path.stat().st_mode & 0o077 == 0


def test_versions_and_folders_do_not_share(tmp_path: Path) -> None:
    one = CacheFolder(tmp_path, tmp_path / "a" / "work", 1)
    assert one.path != CacheFolder(tmp_path, tmp_path / "b" / "work", 1).path
    assert one.path != CacheFolder(tmp_path, tmp_path / "a" / "work", 2).path
    assert one.path == CacheFolder(tmp_path, tmp_path / "a" / "work", 1).path


def test_segments_are_what_they_are_called(tmp_path: Path) -> None:
    folder = cache(tmp_path)
    name = folder.write_segment(b"some bytes")
    record = SegmentRecord(name, 10, 1, 1, {})
    assert folder.read_segment(record) == b"some bytes"
    folder.segment_path(name).write_bytes(b"some other")
    assert folder.read_segment(record) is None
    folder.segment_path(name).unlink()
    assert folder.read_segment(record) is None


def test_only_what_is_named_stays(tmp_path: Path) -> None:
    folder = cache(tmp_path)
    assert folder.lock.acquire()
    kept, dropped = folder.write_segment(b"kept"), folder.write_segment(b"dropped")
    (folder.path / "half.seg.1.part").write_bytes(b"ha")
    folder.save(Manifest())
    folder.collect([SegmentRecord(kept, 4, 1, 1, {})])
    assert names(folder) == {f"{kept}.seg", "manifest.json"}
    assert dropped != kept
    folder.lock.release()


def test_without_a_real_lock_young_files_stay(tmp_path: Path) -> None:
    # They may be another builder's, which has not written its manifest yet.
    folder = cache(tmp_path)
    young, old = folder.write_segment(b"young"), folder.write_segment(b"old")
    os.utime(folder.segment_path(old), (1, 1))
    folder.collect([])
    assert names(folder) == {f"{young}.seg"}


@pytest.mark.parametrize("data", [None, b"", b"{", b'{"format":999}'])
def test_a_manifest_that_cannot_be_used_is_an_empty_one(tmp_path: Path, data: bytes | None) -> None:
    folder = cache(tmp_path)
    if data is not None:
        (folder.path / "manifest.json").write_bytes(data)
    assert folder.load() == Manifest()


def test_the_stamp_tells_of_a_new_manifest(tmp_path: Path) -> None:
    folder = cache(tmp_path)
    assert folder.stamp() == (0, 0, 0)
    stamps = set()
    for number in range(5):
        folder.save(Manifest(files={"a": FileRecord(number, 1, "d", "")}))
        stamps.add(folder.stamp())
    assert len(stamps) == 5


def test_replacing_waits_for_readers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Windows refuses to replace a file that another window is just reading.
    folder = cache(tmp_path)
    refusals = iter([True, True])
    replace = os.replace

    def refuse(source: Path, target: Path) -> None:
        if next(refusals, False):
            raise PermissionError(13, "Access is denied")
        replace(source, target)

    monkeypatch.setattr(os, "replace", refuse)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    folder.save(Manifest(complete=True))
    assert folder.load().complete


def test_notes_are_taken_once(tmp_path: Path) -> None:
    folder = cache(tmp_path)
    folder.leave_note(["a", "b"], ["c"])
    folder.leave_note([], ["d"])
    (folder.path / "note-0-0.json").write_bytes(b"no JSON")
    assert folder.take_notes() == (["a", "b"], ["c", "d"])
    assert folder.take_notes() == ([], [])


def test_indexes_of_long_ago_are_removed(tmp_path: Path) -> None:
    old, recent = CacheFolder(tmp_path, tmp_path / "old", 1), CacheFolder(tmp_path, tmp_path / "recent", 1)
    for folder in (old, recent):
        assert folder.lock.acquire()
        folder.lock.release()
        folder.save(Manifest())
    os.utime(old.path / "lock", (1, 1))
    remove_unused(tmp_path)
    assert not old.path.exists()
    assert recent.path.exists()
