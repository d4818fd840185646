"""Where a project keeps the tests of a file, and in which framework it writes them.

Looks at the names of a bounded number of files and at a few small ones; to be called in a thread. Writes nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from foretype.repository.skip import CONTROL_FOLDERS, VENDORED_FOLDERS
from foretype.settings.files import read_bytes

MOST_LOOKED_AT: Final = 20_000
"""Files and folders of a workspace whose names are read in search of tests."""

_MOST_BYTES: Final = 200_000


@dataclass(frozen=True, slots=True)
class TestPlace:
    """`path` is where the tests go; `exists` whether a file is there. `sentence` tells the model what is there."""

    __test__ = False  # no test, whatever pytest thinks of its name

    path: Path
    exists: bool
    framework: str
    sentence: str


def find_test_place(source: Path, language: str, folder: Path) -> TestPlace:
    """The tests of a source file below a workspace folder: the file that is there, else where one would be."""
    names = _test_names(source, language)
    if source.name in names or source.stem.startswith("test_") or re.search(r"[._](?:test|spec)$", source.stem):
        found: Path | None = source
    else:
        found = _existing(folder, names, source)
    path = found or _new_place(source, language, folder, names)
    framework = framework_of(language, folder)
    shown = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name
    own = source.relative_to(folder).as_posix() if source.is_relative_to(folder) else source.name
    if found is not None:
        sentence = f"They are put at the end of {shown}, which exists: write only the new tests, and no imports it has."
    else:
        sentence = f"They become the new file {shown}: write it whole, with its imports. The code is in {own}."
    return TestPlace(path, found is not None, framework, sentence)


def framework_of(language: str, folder: Path) -> str:
    """What the project tests with, by its own files; the language's usual choice where they do not say."""
    if language == "python":
        text = _texts(folder, "pyproject.toml", "setup.cfg", "tox.ini", "requirements.txt", "requirements-dev.txt")
        if "pytest" in text or any(
            (folder / name).exists() for name in ("conftest.py", "tests/conftest.py", "pytest.ini")
        ):
            return "pytest"
        return "unittest" if _uses_unittest(folder) else "pytest"
    if language.startswith(("javascript", "typescript")):
        text = _texts(folder, "package.json")
        for name in ("vitest", "jest", "mocha", "ava", "jasmine", "@playwright/test"):
            if f'"{name}"' in text or f'"@types/{name}"' in text:
                return name
        return "node:test"
    if language in ("java", "kotlin", "groovy"):
        text = _texts(folder, "pom.xml", "build.gradle", "build.gradle.kts")
        return "TestNG" if "testng" in text and "junit" not in text else "JUnit 5"
    if language == "csharp":
        return "xUnit"
    if language == "ruby":
        return "RSpec" if (folder / "spec").is_dir() or "rspec" in _texts(folder, "Gemfile") else "Minitest"
    known = {"go": "Go's testing package", "rust": "Rust's own #[test]", "php": "PHPUnit", "cpp": "GoogleTest"}
    return known.get(language, "the language's usual kind of")


def _test_names(source: Path, language: str) -> list[str]:
    """The names that a test file of this source has by custom, the likeliest first."""
    stem, suffix = source.stem, source.suffix
    if language == "python":
        return [f"test_{stem}.py", f"{stem}_test.py"]
    if language == "go":
        return [f"{stem}_test.go"]
    if language.startswith(("javascript", "typescript")):
        return [f"{stem}.test{suffix}", f"{stem}.spec{suffix}", f"{stem}-test{suffix}"]
    if language in ("java", "kotlin", "groovy", "csharp", "php", "scala", "swift"):
        return [f"{stem}Test{suffix}", f"{stem}Tests{suffix}", f"{stem}Spec{suffix}"]
    if language == "ruby":
        return [f"{stem}_spec.rb", f"{stem}_test.rb", f"test_{stem}.rb"]
    return [f"{stem}_test{suffix}", f"test_{stem}{suffix}"]


def _existing(folder: Path, names: list[str], source: Path) -> Path | None:
    """The file of one of these names that shares most of its path with the source."""
    wanted = set(names)
    found = [path for path in _files(folder) if path.name in wanted]
    parts = set(source.parts)
    return max(found, key=lambda path: (len(parts & set(path.parts)), -len(path.parts), str(path)), default=None)


def _files(folder: Path) -> Iterator[Path]:
    left = MOST_LOOKED_AT
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name.lower() not in CONTROL_FOLDERS | VENDORED_FOLDERS)
        left -= len(files) + len(folders)
        for name in files:
            yield Path(root, name)
        if left < 0:
            return


def _new_place(source: Path, language: str, folder: Path, names: list[str]) -> Path:
    """Where the project's other tests are, else where the language's custom has them."""
    inside = source.relative_to(folder) if source.is_relative_to(folder) else Path(source.name)
    parts = inside.parts
    if language in ("java", "kotlin", "groovy", "scala") and "main" in parts:
        at = parts.index("main")
        return folder.joinpath(*parts[:at], "test", *parts[at + 1 : -1], names[0])
    if language == "go":
        return source.with_name(names[0])
    if language.startswith(("javascript", "typescript")):
        beside = source.parent / "__tests__"
        return (beside if beside.is_dir() else source.parent) / names[0]
    for name in ("tests/unit", "tests", "test", "spec"):
        if (folder / name).is_dir():
            return folder / name / _mirrored(folder / name, parts) / names[0]
    return folder / "tests" / names[0] if language == "python" else source.with_name(names[0])


def _mirrored(tests: Path, parts: tuple[str, ...]) -> Path:
    """The folder below `tests` that mirrors the source's, as far as there is one."""
    for start in range(len(parts) - 1):
        below = Path(*parts[start:-1])
        if (tests / below).is_dir():
            return below
    return Path()


def _uses_unittest(folder: Path) -> bool:
    tests = next((folder / name for name in ("tests", "test") if (folder / name).is_dir()), None)
    if tests is None:
        return False
    files = sorted(tests.glob("test*.py"))[:3]
    return any("unittest" in _texts(tests, file.name) for file in files)


def _texts(folder: Path, *names: str) -> str:
    found = []
    for name in names:
        try:
            found.append(read_bytes(folder / name, _MOST_BYTES).decode("utf-8", "replace"))
        except (OSError, ValueError):
            continue
    return "\n".join(found)
