"""Says of one statement, or one block, in text that is still being written, whether it goes on.

Parsed is only a skeleton: the lines that enclose the place, what is written, and what closes the brackets that are
open then. A statement that is not complete takes one of those brackets for its own, and so reaches behind what is
written. Costs what parsing that many lines costs, 6 ms for a thousand: to be asked where a line may be the last. It is
asked on the event loop, so what takes longer than that, since the grammar does not understand it, is given up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from foretype.syntax.grammars import grammar_for
from foretype.syntax.tree import parsed, parser_of

if TYPE_CHECKING:
    from tree_sitter import Node

_LISTS: Final = frozenset(
    (
        *("block", "statement_list", "body_statement", "declaration_list", "template_body", "indented_block"),
        *("module", "program", "source_file", "translation_unit", "compilation_unit", "chunk"),
    )
)
"""Nodes that begin where their first statement does, and hold the statements behind it too."""

_LEADS: Final = {"php": "<?php\n"}
"""What a text of the language must begin with."""


@dataclass(frozen=True, slots=True)
class Written:
    """What is written, and where in it the statement begins that is asked about.

    `text` are the lines that enclose the place, the cursor's line, and the lines behind it as far as they have come.
    `row`, from 0, is the line of the text that the statement begins in; `closers` closes what is open at its end.
    With `whole_list` the question is about the block that the statement in `row` stands in.
    """

    text: str
    row: int
    closers: str
    whole_list: bool = False


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a statement goes.

    "open": it needs more than is written. "ended": it is complete, and ends in the last line. "left": it ended before
    the last line (a block also with what closes it). "unsure": the grammar does not understand it. `row` is the line
    of its end where it has one, `type` the grammar's name for it.
    """

    state: Literal["open", "ended", "left", "unsure"]
    row: int = 0
    type: str = ""


_UNSURE: Final = Reach("unsure")

SECONDS: Final = 0.01
"""Of processor time, for one question."""


def reach(written: Written, language_id: str) -> Reach | None:
    """How far a statement reaches; None where no grammar is installed, or none that can say it in time."""
    grammar = grammar_for(language_id)
    if grammar is None:
        return None
    lead = _LEADS.get(grammar.name, "")
    data = (lead + written.text).replace("\0", " ").encode("utf-8", "replace")
    tree = parsed(parser_of(grammar), data + f"\n{written.closers}\n".encode(), SECONDS)
    if tree is None:
        return None
    node = _asked(tree.root_node, data, written.row + lead.count("\n"), whole_list=written.whole_list)
    if node is None or node.is_error or _has_error_before(node, len(data)):
        return _UNSURE
    if node.end_byte > len(data) or node.has_error:
        return Reach("open", type=node.type)
    last = data.rfind(b"\n") + 1
    if written.whole_list and _closes(node, last):
        return Reach("left", type=node.type)
    row = data.count(b"\n", 0, node.end_byte) - (data[node.end_byte - 1 : node.end_byte] == b"\n")
    return Reach("ended" if node.end_byte > last else "left", row - lead.count("\n"), node.type)


def _asked(root: Node, data: bytes, row: int, *, whole_list: bool) -> Node | None:
    """The statement that begins in a line, or the list that it stands in."""
    lines = data.split(b"\n", row + 1)
    line = lines[row] if row < len(lines) else b""
    if not line.strip():
        return None
    at = (row, len(line) - len(line.lstrip(b" \t")))
    node = root.named_descendant_for_point_range(at, at)
    if node is None:
        return None
    while (parent := node.parent) is not None and parent.start_point >= at:
        if parent.type in _LISTS and not whole_list:
            break
        node = parent
    if whole_list:
        block = node if node.type in _LISTS else parent
        return None if _is_text(block) else block
    return node if parent is not None and not parent.is_error and node.start_point == at else None


def _closes(block: Node, start: int) -> bool:
    """Whether what closes a block comes first in the last line."""
    last = block.children[-1] if block.children else None
    return last is not None and not last.is_named and last.start_byte >= start


def _is_text(node: Node | None) -> bool:
    """Whether a node is a string or a comment, in which nothing is a statement."""
    return node is not None and ("string" in node.type or "comment" in node.type)


def _has_error_before(node: Node, end: int) -> bool:
    """Whether there is an error in what is written of a node; what is missing at its end is none."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if not node.has_error or node.start_byte >= end:
            continue
        if node.is_error or node.is_missing:
            return True
        waiting += node.children
    return False
