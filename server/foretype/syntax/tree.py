"""A file as a syntax tree, looked at by lines and columns in characters; tree-sitter's bytes stay here."""

from __future__ import annotations

from foretype.syntax.values import Definition


class SyntaxTree:
    """One text, parsed."""

    @property
    def errors(self) -> int:
        """How many of its nodes are errors, or are missing."""
        raise NotImplementedError

    def enclosing_definitions(self, line: int) -> list[Definition]:
        """The definitions that hold a line, outermost first."""
        raise NotImplementedError


def parse(text: str, language_id: str) -> SyntaxTree | None:
    """The text as a tree; None where no grammar is installed for its language."""
    return None
