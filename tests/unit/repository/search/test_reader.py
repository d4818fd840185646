"""What was written is found: every question of the reader against what the writer was given."""

from __future__ import annotations

import math
import os
import random
import stat
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import foretype.repository.search.reader as reader_module
from foretype.repository.search import database
from foretype.repository.search.reader import SearchReader
from foretype.repository.search.values import SearchCounts
from foretype.repository.search.words import indexed_words
from foretype.repository.search.writer import SearchWriter

FILES = {
    "app/users.py": (
        '"""Users."""\nimport os\nfrom app.base import Entity\n\n\nclass User(Entity):\n    limit = 3\n\n'
        "    def full_name(self, title=''):\n        return f'{title} {self.first} {self.last}'\n\n\n"
        "def find_user(key):\n    return User(key)\n"
    ),
    "app/base.py": "class Entity:\n    def save(self):\n        store_entity(self)\n",
    "app/__init__.py": "",
    "lib/users.py": "def find_user(name):\n    return lookup(name)\n",
    "main.go": 'package main\n\nimport "fmt"\n\nfunc Greet(name string) {\n\tfmt.Println(name)\n}\n',
    "notes.cfg": "colour = green\n\n[shape]\nround = yes\n",
}


class Bench:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.damaged: list[str] = []
        self.writer = SearchWriter(folder)
        self.writer.open()
        self.reader = SearchReader(folder, self.damaged.append)

    def put(self, files: dict[str, str]) -> None:
        for path, text in files.items():
            self.writer.put(path, f"digest of {text}", text)
        self.writer.commit()

    def found(self, *terms: str, limit: int = 10, without: tuple[str, ...] = ()) -> list[str]:
        return [chunk.path for chunk in self.reader.search(dict.fromkeys(terms, 1.0), limit, without)]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.writer.close()
    bench.reader.close()


def test_search_finds_whole_names_parts_and_paths(bench: Bench) -> None:
    bench.put(FILES)
    assert bench.found("store_entity") == ["app/base.py", "app/users.py"], "the whole name before its parts"
    assert bench.found("greet") == ["main.go"]
    assert bench.found("COLOUR") == ["notes.cfg"]
    assert set(bench.found("users")) == {"app/users.py", "lib/users.py"}
    assert bench.found("nowhere_to_be") == []
    assert bench.reader.search({}, 5) == []
    assert bench.reader.search({"user": 1.0}, 0) == []


def test_a_chunk_is_whole_lines_of_its_file(bench: Bench) -> None:
    bench.put(FILES)
    for chunk in bench.reader.search({"find_user": 1.0, "save": 1.0, "green": 1.0}, 10):
        lines = FILES[chunk.path].splitlines(keepends=True)
        assert "".join(lines[chunk.start : chunk.end]) == chunk.text
        assert chunk.score > 0
        assert chunk.lead == "".join(lines[max(0, chunk.start - 2) : chunk.start])


def test_a_chunk_comes_with_the_lines_above_it(bench: Bench) -> None:
    lines = [f"line_{number} = 1\n" for number in range(150)]
    bench.put({"a.cfg": "".join(lines)})
    found = bench.reader.search({"line_70": 1.0, "line_149": 1.0, "line_0": 1.0}, 10)
    assert len(found) > 2
    assert {chunk.lead for chunk in found} == {"".join(lines[max(0, one.start - 2) : one.start]) for one in found}


def test_weights_and_exclusions(bench: Bench) -> None:
    bench.put(FILES)
    assert bench.reader.search({"lookup": 9.0, "entity": 1.0}, 1)[0].path == "lib/users.py"
    assert bench.reader.search({"lookup": 1.0, "entity": 9.0}, 1)[0].path != "lib/users.py"
    assert "app/users.py" not in bench.found("find_user", "entity", without=("app/users.py",))


def test_equal_texts_come_once(bench: Bench) -> None:
    bench.put({f"copy{number}.py": "def same():\n    pass\n" for number in range(5)})
    assert len(bench.found("same")) == 1


def test_scores_are_bm25(bench: Bench) -> None:
    rng = random.Random(4)
    names = [f"name{chr(97 + number)}" for number in range(12)]
    files = {f"f{n}.txt": " ".join(rng.choices(names, range(1, 13), k=rng.randrange(3, 40))) for n in range(60)}
    bench.put(files)
    weights = {"namea": 2.0, "namec": 0.5, "namef": 1.0}
    words = {path: Counter(indexed_words(text, path).split()) for path, text in files.items()}
    mean = sum(found.total() for found in words.values()) / len(words)

    def score(found: Counter[str]) -> float:
        total = 0.0
        for word, weight in weights.items():
            having = sum(word in other for other in words.values())
            rarity = math.log((len(words) - having + 0.5) / (having + 0.5))
            rarity = rarity if rarity > 0 else 1e-6
            length = 1 - 0.75 + 0.75 * found.total() / mean
            total += weight * rarity * found[word] * 2.2 / (found[word] + 1.2 * length)
        return total

    texts = {text: score(words[path]) for path, text in files.items()}
    expected = sorted((value for value in texts.values() if value > 1e-3), reverse=True)[:8]
    found = bench.reader.search(weights, 8)
    assert [chunk.score for chunk in found] == pytest.approx(expected, rel=1e-6)


def test_a_search_for_what_is_everywhere_stays_small(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.put({f"f{number}.txt": f"common everywhere rare{chr(97 + number % 26)} x{number:03}" for number in range(60)})
    monkeypatch.setattr(reader_module, "_MOST_ROWS", 70)
    ranked: list[int] = []
    search = reader_module._affordable

    def noting(db: object, *rest: dict[str, float]) -> list[tuple[str, float]]:
        chosen = search(db, *rest)  # type: ignore[arg-type]
        ranked.append(len(chosen))
        return chosen

    monkeypatch.setattr(reader_module, "_affordable", noting)
    assert bench.found("common", "everywhere", "rarec")[:2] == ["f2.txt", "f28.txt"]
    assert ranked == [2]
    monkeypatch.setattr(reader_module, "_MOST_ROWS", 5)
    assert bench.found("common"), "the one word that was asked for is never left out"


def test_symbols(bench: Bench) -> None:
    bench.put(FILES)
    found = bench.reader.definitions(["full_name", "find_user", "nothing"], 10)
    assert [(symbol.name, symbol.path, symbol.container) for symbol in found] == [
        ("full_name", "app/users.py", "User"),
        ("find_user", "app/users.py", ""),
        ("find_user", "lib/users.py", ""),
    ]
    assert found[0].signature == "def full_name(self, title=''):"
    assert found[0].kind == "method"
    assert "def full_name" in FILES["app/users.py"].splitlines()[found[0].start]
    assert [symbol.name for symbol in bench.reader.definitions(["find_user", "full_name"], 2)] == [
        "find_user",
        "full_name",
    ]
    assert bench.reader.definitions(["FULL_NAME"], 10) == []
    assert bench.reader.definitions([], 10) == []
    assert [symbol.name for symbol in bench.reader.symbols("app/base.py")] == ["Entity", "save"]


def test_files(bench: Bench) -> None:
    bench.put(FILES)
    for path, text in FILES.items():
        assert bench.reader.file(path) == (text or None)
    assert bench.reader.file("nowhere.py") is None
    assert "def full_name(self, title=''):" in bench.reader.outline("app/users.py")
    assert "return" not in bench.reader.outline("app/users.py")
    assert bench.reader.outline("nowhere.py") == ""
    assert bench.reader.paths_ending(["users.py"]) == ["app/users.py", "lib/users.py"]
    assert bench.reader.paths_ending(["app/users.py", "sers.py", "/main.go"]) == ["main.go", "app/users.py"]
    assert bench.reader.paths_ending([]) == []


def test_files_that_change_together(bench: Bench) -> None:
    bench.put(FILES)
    bench.writer.put_changes({"main.go": [("app/base.py", 0.5), ("notes.cfg", 0.75)]}, "commit")
    bench.writer.commit()
    assert bench.reader.changed_with("main.go") == [("notes.cfg", 0.75), ("app/base.py", 0.5)]
    assert bench.reader.changed_with("app/base.py") == []
    assert bench.writer.changes_state() == "commit"
    bench.writer.put_changes({}, "next")
    bench.writer.commit()
    assert bench.reader.changed_with("main.go") == []


def test_any_line_ends_are_one_kind(bench: Bench) -> None:
    bench.put({"a.py": "def one():\r\n    pass\r\n\rdef two():\r    pass"})
    assert bench.reader.file("a.py") == "def one():\n    pass\n\ndef two():\n    pass"
    assert [symbol.start for symbol in bench.reader.definitions(["one", "two"], 5)] == [0, 3]


def test_an_edit_touches_what_it_changed(bench: Bench) -> None:
    parts = [f"def part_{number}():\n" + f"    step_{number}()\n" * 30 for number in range(6)]
    bench.put({"a.py": "\n\n".join(parts)})

    def rows() -> dict[int, str]:
        connection = database.open_for_reading(database.current(bench.folder))  # type: ignore[arg-type]
        found = dict(connection.execute("SELECT id, text FROM chunks"))
        connection.close()
        return found

    before, version = rows(), bench.reader.version
    parts[2] = "def part_2():\n" + "    edited_here()\n" * 35
    bench.put({"a.py": "\n\n".join(parts)})
    assert len(before.items() - rows().items()) == 1
    assert bench.reader.version != version
    assert bench.found("edited_here") == ["a.py"]
    assert not any("step_2()" in chunk.text for chunk in bench.reader.search({"step_2": 1.0}, 10))
    chunk = next(chunk for chunk in bench.reader.search({"step_5": 1.0}, 1))
    lines = "\n\n".join(parts).splitlines(keepends=True)
    assert "".join(lines[chunk.start : chunk.end]) == chunk.text, "what moved has moved"


@pytest.mark.parametrize("seed", range(6))
def test_after_any_edits_all_is_as_if_built_anew(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    bench = Bench(tmp_path)
    files: dict[str, str] = {}
    for _ in range(40):
        path = f"f{rng.randrange(6)}.py"
        if rng.random() < 0.2 and path in files:
            del files[path]
            bench.writer.remove([path])
        else:
            names = [f"def fn_{rng.randrange(30)}():\n" + "    x()\n" * rng.randrange(1, 40) for _ in range(8)]
            files[path] = "\n".join(names)
            bench.writer.put(path, str(len(files[path])), files[path])
    bench.writer.commit()
    (tmp_path / "anew").mkdir()
    anew = Bench(tmp_path / "anew")
    anew.put(files)

    def answers(of: Bench) -> list[object]:
        shown: list[object] = [of.reader.counts().chunks, of.reader.counts().symbols]
        for number in range(30):
            found = of.reader.search({f"fn_{number}": 1.0, "x": 1.0}, 50)
            shown.append(sorted((chunk.path, chunk.start, round(chunk.score, 6)) for chunk in found))
            shown.append(of.reader.definitions([f"fn_{number}"], 50))
        return shown

    assert answers(bench) == answers(anew)
    for each in (bench, anew):
        each.writer.close()
        each.reader.close()


def test_nothing_counts_before_the_commit(bench: Bench) -> None:
    bench.put(FILES)
    version = bench.reader.version
    bench.writer.put("new.py", "1", "def brand_new():\n    pass\n")
    assert bench.found("brand_new") == []
    assert bench.reader.version == version
    bench.writer.close()
    bench.writer.open()
    bench.writer.commit()
    assert bench.reader.version == version
    assert bench.found("brand_new") == []


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_only_the_owner_may_read(bench: Bench) -> None:
    old = os.umask(0)
    try:
        bench.put(FILES)
        bench.writer.open(rebuild=True)
        bench.put(FILES)
        bench.found("user")
    finally:
        os.umask(old)
    names = {path.name: stat.S_IMODE(path.stat().st_mode) for path in bench.folder.iterdir()}
    assert len(names) >= 3
    assert set(names.values()) == {0o600}, names


# What is not as it should be.


def test_no_folder_no_file_no_answer(tmp_path: Path) -> None:
    damaged: list[str] = []
    for folder in (None, tmp_path, tmp_path / "nowhere"):
        reader = SearchReader(folder, damaged.append)
        assert reader.search({"user": 1.0}, 5) == []
        assert reader.definitions(["user"], 5) == []
        assert (reader.outline("a"), reader.file("a"), reader.version) == ("", None, 0)
        assert reader.counts() == SearchCounts()
        reader.interrupt()
        reader.close()
    assert damaged == []


def test_a_database_that_comes_later_is_found(tmp_path: Path) -> None:
    reader = SearchReader()
    assert reader.search({"user": 1.0}, 5) == []
    reader.locate(tmp_path)
    assert reader.search({"user": 1.0}, 5) == []
    writer = SearchWriter(tmp_path)
    writer.open()
    writer.put("a.py", "1", "user = 1\n")
    writer.commit()
    assert len(reader.search({"user": 1.0}, 5)) == 1
    writer.open(rebuild=True)
    writer.put("b.py", "1", "user = 2\n")
    writer.commit()
    assert [chunk.path for chunk in reader.search({"user": 1.0}, 5)] == ["b.py"], "another file counts now"
    writer.close()
    reader.close()


@pytest.mark.parametrize("what", ["rubbish", "empty", "cut", "another's", "newer", "pointer", "torn"])
def test_a_bad_file_is_an_empty_one(tmp_path: Path, what: str) -> None:
    bench = Bench(tmp_path)
    bench.put({f"f{number}.py": f"def user_{number}():\n    pass\n" * 30 for number in range(40)})
    bench.writer.close()
    path = database.current(tmp_path)
    assert path is not None
    data = path.read_bytes()
    if what == "rubbish":
        path.write_bytes(b"rubbish" * 1000)
    elif what == "empty":
        path.write_bytes(b"")
    elif what == "cut":
        path.write_bytes(data[: len(data) // 2])
    elif what == "torn":
        middle = len(data) // 4096 // 2 * 4096
        path.write_bytes(data[:4096] + os.urandom(middle - 4096) + data[middle:])
    elif what == "pointer":
        (tmp_path / f"search-{database.SCHEMA}.current").write_text("../../etc/passwd")
    else:
        import sqlite3

        connection = sqlite3.connect(path)
        connection.execute("PRAGMA application_id = 7" if what == "another's" else "PRAGMA user_version = 99")
        connection.commit()
        connection.close()
    for _ in range(2):
        assert bench.found("user_1") == []
        assert bench.reader.counts() == SearchCounts()
    assert set(bench.damaged) <= {path.name}
    assert bool(bench.damaged) == (what != "pointer")
    # The writer begins anew, and the same reader finds what it writes.
    bench.writer.open()
    assert bench.writer.digests() == {}
    bench.put({"new.py": "user_1 = 1\n"})
    assert bench.found("user_1") == ["new.py"]
    assert len([name for name in os.listdir(tmp_path) if name.endswith(".sqlite")]) == 1, "the bad one is gone"
    bench.writer.close()
    bench.reader.close()


def test_a_search_can_be_called_off(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.put(FILES)
    reached, answers = threading.Event(), []

    def endless(db: object, *rest: object) -> list[object]:
        reached.set()
        one = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
        return db.execute(one).fetchall()  # type: ignore[attr-defined]

    monkeypatch.setattr(reader_module, "_search", endless)
    thread = threading.Thread(target=lambda: answers.append(bench.reader.search({"user": 1.0}, 5)))
    thread.start()
    assert reached.wait(30)
    while thread.is_alive():  # The statement may not have begun at the first try.
        bench.reader.interrupt()
        thread.join(0.01)
    assert answers == [[]]
    monkeypatch.undo()
    assert bench.found("save"), "the next one is answered"


def test_threads_take_turns(bench: Bench) -> None:
    bench.put(FILES)
    wrong: list[object] = []

    def ask() -> None:
        for _ in range(30):
            if bench.found("store_entity") != ["app/base.py", "app/users.py"]:
                wrong.append(1)
            bench.reader.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Closing calls off what runs, with an empty answer; nothing else may come of it.
    assert len(wrong) < 120
    assert bench.found("store_entity") == ["app/base.py", "app/users.py"]


def test_strange_arguments_are_no_errors(bench: Bench) -> None:
    bench.put(FILES)
    for name in ('"', "' OR 1", "user*", "NEAR(a b)", "\ud800abc", "x" * 10_000, "body:user", "NOT", "-user"):
        bench.reader.search({name: 1.0}, 5)
        bench.reader.definitions([name], 5)
        bench.reader.paths_ending([name])
        assert bench.reader.file(name) is None
    assert bench.reader.definitions([f"n{number}" for number in range(5_000)], 5) == []
    assert bench.reader.search({f"zzz{number}": 1.0 for number in range(5_000)}, 5) == []
    assert bench.damaged == []
