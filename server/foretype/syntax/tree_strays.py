"""Counts what Python's grammar lets pass and Python does not: `return` and `yield` outside of a function, empty blocks.

Reads one tree; other languages have none of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from foretype.syntax.tree_definitions import walk

if TYPE_CHECKING:
    from tree_sitter import Node

_LOOKED_AT: Final = frozenset(("return_statement", "yield", "block"))
_SCOPES: Final = frozenset(("function_definition", "lambda", "class_definition"))


def count_strays(root: Node, grammar_name: str) -> int:
    """How many there are below a node."""
    if grammar_name != "python":
        return 0
    return sum(_is_stray(node, around) for node, around in walk(root, _LOOKED_AT))


def _is_stray(node: Node, around: list[str]) -> bool:
    if node.type == "block":
        return all(child.type == "comment" for child in node.named_children)
    nearest = next((kind for kind in reversed(around) if kind in _SCOPES), "class_definition")
    return nearest == "class_definition"
