"""Finds the end of a block in text that is still being written: by the grammar where there is one, else by layout.

Layout (by_layout.py) is followed through every line. Where it says that a line may be the last one, or the next
block's first, the grammar is asked (by_tree.py), if one is installed and it understands what is written: it knows a
bracket in a string from one in code, a label or an `#endif` at the margin from the end of a function, and whether
a statement still needs something.
"""

from __future__ import annotations

import re
from typing import Final

from foretype.postprocess.languages import first_word
from foretype.postprocess.layout import begins_with_closer, continues_block
from foretype.postprocess.streaming.by_layout import LINKS, ByLayout, Verdict
from foretype.postprocess.streaming.by_tree import ByTree
from foretype.postprocess.surroundings import Surroundings
from foretype.syntax.statement_end import Reach

_MAY_GO_ON: Final = (
    *("if", "try", "do", "expression_statement", "lexical_", "variable_", "let_", "return", "await", "public_field"),
    *("call", "identifier", "field_expression", "method_inv", "scoped_identifier", "macro_invocation", "property_"),
)
"""How the types of statements begin that may be complete and go on in the next line all the same."""

_BRANCHES: Final = {"if": "if", "else": "if", "try": "try", "catch": "try", "do": "do"}
_WITH_BRANCHES: Final = ("if", "try", "do")


class BlockEnd:
    """Takes a text line by line.

    Where the cursor's line has text, the block is what that line opens: it ends with the line that closes it, or
    before the first line that is not deeper. On an empty line it is what belongs to the line's own level: as far as
    the block around goes if the line is its first, else up to a blank line.
    """

    def __init__(self, around: Surroundings, *, whole_block: bool) -> None:
        self._layout = ByLayout(around)
        self._tree = ByTree(around)
        self._whole_block = whole_block
        self._lines: list[str] = []
        self._ends: list[int] = []
        self._overruled: int | None = None
        """Where layout would have ended the block; it counts again once the grammar no longer understands the text."""
        self._complete: int | None = None
        """Where the statement may have ended, unless the next line goes on with it."""
        self._type = ""
        self._looked_at = 0

    def take(self, line: str, start: int, end: int) -> int | None:
        """Take the next whole line, which stands from `start` to `end`; the useful length once it is known."""
        if not self._lines or self._layout.annotated:
            return self._take_first(line, end)
        self._lines.append(line)
        self._ends.append(end)
        if not line.strip():
            ends = self._layout.take_blank()
            return self._complete or (self._useful() if ends else None)
        if self._complete is not None:
            if not self._goes_on(line, self._type):
                return self._complete
            self._complete = None
            self._layout.keep(line, end, anew=True)
            return None
        if self._is_dedented_note(line):
            return None  # the next line decides where it belongs
        return self._decide(line, end)

    def before_partial(self, tail: str) -> int | None:
        """The useful length if the line that has begun shows already that it is none of the block's."""
        word = first_word().match(tail)
        decided = tail.strip() and (word is None or word.end() < len(tail))
        if not decided or not self._lines or self._layout.annotated or self._looked_at == len(self._lines):
            return None
        if self._complete is not None:
            return None if self._goes_on(tail, self._type) else self._complete
        waits = self._overruled is not None and self._is_by_level(tail)
        if not (self._layout.leaves(tail) or waits) or self._is_dedented_note(tail):
            return None
        self._looked_at = len(self._lines)
        if not self._is_by_level(tail):
            return self._useful()
        found = self._ask([*self._lines, tail])
        if found is None:
            return self._useful() if self._overruled is None else None
        return self._before(found) if found.state == "left" else None

    def _take_first(self, line: str, end: int) -> int | None:
        whole = self._layout.take_first(line, end)
        if whole is None:
            return None
        self._lines.append(whole)
        self._ends.append(end)
        header = self._layout.header
        self._tree.whole_list = not header or (self._whole_block and not self._layout.opened)
        if not header or self._layout.opened or self._whole_block:
            return None
        if self._layout.annotated:
            return None
        found = self._ask(self._lines)
        if found is not None and found.state == "open":
            self._overruled = end
            return None
        if found is not None and self._may_go_on(found, whole):
            self._complete, self._type = end, found.type
            return None
        return end

    def _decide(self, line: str, end: int) -> int | None:
        in_quote = self._layout.quote != ""
        by_level = self._is_by_level(line) and (not in_quote or begins_with_closer(line, self._layout.language))
        closes_around = self._layout.closes_around(line)
        before = self._useful()
        verdict = self._layout.take(line, end)
        if verdict == "on" and self._is_half_a_branch(line):
            return None
        may_end = by_level or self._overruled is not None or (verdict == "with" and not closes_around)
        found = self._ask(self._lines) if may_end else None
        if found is None:
            if self._overruled is not None and (by_level or verdict != "on"):
                return self._overruled
            if verdict == "with" and (branch := self._branch()):
                self._complete, self._type = end, branch
                return None
            return {"on": None, "with": end, "before": before}[verdict]
        if found.state == "left" and not self._goes_on(line, found.type):
            return end if closes_around else min(before, self._before(found))
        return self._go_on(found, verdict, line, end)

    def _go_on(self, found: Reach, verdict: Verdict, line: str, end: int) -> int | None:
        """The grammar says that the line belongs to the block."""
        if verdict == "before":
            self._overruled = self._layout.kept if self._overruled is None else self._overruled
            self._layout.keep(line, end)
        elif self._overruled is not None and self._layout.open():
            self._overruled = None
        if found.state != "ended" or self._tree.whole_list:
            return None
        if self._layout.language.dedents_end:
            return end if verdict == "with" else None
        if self._may_go_on(found, line):
            self._complete, self._type = end, found.type
            return None
        return end

    def _may_go_on(self, found: Reach, line: str) -> bool:
        """Whether the next line may go on with a statement that is complete with this one."""
        language = self._layout.language
        ends = line.rstrip().endswith(";") or language.dedents_end or language.name == "go"
        return not ends and found.type.startswith(_MAY_GO_ON)

    def _branch(self) -> str:
        """What kind of statement with branches the block is one of, by its first word; "" for others."""
        word = first_word().match(self._lines[0])
        language = self._layout.language
        waits = word is not None and self._layout.header and language.name != "go" and not language.block_open
        return _BRANCHES.get(word[1], "") if word is not None and waits else ""

    def _ask(self, lines: list[str]) -> Reach | None:
        """The grammar's answer, where it agrees that no line since has been the next statement's."""
        found = self._tree.ask(lines) if not self._layout.shift else None
        if found is None or found.state == "open" or self._tree.whole_list:
            return found
        marks = self._layout.language.line_comments
        if found.row < 0:
            return None
        since = (line.strip() for line in lines[found.row + 1 : -1])
        return None if any(line and not line.startswith(marks) for line in since) else found

    def _before(self, found: Reach) -> int:
        """The end of the line that a statement ended in."""
        return (
            self._ends[found.row] if 0 <= found.row < len(self._ends) and not self._tree.whole_list else self._useful()
        )

    def _useful(self) -> int:
        return self._layout.kept

    def _is_by_level(self, line: str) -> bool:
        """Whether a line stands where the block's lines do not: at its header's level, or outside of the level."""
        indent = self._layout.indent(line)
        if indent == self._layout.base:
            return not self._tree.whole_list or self._layout.is_foreign_closer(line, indent)
        return indent < self._layout.base

    def _is_dedented_note(self, line: str) -> bool:
        """Whether a line's level says nothing: a comment where levels are all that there is, or the preprocessor's."""
        language = self._layout.language
        if self._layout.quote or not self._is_by_level(line):
            return False
        if language.dedents_end:
            return line.lstrip().startswith(language.line_comments)
        return line.startswith("#") and "#" not in language.line_comments

    def _is_half_a_branch(self, line: str) -> bool:
        """As `} else if (a &&` is, which the grammar makes something whole of."""
        return begins_with_closer(line, self._layout.language) and continues_block(line, self._layout.language)

    def _goes_on(self, line: str, kind: str) -> bool:
        """Whether a line goes on with the statement before it, which would be complete without."""
        if self._layout.indent(line) < self._layout.base or begins_with_closer(line, self._layout.language):
            return False
        if kind.startswith(_WITH_BRANCHES):
            is_loop = re.match(r"[ \t]*while\b", line) is not None
            return continues_block(line, self._layout.language) and is_loop == kind.startswith("do")
        return line.lstrip().startswith(LINKS)
