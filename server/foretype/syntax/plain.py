"""Definitions and imports by layout and a few patterns, for languages without a grammar.

Comments and strings are masked, first lines are recognised by pattern, and indentation says where a definition
ends. Formatted code is read rightly; what stands on one line with something else may be missed.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import replace
from typing import Final, NamedTuple

from foretype.syntax.plain_rules import PlainRules, definition_patterns, import_patterns, mask_of, rules_of
from foretype.syntax.text_lines import split_lines, width
from foretype.syntax.values import Definition, Import, Kind

_LONGEST_LINE: Final = 500
"""Characters of a line that patterns look at; what is longer was written by a machine."""

_LONGEST_SIGNATURE: Final = 40
_BLOCKS: Final = frozenset(("function", "method", "class", "interface", "module", None))
_CLOSING_WORD: Final = re.compile(r"end\b|fi\b|done\b|[})\]]")


class _Scope(NamedTuple):
    """What encloses the lines up to `end`, by its qualified name."""

    name: str
    end: int
    kind: Kind | None


def definitions(text: str, language_id: str) -> tuple[Definition, ...]:
    """What the text defines, as far as its layout tells; scopes are definitions without a name."""
    rules = rules_of(language_id)
    if not rules.definitions:
        return ()
    reader = _Reader(text, rules)
    found: list[Definition] = []
    scopes: list[_Scope] = []
    for number, line in enumerate(reader.code):
        while scopes and number >= scopes[-1].end:
            scopes.pop()
        match_kind = _match(line, rules)
        if match_kind is None:
            continue
        match, kind = match_kind
        inside = scopes[-1].kind if scopes else "module"
        if not (match.groupdict().get("container") or _belongs(kind, scopes, inside, width(line))):
            continue
        each = reader.definition(number, match, kind, scopes[-1].name if scopes else "")
        if kind in _BLOCKS:
            scopes.append(_Scope(each.qualified_name, each.end, kind))
        found.append(each if kind is not None else replace(each, name=""))
    return tuple(found)


def imports(text: str, language_id: str) -> tuple[Import, ...]:
    """What the text imports, as far as patterns tell."""
    rules = rules_of(language_id)
    text = "\n".join(split_lines(text))
    masked = _masked(text, rules)
    line_ends = [match.start() for match in re.finditer("\n", text)]
    found: dict[int, Import] = {}
    for pattern in import_patterns(rules):
        for match in pattern.finditer(text):
            first = match.end() - len(match.group().lstrip())
            if (masked[first].isspace() and text[first] != '"') or not match["module"]:
                continue  # in a comment or a string
            start, end = bisect_left(line_ends, first), bisect_left(line_ends, match.end()) + 1
            found.setdefault(start, Import(match["module"], _names(match), start, end))
    return tuple(found[start] for start in sorted(found))


def _names(match: re.Match[str]) -> tuple[str, ...]:
    """The local names of an import: those that are listed, by their aliases."""
    groups = match.groupdict()
    if alias := groups.get("alias"):
        return (alias,)
    listed = groups.get("names")
    if listed is None:
        last = re.split(r"[./:\\]+", match["module"])[-1]
        return (last,) if last.isidentifier() else ()
    names = []
    for part in re.split(r"[,{}()]|\n", listed.replace("\\\n", " ")):
        words = part.split("#")[0].split()
        if words and words[-1].replace("$", "_").isidentifier() and words[-1] != "_":
            names.append(words[-1])
    return tuple(names)


def _match(line: str, rules: PlainRules) -> tuple[re.Match[str], Kind | None] | None:
    code = line[:_LONGEST_LINE]
    start = len(code) - len(code.lstrip(" \t"))
    if start == len(code):
        return None
    for pattern, kind in definition_patterns(rules):
        if match := pattern.match(code, start):
            return match, kind
    return None


def _belongs(kind: Kind | None, scopes: list[_Scope], inside: Kind | None, indent: int) -> bool:
    """Whether what looks like a definition is one where it stands: variables count only outside of functions."""
    if kind in ("variable", "constant"):
        return not (scopes and inside in ("function", "method")) and (bool(scopes) or indent == 0)
    if kind == "method":
        return bool(scopes) and inside in ("class", "interface", None)
    return True


def _masked(text: str, rules: PlainRules) -> str:
    """The text with its comments and strings blank, line ends kept."""
    return mask_of(rules).sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)


class _Reader:
    """A text's lines as written, and as code alone."""

    def __init__(self, text: str, rules: PlainRules) -> None:
        self.lines = split_lines(text)
        self.code = _masked("\n".join(self.lines), rules).split("\n")
        self._rules = rules

    def definition(self, number: int, match: re.Match[str], kind: Kind | None, container: str) -> Definition:
        """What begins in this line."""
        last, open_ended = self._signature_end(number)
        if kind in _BLOCKS and not (last == number and self.code[number].rstrip().endswith(";")):
            end = self._block_end(last, width(self.code[number]))
        else:
            end = last + 1
        body = last + 1 if open_ended or end > last + 1 else end
        own = match.groupdict().get("container")
        if kind == "function" and container and self._in_class(number, container):
            kind = "method"
        name = match["name"].replace("::", ".")
        above = self._above(number)
        return Definition(
            name=name.rpartition(".")[2],
            kind=kind or "class",
            start=above,
            end=end,
            signature_start=self._behind_comments(above, number),
            body_start=min(body, end),
            container=".".join(part for part in (own or container, name.rpartition(".")[0]) if part),
            documented=self._documented(above, number, body, end),
        )

    def _in_class(self, number: int, container: str) -> bool:
        """Whether what encloses a line is no function, seen by the line that begins it."""
        indent = width(self.code[number])
        name = container.rpartition(".")[2]
        for above in range(number - 1, -1, -1):
            line = self.code[above]
            if line.strip() and width(line) < indent and re.search(rf"\b{re.escape(name)}\b", line):
                return re.search(r"\b(?:def|function|func|fun|fn)\b", line) is None
        return False

    def _signature_end(self, number: int) -> tuple[int, bool]:
        """The last line of the signature that begins here, and whether it ends with what opens a body."""
        depth = 0
        for line in range(number, min(len(self.code), number + _LONGEST_SIGNATURE)):
            code = self.code[line].rstrip()
            depth += sum(code.count(mark) for mark in "([") - sum(code.count(mark) for mark in ")]")
            if depth <= 0:
                return line, code.endswith(("{", ":", "=>", "do", "then"))
        return number, False

    def _block_end(self, last: int, level: int) -> int:
        """Where the lines end that are deeper than the level, the line that closes them included."""
        end = number = last + 1
        while number < len(self.code):
            code = self.code[number]
            if not code.strip():
                number += 1
                continue
            deeper = width(code) > level
            opens = width(code) == level and number == last + 1 and code.strip() == "{"
            if not deeper and not opens:
                if width(code) == level and _CLOSING_WORD.match(code.lstrip()):
                    end = number + 1
                    if code.rstrip().endswith(("{", ":")):  # the end of a signature, or `} else {`
                        number += 1
                        continue
                break
            number += 1
            end = number
        return end

    def _above(self, number: int) -> int:
        """The first of the comment's and the decorators' lines right above."""
        start = number
        while start and self.lines[start - 1].lstrip().startswith(self._rules.above):
            start -= 1
        return start

    def _behind_comments(self, above: int, number: int) -> int:
        """The first line above that is code: a decorator, which belongs to the signature."""
        return next((line for line in range(above, number) if self.code[line].strip()), number)

    def _documented(self, above: int, number: int, body: int, end: int) -> bool:
        if any(not self.code[line].strip() and self.lines[line].strip() for line in range(above, number)):
            return True
        first = next((line.strip() for line in self.lines[body:end] if line.strip()), "")
        return first.startswith(('"""', "'''", 'r"""', "@moduledoc", "@doc"))
