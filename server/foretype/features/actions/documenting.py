"""Takes the documentation out of an answer and puts it where the language has it; code that came along is left out.

So documenting can never change code, whatever the model writes. Pure.
"""

from __future__ import annotations

import re
from typing import Final

from foretype.features.actions.checks import bodies
from foretype.features.actions.conventions import Convention, convention_of
from foretype.features.actions.differences import minimal_edits
from foretype.features.actions.fitting import unit_of
from foretype.features.actions.parsed import definitions
from foretype.features.actions.values import Asked, Edit, Unfit
from foretype.postprocess.layout import margin
from foretype.prompts.actions.answer import Answer
from foretype.syntax.definitions import Definition

MOST_LINES: Final = 120
_DOCSTRING: Final = re.compile(r"[ \t]*[rRuU]?(\"\"\"|''')")
_BAD_ESCAPE: Final = re.compile(
    r"(?<!\\)(?:\\\\)*\\(?:x(?![\da-fA-F]{2})|u(?![\da-fA-F]{4})|U(?!000[\da-fA-F]{5}|0010[\da-fA-F]{4})|N(?!\{))"
)
_DIRECTIVE: Final = re.compile(r"#!|//go:|//export\b|//line\b|//[ \t]*\+build\b|#cgo\b|//[ \t]*#")
"""Comments that tell a compiler or a shell what to do: no documentation."""

_HEADER: Final = re.compile(r"[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)")


def documentation_edits(answer: Answer, asked: Asked) -> list[Edit]:
    """The edits that give the unit's definition the documentation in an answer. Raises Unfit where there is none."""
    definition = definition_at(asked)
    convention = convention_of(asked.language)
    text = _documentation(answer, definition, convention)
    if len(text) > MOST_LINES:
        raise Unfit("The documentation is far too long.", f"Write at most {MOST_LINES} lines, better far fewer.")
    return _inside(text, definition, asked) if convention.place == "inside" else _above(text, definition, asked)


def definition_at(asked: Asked) -> Definition:
    """The definition that the unit is. Raises Unfit where the unit is none."""
    for each in definitions(asked.lines, asked.language):
        if each.name == asked.unit.name and each.start < asked.unit.end and each.end > asked.unit.start:
            return each
    raise Unfit("There is no definition to document here.")


def _documentation(answer: Answer, definition: Definition, convention: Convention) -> list[str]:
    """The lines of the documentation, moved to the margin."""
    if answer.declines:
        raise Unfit("The model declined to do it.")
    if answer.cut:
        raise Unfit(
            "The answer was cut off before its end.", "Your answer ended inside the code block. Answer shorter."
        )
    texts = [block.text for block in answer.blocks] or [each.replace for each in answer.replacements] or [answer.bare]
    for text in texts:
        lines = text.split("\n")
        found = (
            _docstring(lines, definition.name)
            if convention.place == "inside"
            else _comment(lines, definition, convention)
        )
        if found:
            return found
    if not any(text.strip() for text in texts):
        raise Unfit("The answer was empty.", f"Your answer was empty. Answer with {convention.name} only.")
    raise Unfit(
        f"The answer holds no documentation in the form of {convention.name}.", f"Answer with {convention.name} only."
    )


# Python


def _docstring(lines: list[str], name: str) -> list[str]:
    """The docstring of the definition with this name in a text, or the one that the text is; quotes included."""
    at = next((n for n, line in enumerate(lines) if (found := _HEADER.match(line)) and found[1] == name), None)
    if at is None and any(map(_HEADER.match, lines)):
        return []
    start = 0 if at is None else _behind_header(lines, at)
    while start < len(lines) and not lines[start].strip():
        start += 1
    if start >= len(lines) or not (opening := _DOCSTRING.match(lines[start])):
        return []
    quotes, head = opening[1], lines[start][opening.end() :]
    if quotes in head:
        whole = _without_bad_escapes([lines[start].strip()])
        return whole if not head.partition(quotes)[2].strip(" \t;#") else []
    for end in range(start + 1, len(lines)):
        if quotes in lines[end]:
            last = lines[end].partition(quotes)[0] + quotes  # what follows in its line is code
            return _without_bad_escapes(_dedented([*lines[start:end], last]))
    return []


def _without_bad_escapes(lines: list[str]) -> list[str]:
    """A docstring that names a path below C:\\Users is no string for Python, unless it is a raw one."""
    raw = lines[0].lstrip()[:1] not in "\"'"
    return lines if raw or not any(map(_BAD_ESCAPE.search, lines)) else [f"r{lines[0].lstrip()}", *lines[1:]]


def _behind_header(lines: list[str], at: int) -> int:
    """The line behind a signature, which may go over several."""
    depth = 0
    for number in range(at, len(lines)):
        code = lines[number].partition("#")[0]
        depth += sum(code.count(each) for each in "([{") - sum(code.count(each) for each in ")]}")
        if depth <= 0 and code.rstrip().endswith(":"):
            return number + 1
    return len(lines)


def _inside(text: list[str], definition: Definition, asked: Asked) -> list[Edit]:
    """The docstring as the first thing in the body, in place of one that is there."""
    start = definition.body_start
    if start >= definition.end:
        raise Unfit("Its body stands on the line of its header, where a docstring has no room.")
    body = bodies(asked.lines, start, definition.end)
    first = next((n for n, line in enumerate(body) if line.strip() and not line.lstrip().startswith("#")), 0)
    indent = margin(body[first])
    old = _docstring(body[first:], "") if _DOCSTRING.match(body[first]) else []
    lines = [indent + line if line.strip() else "" for line in _in_unit_of(text, asked)]
    if old:
        return minimal_edits(asked.lines, start + first, start + first + len(old), lines)
    if definition.kind == "class" and body[first].strip():
        lines.append("")  # as PEP 257 has it
    return minimal_edits(asked.lines, start, start, lines)


# All others


def _comment(lines: list[str], definition: Definition, convention: Convention) -> list[str]:
    """The comment above the definition with this name in a text, or the one that the text is."""
    name = re.compile(rf"(?<!\w){re.escape(definition.name)}(?!\w)")
    found: list[str] = []
    closing = ""
    for line in lines:
        text = line.strip()
        if closing:
            found.append(_to_close(line, closing))
            closing = "" if closing in text else closing
        elif _DIRECTIVE.match(text):
            continue
        elif text.startswith(convention.opening):
            long = text.startswith("/*")
            found.append(_to_close(line, "*/") if long else line)
            closing = "*/" if long and "*/" not in text[2:] else ""
        elif text.startswith(("@", "#[")) or not text:
            continue
        elif name.search(text) or not found:
            break
        else:
            found = []  # the comment of something else
    if closing:
        raise Unfit("The answer was cut off before its end.", "Your comment is not closed. Answer shorter.")
    return _dedented(found)


def _to_close(line: str, closing: str) -> str:
    """A line of a comment without what follows the comment: that is code."""
    return line.partition(closing)[0] + closing if closing in line else line


def _above(text: list[str], definition: Definition, asked: Asked) -> list[Edit]:
    """The comment above the definition and its attributes, in place of one that is there."""
    opening = convention_of(asked.language).opening
    indent = margin(asked.lines[definition.signature_start])
    start = stop = definition.start
    closing = False
    while definition.documented and stop < definition.signature_start:
        line = asked.lines[stop].strip()
        if not closing and not line.startswith((*opening, "*")):
            break
        long = line.startswith("/*") or closing
        closing = long and "*/" not in line
        stop += 1
    lines = [indent + line if line.strip() else "" for line in _in_unit_of(text, asked)]
    return minimal_edits(asked.lines, start, stop, lines)


def _dedented(lines: list[str]) -> list[str]:
    """At the margin of its first line; what stands further out goes to the margin too."""
    if not lines:
        return []
    own = len(margin(lines[0]))
    moved = []
    for line in lines:
        space = margin(line)
        moved.append((space[own:] + line.lstrip(" \t")).rstrip())
    # The lines below were indented by the definition's own margin although the first one was not.
    inner = [len(margin(line)) for line in moved[1:] if line]
    lowest = min(inner, default=0)
    if own == 0 and lowest >= 2 and moved[-1] and len(margin(moved[-1])) == lowest and not moved[0].startswith("/*"):
        moved[1:] = [line[lowest:] for line in moved[1:]]
    return moved


def _in_unit_of(lines: list[str], asked: Asked) -> list[str]:
    """Indentation inside of the text in the document's own unit, where that is a tab."""
    unit = unit_of(bodies(asked.lines, 0, 400))
    if unit != "\t":
        return [line.expandtabs(4) if "\t" in margin(line) else line for line in lines]
    return [_tabbed(line) for line in lines]


def _tabbed(line: str) -> str:
    space = margin(line)
    levels, rest = divmod(len(space.expandtabs(4)), 4)
    return "\t" * levels + " " * rest + line[len(space) :]
