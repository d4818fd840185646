"""Reads the answer to a code action, however the model dressed it: fences, prose, search/replace, a diff, bare code.

Pure, never raises, and decides nothing: what fits where is the business of features/actions. The forms that prompts ask
for stand in the Markdown files beside this module.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from foretype.postprocess.streaming.unwrap import CHATTER
from foretype.prompts.actions.fenced import Block, fenced_blocks, is_path, label_above

_THINKING: Final = re.compile(r"\s*<(think|thinking|thought|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL)
_SEARCH: Final = re.compile(r"[ \t]*<{5,9}[ \t]*(?:SEARCH|ORIGINAL|HEAD|BEFORE|OLD)\b.*", re.IGNORECASE)
_MIDDLE: Final = re.compile(r"[ \t]*={5,9}[ \t]*")
_REPLACE: Final = re.compile(r"[ \t]*>{5,9}(?:[ \t]*(?:REPLACE|UPDATED|AFTER|NEW)\b.*|[ \t]*\w*)", re.IGNORECASE)
_HUNK: Final = re.compile(r"@@(?: -\d+(?:,\d+)? \+\d+(?:,\d+)? @@.*|[^@]*@@.*|.*)")
_NEW_FILE: Final = re.compile(r"\+\+\+ (?:b/)?([^\t\n]+)")
_REFUSAL: Final = re.compile(
    r"\s*(?:i['’]?m sorry|sorry\b|i can(?:no|['’])t\b|i am (?:unable|not able)|i['’]m (?:unable|not able)|as an ai\b"
    r"|unfortunately[, ])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Replacement:
    """Lines to look for and what is to stand in their place, neither with a last line end; `path` where one is said.

    `unclear`: a line in it looks like the mark between the two, as an underlined heading does.
    """

    search: str
    replace: str
    path: str = ""
    unclear: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer taken apart. Without any fence and replacement, `bare` is its text; `prose` is what stands around.

    `cut` says that it ended inside a block; `declines` that the model says that it will not.
    """

    blocks: tuple[Block, ...] = ()
    replacements: tuple[Replacement, ...] = ()
    bare: str = ""
    prose: str = ""
    cut: bool = False
    declines: bool = False


def read_answer(raw: str) -> Answer:
    """The parts of an answer. Line ends become LF, thinking is left out."""
    text = without_thinking(raw.replace("\r\n", "\n").replace("\r", "\n"))
    lines = text.split("\n")
    found, rest, cut = _replacements(lines)
    if found or cut:
        return Answer(replacements=tuple(found), prose=_prose(rest), cut=cut)
    blocks = fenced_blocks(lines)
    prose = _prose(line for number, line in enumerate(lines) if not any(b.first <= number < b.last for b in blocks))
    if not blocks:
        if _is_diff(lines):
            return Answer(replacements=tuple(_hunks(lines, "")))
        return Answer(bare=_without_chatter(text), prose=prose, declines=_REFUSAL.match(text) is not None)
    hunks = [hunk for block in blocks if _says_diff(block) for hunk in _hunks(block.text.split("\n"), block.path)]
    cut = not blocks[-1].closed
    if hunks:
        return Answer(replacements=tuple(hunks), prose=prose, cut=cut)
    return Answer(tuple(blocks), prose=prose, cut=cut)


def without_thinking(text: str) -> str:
    """The answer without what a thinking model puts in front of it; "" while it still thinks."""
    found = _THINKING.match(text)
    return text[found.end() :] if found else text


def _replacements(lines: Sequence[str]) -> tuple[list[Replacement], list[str], bool]:
    """The search/replace blocks, the lines around them, and whether the last one was cut off."""
    found: list[Replacement] = []
    rest: list[str] = []
    inside: list[str] | None = None
    path, width = "", 0
    for number, line in enumerate(lines):
        if inside is None:
            if _SEARCH.fullmatch(line):
                inside, path, width = [], _path_above(lines, number) or path, line.count("<")
            else:
                rest.append(line)
        elif _REPLACE.fullmatch(line) and (middles := _middles(inside, width)):
            at = middles[0]
            found.append(Replacement("\n".join(inside[:at]), "\n".join(inside[at + 1 :]), path, len(middles) > 1))
            inside = None
        else:
            inside.append(line)
    return found, rest, inside is not None


def _middles(lines: Sequence[str], width: int) -> list[int]:
    """The lines that may part what is looked for from what replaces it: as wide as the first mark where one is."""
    marks = [number for number, line in enumerate(lines) if _MIDDLE.fullmatch(line)]
    return [number for number in marks if lines[number].count("=") == width] or marks


def _path_above(lines: Sequence[str], number: int) -> str:
    """The file that a search block is said to be of: above it, or above the fence that it stands in."""
    at = number
    if at and lines[at - 1].lstrip().startswith(("```", "~~~")):
        info = lines[at - 1].strip("`~ \t").split()
        if info and is_path(info[-1]):
            return info[-1]
        at -= 1
    return label_above(lines, at)


def _says_diff(block: Block) -> bool:
    return block.language in ("diff", "patch", "udiff") or (not block.language and _is_diff(block.text.split("\n")))


def _is_diff(lines: Sequence[str]) -> bool:
    marked = sum(line[:1] in ("+", "-") for line in lines)
    return marked > 0 and any(re.match(r"@@ -\d", line) for line in lines)


def _hunks(lines: Sequence[str], path: str) -> Iterator[Replacement]:
    """A unified diff's hunks as replacements; their line numbers are mostly wrong and are not used."""
    old: list[str] = []
    new: list[str] = []

    def hunk() -> Iterator[Replacement]:
        if old != new:
            yield Replacement("\n".join(old), "\n".join(new), path)
        old.clear()
        new.clear()

    inside = False  # a hunk, where a line that went may look like the head of another file
    for number, line in enumerate(lines):
        following = lines[number + 1] if number + 1 < len(lines) else ""
        if line.startswith("--- ") and following.startswith("+++ "):
            inside = False
        if not inside and (named := _NEW_FILE.fullmatch(line)):
            yield from hunk()
            path = named[1].strip()
        elif not inside and line.startswith(("--- ", "diff ", "index ")) and not old and not new:
            continue
        elif _HUNK.fullmatch(line):
            yield from hunk()
            inside = True
        elif line.startswith("\\"):
            continue
        elif line.startswith("+"):
            new.append(line[1:])
        elif line.startswith("-"):
            old.append(line[1:])
        else:
            old.append(line[1:] if line.startswith(" ") else line)
            new.append(line[1:] if line.startswith(" ") else line)
    while old and new and not old[-1].strip() and not new[-1].strip():
        old.pop()
        new.pop()
    yield from hunk()


def _without_chatter(text: str) -> str:
    """Bare code without the sentence that announces it."""
    text = text.strip("\n")
    first, _, rest = text.partition("\n")
    return rest.strip("\n") if CHATTER.match(first) and first.rstrip().endswith((":", ".", "!")) and rest else text


def _prose(lines: Iterator[str] | Sequence[str]) -> str:
    return "\n".join(line for line in lines if not line.lstrip().startswith(("```", "~~~"))).strip()
