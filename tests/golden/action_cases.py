"""Reads the golden files of code actions (actions/*.txt): a buffer, a model's answer, and the buffer that must result.

The unit is marked by two │ in the buffer; → is a tab and · a blank at a line's end. What is refused has its reason
in a section `refused` in place of `expected`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from foretype.features.actions.judge import judge
from foretype.features.actions.values import Asked, Unfit, Unit, applied
from foretype.text.document import Document
from foretype.text.lines import Lines

FOLDER = Path(__file__).parent / "actions"
_OPTION = re.compile(r"(language|name|task|path|imports|shrink|keeps|line ends|answer ends|cut|times): ?(.*)")
_SECTIONS = ("buffer", "answer", "expected", "refused")


@dataclass(slots=True)
class ActionCase:
    """One case as it stands in its file."""

    file: Path
    sentence: str
    options: dict[str, str] = field(default_factory=dict)
    sections: dict[str, str] = field(default_factory=dict)

    @property
    def asked(self) -> Asked:
        """What the answer may change."""
        before, unit, after = _plain(self.sections["buffer"]).split("│")
        if self.options.get("line ends") == "crlf":
            before, unit, after = (part.replace("\n", "\r\n") for part in (before, unit, after))
        lines = Lines(before + unit + after)
        start = len(Lines(before)) - 1
        end = start + len(Lines(unit)) if before + unit + after else 0
        document = Document("file:///w/file", self.options.get("language", "python"), 1, lines)
        return Asked(
            document,
            Unit(start, end, self.options.get("name", "")),
            self.options.get("task", "rewrite"),  # type: ignore[arg-type]
            self.options.get("path", "shapes.py"),
            imports="imports" in self.options,
            may_shrink="shrink" in self.options,
            keeps="keeps" in self.options,
        )

    @property
    def answer(self) -> str:
        """The model's text."""
        text = _plain(self.sections.get("answer", ""))
        text = "\n".join([text] * int(self.options.get("times", "1")))
        return text.replace("\n", "\r\n") if self.options.get("answer ends") == "crlf" else text

    @property
    def expectation(self) -> str:
        """The sections that say what must come out."""
        return "\n".join(
            f"---- {name}\n{self.sections[name]}" for name in ("expected", "refused") if name in self.sections
        )


def outcome(case: ActionCase) -> str:
    """What comes out, in the form of the files."""
    asked = case.asked
    verdict = judge(case.answer, asked, whole="cut" not in case.options)
    if isinstance(verdict, Unfit):
        return f"---- refused\n{verdict.reason}"
    text = applied(asked.lines, verdict.edits).text
    if case.options.get("line ends") == "crlf":
        assert "\n" not in text.replace("\r\n", ""), "a line end of another kind"
        text = text.replace("\r\n", "\n")
    assert "\r" not in text
    return f"---- expected\n{_shown(text)}"


def read_action_cases(folder: Path = FOLDER) -> list[ActionCase]:
    """All cases of all files, in order."""
    return [case for file in sorted(folder.glob("*.txt")) for case in read_file(file)]


def read_file(file: Path) -> list[ActionCase]:
    """The cases of one file."""
    defaults: dict[str, str] = {}
    cases: list[ActionCase] = []
    section = "options"
    for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), 1):
        if line.startswith("==== "):
            cases.append(ActionCase(file, line[5:], dict(defaults)))
            section = "options"
        elif line.startswith("---- ") and line[5:] in _SECTIONS:
            section = line[5:]
        elif section == "options":
            option = _OPTION.fullmatch(line)
            assert option or not line or line.startswith("#"), f"{file.name}:{number}: {line}"
            if option:
                (cases[-1].options if cases else defaults)[option[1]] = option[2]
        else:
            sections = cases[-1].sections
            sections[section] = f"{sections[section]}\n{line}" if section in sections else line
    for case in cases:
        last = list(case.sections)[-1]
        # One blank line stands between cases for the reader's sake; it belongs to none.
        case.sections[last] = case.sections[last].removesuffix("\n")
        assert case.sections["buffer"].count("│") == 2, f"{file.name}: {case.sentence}"
    return cases


def write_file(file: Path, outcomes: dict[str, str]) -> None:
    """Write other expectations (by sentence) into a golden file, and nothing else."""
    text = file.read_text(encoding="utf-8")
    for case in read_file(file):
        if case.sentence not in outcomes:
            continue
        head, mark, rest = text.partition(f"==== {case.sentence}\n")
        own, following, tail = rest.partition("\n==== ")
        own = re.split(r"\n---- (?:expected|refused)(?:\n|\Z)", own)[0].rstrip("\n")
        own += "\n" if own.endswith("---- answer") else ""
        text = f"{head}{mark}{own}\n{outcomes[case.sentence]}\n{following}{tail}"
    file.write_text(text.rstrip("\n") + "\n", encoding="utf-8")


def _plain(text: str) -> str:
    return text.replace("→", "\t").replace("·", " ")


def _shown(text: str) -> str:
    text = text.replace("\t", "→")
    return re.sub(r" +(?=\n|\Z)", lambda blanks: "·" * len(blanks[0]), text)
