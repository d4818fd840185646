"""A file as a syntax tree, looked at by lines and columns in characters; tree-sitter's bytes stay here."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from foretype.syntax.grammars import Grammar, grammar_for
from foretype.syntax.source import Source
from foretype.syntax.tree_definitions import read_definitions
from foretype.syntax.tree_imports import read_imports
from foretype.syntax.values import Definition, Import

if TYPE_CHECKING:
    from tree_sitter import Node, Parser, Tree

LARGEST: Final = 1_000_000
"""Characters of a text that is parsed at all, some 25,000 lines: what is larger was written by a machine. At this size
the last step of parsing, and letting go of the tree, hold the interpreter for 10 ms each, whoever does it."""

_PIECE: Final = 4_096
_READ_WHOLE: Final = 65_536
"""Bytes that are parsed in one go, some 10 ms of work. tree-sitter holds the interpreter while it parses; it is let go
of where the text is handed over piece by piece, so a large file, parsed in a thread, does not stop the event loop."""


@dataclass(frozen=True, slots=True)
class SyntaxNode:
    """A node as a value: its type in the grammar, and where it stands (line, column in characters; end exclusive)."""

    type: str
    start: tuple[int, int]
    end: tuple[int, int]


class SyntaxTree:
    """One text, parsed. Never changes."""

    def __init__(self, tree: Tree, source: Source, grammar: Grammar) -> None:
        self._root = tree.root_node
        self._source = source
        self._grammar = grammar

    @functools.cached_property
    def errors(self) -> int:
        """How many of its nodes are errors, or are missing."""
        return _errors(self._root)

    @functools.cached_property
    def found(self) -> tuple[Definition, ...]:
        """Definitions in order of their lines, and among them, without a name, scopes that are none themselves."""
        return read_definitions(self._root, self._source, self._grammar.name)

    @functools.cached_property
    def imports(self) -> tuple[Import, ...]:
        """What the text imports, in order of its lines."""
        return read_imports(self._root, self._source, self._grammar.name)

    def enclosing_definitions(self, line: int) -> list[Definition]:
        """The definitions that hold a line, outermost first."""
        return [each for each in self.found if each.name and each.start <= line < each.end]

    def smallest_node(self, start_line: int, start_column: int, end_line: int, end_column: int) -> SyntaxNode:
        """The smallest named node that holds a range; the whole file's for a range outside of the text."""
        return self._value(self._smallest((start_line, start_column), (end_line, end_column)))

    def enclosing_nodes(self, line: int, column: int) -> list[SyntaxNode]:
        """The named nodes that hold a place, the whole file's first."""
        found = []
        node: Node | None = self._smallest((line, column), (line, column))
        while node is not None:
            found.append(self._value(node))
            node = node.parent
        return found[::-1]

    def _smallest(self, start: tuple[int, int], end: tuple[int, int]) -> Node:
        first = (start[0], self._source.byte_column(*start))
        last = (end[0], self._source.byte_column(*end))
        return self._root.named_descendant_for_point_range(first, last) or self._root

    def _value(self, node: Node) -> SyntaxNode:
        start, end = self._source.character(*node.start_point), self._source.character(*node.end_point)
        return SyntaxNode(node.type, start, end)


def parse(text: str, language_id: str) -> SyntaxTree | None:
    """The text as a tree; None where no grammar is installed for its language, or where it is larger than `LARGEST`.

    6 ms for a thousand lines of Python: not to be called for a whole file on the event loop.
    """
    grammar = grammar_for(language_id)
    if grammar is None or len(text) > LARGEST:
        return None
    source = Source(text, grammar.name)
    tree = parsed(parser_of(grammar), source.data)
    return SyntaxTree(tree, source, grammar) if tree is not None else None


def parser_of(grammar: Grammar) -> Parser:
    """A parser, which is cheap, and not to be shared between threads."""
    from tree_sitter import Parser  # optional, hence not at the module's head

    return Parser(grammar.language)


def parsed(parser: Parser, data: bytes) -> Tree | None:
    """The tree of some bytes; other threads run in between where they are many."""
    if len(data) <= _READ_WHOLE:
        return parser.parse(data)
    return parser.parse(lambda offset, _: data[offset : offset + _PIECE])


def _errors(root: Node) -> int:
    """Errors and missing nodes below a node; only what has any is looked into."""
    count = 0
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if not node.has_error:
            continue
        count += node.is_error or node.is_missing
        waiting += node.children
    return count
