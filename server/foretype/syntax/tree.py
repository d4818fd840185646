"""A file as a syntax tree, looked at by lines and columns in characters; tree-sitter's bytes stay here."""

from __future__ import annotations

import functools
import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from foretype.syntax.grammars import Grammar, grammar_for
from foretype.syntax.source import Source
from foretype.syntax.tree_definitions import read_definitions
from foretype.syntax.tree_imports import read_imports
from foretype.syntax.tree_strays import count_strays
from foretype.syntax.values import Definition, Import

if TYPE_CHECKING:
    from tree_sitter import Node, Parser, Tree

LARGEST: Final = 1_000_000
"""Characters of a text that is parsed at all, some 25,000 lines: what is larger was written by a machine. At this size
the last step of parsing, and letting go of the tree, hold the interpreter for 10 ms each, whoever does it."""

_PIECE: Final = 256
"""Bytes. tree-sitter holds the interpreter while it parses; where the text is handed over piece by piece, other threads
run in between, and parsing can be given up: 6 ms pass from one piece to the next at most."""

_LEAST_SECONDS: Final = 0.1
_SECONDS_EACH: Final = 5e-6
"""Seconds of processor time that parsing may take, for each character: ten times of what the slowest grammar takes. A
text that its grammar does not understand (Luau by Lua's) takes a hundred times as long as one that it does."""


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
    def strays(self) -> int:
        """How many places the grammar lets pass although the language does not, as `return` outside of a function."""
        return count_strays(self._root, self._grammar.name)

    @functools.cached_property
    def found(self) -> tuple[Definition, ...]:
        """Definitions in order of their lines, and among them, without a name, scopes that are none themselves."""
        return read_definitions(self._root, self._source, self._grammar.name)

    @functools.cached_property
    def imports(self) -> tuple[Import, ...]:
        """What the text imports, in order of its lines."""
        return read_imports(self._root, self._source, self._grammar.name)

    def smallest_node(self, start_line: int, start_column: int, end_line: int, end_column: int) -> SyntaxNode:
        """The smallest named node that holds a range; the whole file's for a range outside of the text."""
        first = start_line, self._source.byte_column(start_line, start_column)
        last = end_line, self._source.byte_column(end_line, end_column)
        node = self._root.named_descendant_for_point_range(first, last) or self._root
        start, end = self._source.character(*node.start_point), self._source.character(*node.end_point)
        return SyntaxNode(node.type, start, end)


def parse(text: str, language_id: str, most: float = math.inf) -> SyntaxTree | None:
    """The text as a tree; None where no grammar is installed for its language, or none that understands it in time.

    So it is for what is larger than `LARGEST`. 6 ms for a thousand lines of Python: not to be called for a whole file
    on the event loop. `most` are seconds of processor time after which it is given up at the latest.
    """
    grammar = grammar_for(language_id)
    if grammar is None or len(text) > LARGEST:
        return None
    source = Source(text, grammar.name)
    tree = parsed(parser_of(grammar), source.data, min(most, max(_LEAST_SECONDS, _SECONDS_EACH * len(text))))
    return SyntaxTree(tree, source, grammar) if tree is not None else None


def parser_of(grammar: Grammar) -> Parser:
    """A parser, which is cheap, and not to be shared between threads."""
    from tree_sitter import Parser  # optional, hence not at the module's head

    return Parser(grammar.language)


def parsed(parser: Parser, data: bytes, seconds: float = math.inf) -> Tree | None:
    """The tree of some bytes; None where it takes this thread more than so many seconds of processor time."""
    late = False
    until = time.thread_time() + seconds

    def piece(offset: int, _: object) -> bytes:
        nonlocal late
        late = late or time.thread_time() > until
        return b"" if late else data[offset : offset + _PIECE]  # who is told that the text ends here ends soon

    tree = parser.parse(piece)
    return None if late else tree


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
