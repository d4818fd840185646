"""The builder in this process: after any sequence of changes the index holds what is on disk, and no more."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

import foretype.repository.builder as builder_module
from foretype.embedded import Segment
from foretype.repository.builder import IndexBuilder, Interrupted, Watcher
from foretype.repository.cache import CacheFolder
from foretype.repository.manifest import arrange
from foretype.repository.options import IndexOptions
from foretype.repository.worker import news_of
from tests.unit.repository.trees import grow
from tests.unit.repository.visible import visible

SMALL = IndexOptions(segment_characters=2_000)


class Bench:
    """A workspace, its cache, and a builder; `reopen` is a new process."""

    def __init__(self, tmp_path: Path, options: IndexOptions = SMALL) -> None:
        self.root = tmp_path / "work"
        self.root.mkdir(exist_ok=True)
        self.cache = CacheFolder(tmp_path / "cache", self.root, 1)
        self.options = options
        self.progress: list[int] = []
        self.published = 0
        self.patience = 10**9
        self.reopen()

    def reopen(self) -> None:
        self.cache.lock.release()
        assert self.cache.lock.acquire()
        watcher = Watcher(self.progress.append, self._changed, self._interrupted)
        self.builder = IndexBuilder(self.root, self.cache, self.options, watcher)
        self.builder.open()

    def _changed(self) -> None:
        self.published += 1

    def _interrupted(self) -> bool:
        self.patience -= 1
        return self.patience < 0

    def visible(self) -> dict[str, list[str]]:
        """What counts according to the manifest on disk, which is what every other process sees."""
        manifest = self.cache.load()
        segments = [Segment(self.cache.segment_path(record.name).read_bytes()) for record in manifest.segments]
        assert [set(segment.paths) for segment in segments] == [set(record.files) for record in manifest.segments]
        return visible(segments, arrange(manifest).hidden)

    def on_disk(self) -> dict[str, list[str]]:
        """What should count: every text once."""
        found: dict[str, list[str]] = {}
        for path in sorted(self.root.rglob("*.py")):
            lines = sorted(line.strip() for line in path.read_text().split("\n") if line.strip())
            if lines and lines not in found.values():
                found[path.relative_to(self.root).as_posix()] = lines
        return found

    def segment_files(self) -> set[str]:
        return {name for name in os.listdir(self.cache.path) if name.endswith((".seg", ".part"))}


def text(number: int, lines: int = 10) -> str:
    return "".join(f"value_{number}_{line} = call_{number}({line})\n" for line in range(lines))


def tree(count: int) -> dict[str, str | bytes]:
    return {f"d{number % 3}/f{number}.py": text(number) for number in range(count)}


def test_the_first_build_comes_in_pieces(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    grow(bench.root, tree(40))
    bench.builder.scan()
    assert bench.visible() == bench.on_disk()
    assert len(bench.builder.manifest.segments) > 3
    assert bench.published >= len(bench.builder.manifest.segments)
    assert bench.builder.manifest.complete
    assert news_of(bench.builder.manifest, builder=True).files == 40


def test_the_same_folder_gives_the_same_bytes(tmp_path: Path) -> None:
    one = Bench(tmp_path)
    grow(one.root, tree(30))
    one.builder.scan()
    first = one.segment_files()
    for name in first:
        (one.cache.path / name).unlink()
    (one.cache.path / "manifest.json").unlink()
    one.reopen()
    one.builder.scan()
    assert one.segment_files() == first


def test_a_second_start_reads_and_builds_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(tmp_path)
    grow(bench.root, tree(20))
    for path in bench.root.rglob("*.py"):
        os.utime(path, (1, 1))
    bench.builder.scan()
    expected = bench.visible()

    def never(*arguments: object) -> None:
        raise AssertionError("nothing has changed")

    monkeypatch.setattr(builder_module, "read_source", never)
    monkeypatch.setattr(builder_module, "build_segment", never)
    bench.reopen()
    bench.builder.scan()
    assert bench.visible() == expected


def test_an_edit_costs_what_it_is_worth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(tmp_path, IndexOptions(segment_characters=20_000))
    grow(bench.root, tree(40))
    bench.builder.scan()
    before = [record.name for record in bench.builder.manifest.segments]
    built: list[int] = []
    build = builder_module.build_segment
    monkeypatch.setattr(builder_module, "build_segment", lambda files: built.append(len(files)) or build(files))
    for number in range(3):
        (bench.root / "d0" / "f0.py").write_text(f"edited = {number}\n")
        bench.builder.update(["d0/f0.py"], [])
        assert bench.visible()["d0/f0.py"] == [f"edited = {number}"]
        assert bench.visible() == bench.on_disk()
    assert built == [1, 1, 1]
    assert [record.name for record in bench.builder.manifest.segments][:-1] == before


def test_a_change_taken_back_needs_no_building(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(tmp_path)
    grow(bench.root, tree(5))
    bench.builder.scan()
    place = bench.root / "d0" / "f0.py"
    before = place.read_text()
    place.write_text("other = 1\n")
    bench.builder.update(["d0/f0.py"], [])
    monkeypatch.setattr(builder_module, "build_segment", None)
    place.write_text(before)
    bench.builder.update(["d0/f0.py"], [])
    assert bench.visible() == bench.on_disk()


def test_what_is_no_change_is_no_news(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    grow(bench.root, {**tree(5), "notes.md": "x"})
    bench.builder.scan()
    before = bench.published
    bench.builder.update(["d0/f0.py", "notes.md"], ["never-there.py"])
    assert bench.published == before


def test_deleted_files_and_folders(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    grow(bench.root, tree(12))
    bench.builder.scan()
    (bench.root / "d0" / "f0.py").unlink()
    bench.builder.update([], ["d0/f0.py"])
    assert bench.visible() == bench.on_disk()
    for path in (bench.root / "d1").iterdir():
        path.unlink()
    (bench.root / "d1").rmdir()
    bench.builder.update([], ["d1"])
    assert bench.visible() == bench.on_disk()
    assert not any(path.startswith("d1/") for path in bench.builder.manifest.files)


def test_a_new_folder_and_a_new_rule(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    grow(bench.root, tree(3))
    bench.builder.scan()
    grow(bench.root, {"new/deep/a.py": text(100), "new/b.py": text(101)})
    bench.builder.update(["new"], [])
    assert bench.visible() == bench.on_disk()
    grow(bench.root, {"new/.gitignore": "deep/\n"})
    bench.builder.update(["new/.gitignore"], [])
    assert "new/deep/a.py" not in bench.visible()
    assert "new/b.py" in bench.visible()
    (bench.root / "new" / ".gitignore").unlink()
    bench.builder.update([], ["new/.gitignore"])
    assert bench.visible() == bench.on_disk()


@pytest.mark.parametrize("path", [".env", "node_modules/x/a.py", "d0/notes.md", "../outside.py", ".git/x.py"])
def test_an_update_does_not_get_round_the_rules(tmp_path: Path, path: str) -> None:
    bench = Bench(tmp_path)
    grow(bench.root, tree(2))
    bench.builder.scan()
    grow(bench.root, {path: "SECRET = 1\n"})
    bench.builder.update([path], [])
    assert path not in bench.builder.manifest.files
    assert not any("SECRET" in line for lines in bench.visible().values() for line in lines)


def test_when_the_original_goes_the_copy_counts(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    grow(bench.root, {"a.py": text(1), "b.py": text(1), "c.py": text(2)})
    bench.builder.scan()
    assert set(bench.visible()) == {"a.py", "c.py"}
    assert news_of(bench.builder.manifest, builder=True).skipped["duplicate"] == 1
    (bench.root / "a.py").unlink()
    bench.builder.update([], ["a.py"])
    assert set(bench.visible()) == {"b.py", "c.py"}


def test_a_file_that_vanishes_between_walk_and_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(tmp_path)
    grow(bench.root, tree(4))
    read = builder_module.read_source

    def vanishing(path: Path, limit: int) -> object:
        if path.name == "f1.py":
            path.unlink(missing_ok=True)
        return read(path, limit)

    monkeypatch.setattr(builder_module, "read_source", vanishing)
    bench.builder.scan()
    assert set(bench.visible()) == {"d0/f0.py", "d2/f2.py", "d0/f3.py"}


def test_one_file_that_cannot_be_tokenised_costs_only_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(tmp_path)
    grow(bench.root, tree(12))
    build = builder_module.build_segment

    def picky(files: list[tuple[str, str]]) -> bytes:
        if any(path == "d1/f4.py" for path, _ in files):
            raise ValueError("poison")
        return build(files)

    monkeypatch.setattr(builder_module, "build_segment", picky)
    bench.builder.scan()
    assert bench.on_disk().keys() - bench.visible().keys() == {"d1/f4.py"}
    assert news_of(bench.builder.manifest, builder=True).skipped == {"failed": 1}


def test_damaged_segments_are_built_again(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    grow(bench.root, tree(30))
    bench.builder.scan()
    names = [record.name for record in bench.builder.manifest.segments]
    bench.cache.segment_path(names[0]).write_bytes(b"rubbish")
    bench.cache.segment_path(names[1]).unlink()
    data = bytearray(bench.cache.segment_path(names[2]).read_bytes())
    data[len(data) // 2] ^= 1
    bench.cache.segment_path(names[2]).write_bytes(data)
    bench.reopen()
    bench.builder.scan()
    assert bench.visible() == bench.on_disk()


def test_segments_that_a_reader_distrusts(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    grow(bench.root, tree(30))
    bench.builder.scan()
    name = bench.builder.manifest.segments[0].name
    bench.cache.segment_path(name).unlink()
    bench.builder.distrust([name, "never-heard-of"])
    assert bench.visible() == bench.on_disk()


@pytest.mark.parametrize("patience", range(0, 40, 3))
def test_interrupted_anywhere_and_resumed(tmp_path: Path, patience: int) -> None:
    bench = Bench(tmp_path)
    grow(bench.root, tree(25))
    bench.builder.scan()
    for number in range(10, 20):
        (bench.root / f"d{number % 3}" / f"f{number}.py").write_text(text(number + 1000))
    bench.patience = patience
    try:
        bench.builder.update([f"d{number % 3}/f{number}.py" for number in range(10, 20)], [])
    except Interrupted:
        counts = bench.visible()
        assert counts.keys() <= bench.on_disk().keys()
    bench.patience = 10**9
    bench.builder.scan()
    assert bench.visible() == bench.on_disk()


def test_tidying_merges_and_collects(tmp_path: Path) -> None:
    bench = Bench(tmp_path, IndexOptions(segment_characters=4_000))
    grow(bench.root, tree(30))
    bench.builder.scan()
    for number in range(30):
        (bench.root / f"d{number % 3}" / f"f{number}.py").write_text(text(number + 500, lines=12))
        bench.builder.update([f"d{number % 3}/f{number}.py"], [])
    rounds = 0
    while bench.builder.is_untidy():
        bench.builder.tidy()
        assert bench.visible() == bench.on_disk()
        rounds += 1
        assert rounds < 30, "tidying comes to an end"
    assert rounds
    records = bench.builder.manifest.segments
    assert bench.segment_files() == {f"{record.name}.seg" for record in records}
    assert sum(record.characters < 2_000 for record in records) <= 4


@pytest.mark.parametrize("seed", range(8))
def test_random_changes(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    bench = Bench(tmp_path, IndexOptions(segment_characters=rng.choice([600, 3_000, 50_000])))
    grow(bench.root, tree(12))
    bench.builder.scan()
    for _ in range(40):
        changed, deleted = [], []
        for _ in range(rng.choice([1, 1, 3])):
            number = rng.randrange(16)
            path = f"d{number % 3}/f{number}.py"
            place = bench.root / path
            if rng.random() < 0.25 and place.exists():
                place.unlink()
                deleted.append(path)
            else:
                place.write_text(text(rng.randrange(20), rng.randrange(1, 9)))
                changed.append(path)
        action = rng.random()
        if action < 0.1:
            bench.reopen()
            bench.builder.scan()
        elif action < 0.2:
            bench.builder.scan()
        else:
            bench.builder.update(changed, deleted)
        if rng.random() < 0.3 and bench.builder.is_untidy():
            bench.builder.tidy()
        counts = bench.visible()
        texts = sorted(bench.on_disk().values())
        assert sorted(counts.values()) == texts, "every text of the disk once, whichever of its copies"
        for path, lines in counts.items():
            assert lines == sorted(line for line in (bench.root / path).read_text().split("\n") if line)
