"""Which grammars there are: the only place that imports them, each when a file of its language is first read."""

from __future__ import annotations

import functools
import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tree_sitter import Language


@dataclass(frozen=True, slots=True)
class Grammar:
    """One grammar, loaded: the name that it goes by here, and tree-sitter's object."""

    name: str
    language: Language


_PACKAGES: Final[dict[str, tuple[str, str]]] = {
    "bash": ("tree_sitter_bash", "language"),
    "c": ("tree_sitter_c", "language"),
    "cpp": ("tree_sitter_cpp", "language"),
    "csharp": ("tree_sitter_c_sharp", "language"),
    "css": ("tree_sitter_css", "language"),
    "go": ("tree_sitter_go", "language"),
    "html": ("tree_sitter_html", "language"),
    "java": ("tree_sitter_java", "language"),
    "javascript": ("tree_sitter_javascript", "language"),
    "kotlin": ("tree_sitter_kotlin", "language"),
    "lua": ("tree_sitter_lua", "language"),
    "php": ("tree_sitter_php", "language_php"),
    "python": ("tree_sitter_python", "language"),
    "ruby": ("tree_sitter_ruby", "language"),
    "rust": ("tree_sitter_rust", "language"),
    "scala": ("tree_sitter_scala", "language"),
    "tsx": ("tree_sitter_typescript", "language_tsx"),
    "typescript": ("tree_sitter_typescript", "language_typescript"),
}
"""For each grammar the package that holds it, and the function that gives it."""

_IDENTIFIERS: Final[dict[str, str]] = {
    **{name: name for name in _PACKAGES if name not in ("bash", "tsx")},
    "javascriptreact": "javascript",
    "typescriptreact": "tsx",
    "shellscript": "bash",
}
"""Grammars by the protocol's language identifiers."""

_tried: Final[set[str]] = set()
"""Grammars that have been looked for: the one thing that this folder remembers, beside the grammars themselves."""


@functools.cache
def grammar_for(language_id: str) -> Grammar | None:
    """The grammar of a language by the protocol's identifier; None where it, or tree-sitter, is not installed.

    Loaded at the first call of its language, then kept.
    """
    name = _IDENTIFIERS.get(language_id)
    return load(name) if name is not None else None


@functools.cache
def load(name: str) -> Grammar | None:
    """The grammar of this name, as above."""
    # Not at the module's head: tree-sitter and its grammars are optional, and a server that was only opened needs none.
    package, function = _PACKAGES[name]
    _tried.add(name)
    try:
        from tree_sitter import Language

        pointer = getattr(importlib.import_module(package), function)()
        return Grammar(name, Language(pointer))
    except (ImportError, AttributeError, ValueError, TypeError):
        return None  # not there, or of a version that does not fit


def is_known(language_id: str) -> bool:
    """Whether it is known already if there is a grammar: then `grammar_for` costs nothing.

    Else it costs some 20 ms of imports, which do not belong on the event loop.
    """
    name = _IDENTIFIERS.get(language_id)
    return name is None or name in _tried


def installed() -> tuple[str, ...]:
    """The names of the grammars that can be used here, in order."""
    return tuple(sorted(name for name in _PACKAGES if load(name) is not None))
