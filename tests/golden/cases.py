"""Reads golden files: what a case says, and how it is written back with another expectation."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent / "cases"
CURSOR, TAB = "│", "→"
NOTHING = "(nothing)"
_OPTION = re.compile(r"(language|line ends|indent|multiline|max lines|asked by|by hand): (.+)")


@dataclass(slots=True)
class Case:
    """One case as it stands in its file; texts have `→` for a tab and end without a line end."""

    file: Path
    sentence: str
    options: dict[str, str] = field(default_factory=dict)
    sections: dict[str, str] = field(default_factory=dict)

    @property
    def buffer(self) -> str:
        return self._text("buffer")

    @property
    def model(self) -> str:
        return self._text("model")

    @property
    def expected(self) -> str:
        return self._text("expected")

    @property
    def line_end(self) -> str:
        return "\r\n" if self.options.get("line ends") == "crlf" else "\n"

    def _text(self, section: str) -> str:
        return self.sections[section].replace(TAB, "\t")


def read_cases(folder: Path = FOLDER) -> list[Case]:
    """All cases of all files, in order."""
    return [case for file in sorted(folder.glob("*.txt")) for case in _read_file(file)]


def _read_file(file: Path) -> list[Case]:
    defaults: dict[str, str] = {}
    cases: list[Case] = []
    section = ""
    for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), 1):
        if line.startswith("==== "):
            cases.append(Case(file, line[5:], dict(defaults)))
            section = "options"
        elif line.startswith("---- "):
            section = line[5:]
            assert section in ("buffer", "model", "expected"), f"{file.name}:{number}: {line}"
        elif section in ("", "options"):
            option = _OPTION.fullmatch(line)
            assert option or not line or line.startswith("#"), f"{file.name}:{number}: {line}"
            if option:
                (cases[-1].options if cases else defaults)[option[1]] = option[2]
        else:
            sections = cases[-1].sections
            sections[section] = f"{sections[section]}\n{line}" if section in sections else line
    for case in cases:
        # One blank line stands between cases for the reader's sake; it belongs to none.
        case.sections["expected"] = case.sections["expected"].removesuffix("\n")
        assert case.sections["buffer"].count(CURSOR) == 1, f"{file.name}: {case.sentence}"
    return cases


def rewrite(file: Path, expectations: dict[str, str]) -> None:
    """Write other expectations (by sentence) into a golden file, and nothing else."""
    text = file.read_text(encoding="utf-8")
    for case in _read_file(file):
        if case.sentence in expectations:
            head, found, tail = text.partition(f"==== {case.sentence}\n")
            before, mark, rest = tail.partition("---- expected\n")
            assert found
            assert mark
            assert rest.startswith(case.sections["expected"])
            rest = expectations[case.sentence].replace("\t", TAB) + rest[len(case.sections["expected"]) :]
            text = head + found + before + mark + rest
    file.write_text(text, encoding="utf-8")
