"""Reads imports off a syntax tree: the nodes of tree_rules.py, and what each says of a module and of names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from foretype.syntax.source import Source
from foretype.syntax.tree_definitions import walk
from foretype.syntax.tree_rules import IMPORTS
from foretype.syntax.values import Import

if TYPE_CHECKING:
    from tree_sitter import Node

_Found = Iterator[tuple[str, tuple[str, ...]]]
"""A module and the names that are bound to it or to parts of it."""

_QUOTES: Final = "\"'`<>"


def read_imports(root: Node, source: Source, grammar_name: str) -> tuple[Import, ...]:
    """What a tree imports, in order of its lines."""
    types = IMPORTS.get(grammar_name)
    if not types:
        return ()
    read = _READERS[grammar_name]
    found: list[Import] = []
    for node, _ in walk(root, types):
        end = node.end_point.row + (node.end_point.column > 0)
        found += [
            Import(module, names, node.start_point.row, max(end, node.start_point.row + 1))
            for module, names in read(node, source)
        ]
    return tuple(found)


def _python(node: Node, source: Source) -> _Found:
    if node.type == "import_statement":
        for each in node.children_by_field_name("name"):
            name, alias = each.child_by_field_name("name"), each.child_by_field_name("alias")
            module = source.text_of(name or each)
            yield module, ((source.text_of(alias) if alias else module.partition(".")[0]),)
        return
    module_node = node.child_by_field_name("module_name")
    bound = [each.child_by_field_name("alias") or each for each in node.children_by_field_name("name")]
    module = source.text_of(module_node) if module_node else "__future__"
    yield module, tuple(source.text_of(each) for each in bound)


def _script(node: Node, source: Source) -> _Found:
    module = node.child_by_field_name("source")
    if node.type == "variable_declarator":
        module = _required(node.child_by_field_name("value"), source)
        names = node.child_by_field_name("name")
        bound = [] if names is None else [names] if names.type == "identifier" else list(_leaves(names, _PATTERNS))
    else:
        bound = [] if node.type == "export_statement" else list(_leaves(node, _SPECIFIERS))
        if module is None:
            clause = next((each for each in node.children if each.type == "import_require_clause"), None)
            module = clause.child_by_field_name("source") if clause is not None else None
    if module is not None:
        yield source.text_of(module).strip(_QUOTES), tuple(source.text_of(each) for each in bound)


_SPECIFIERS: Final = {
    "import_clause": "",
    "named_imports": "",
    "namespace_import": "",
    "import_require_clause": "",
    "import_specifier": "alias|name",
}
_PATTERNS: Final = {"object_pattern": "", "pair_pattern": "value", "array_pattern": ""}


def _leaves(node: Node, parts: dict[str, str]) -> Iterator[Node]:
    """The identifiers inside a clause, of a renamed one only the new name."""
    if fields := parts.get(node.type, ""):
        found = (node.child_by_field_name(field) for field in fields.split("|"))
        if (leaf := next((each for each in found if each), None)) is not None:
            yield leaf
        return
    for child in node.named_children:
        if child.type in ("identifier", "shorthand_property_identifier_pattern"):
            yield child
        elif child.type in parts:
            yield from _leaves(child, parts)


def _required(value: Node | None, source: Source) -> Node | None:
    """The string in `require("module")`."""
    if value is None or value.type not in ("call_expression", "function_call"):
        return None
    called = value.child_by_field_name("function") or value.child_by_field_name("name")
    given = value.child_by_field_name("arguments")
    if called is None or given is None or source.text_of(called) != "require" or given.named_child_count != 1:
        return None
    only = given.named_children[0]
    return only if only.type == "string" else None


def _go(node: Node, source: Source) -> _Found:
    path, name = node.child_by_field_name("path"), node.child_by_field_name("name")
    if path is None:
        return
    module = source.text_of(path).strip(_QUOTES)
    bound = source.text_of(name) if name else module.rpartition("/")[2]
    yield module, ((bound,) if bound not in ("_", ".") else ())


def _include(node: Node, source: Source) -> _Found:
    path = node.child_by_field_name("path") or node.child_by_field_name("name")
    if path is not None:
        yield source.text_of(path).strip(_QUOTES), ()


def _shell(node: Node, source: Source) -> _Found:
    name, argument = node.child_by_field_name("name"), node.child_by_field_name("argument")
    if name is not None and argument is not None and source.text_of(name) in ("source", "."):
        yield source.text_of(argument).strip(_QUOTES), ()


def _ruby(node: Node, source: Source) -> _Found:
    method, given = node.child_by_field_name("method"), node.child_by_field_name("arguments")
    if method is None or given is None or node.child_by_field_name("receiver") is not None:
        return
    first = next(iter(given.named_children), None)
    if first is not None and first.type == "string" and source.text_of(method) in _RUBY_LOADERS:
        yield source.text_of(first).strip(_QUOTES), ()


_RUBY_LOADERS: Final = ("require", "require_relative", "load")


def _lua(node: Node, source: Source) -> _Found:
    if node.type == "function_call":
        outer = node.parent.parent if node.parent is not None else None
        if outer is not None and outer.type == "assignment_statement":
            return
        if module := _required(node, source):
            yield source.text_of(module).strip(_QUOTES), ()
        return
    values = next((each for each in node.children if each.type == "expression_list"), None)
    names = next((each for each in node.children if each.type == "variable_list"), None)
    module = _required(next(iter(values.named_children), None), source) if values is not None else None
    if module is not None and names is not None:
        yield source.text_of(module).strip(_QUOTES), tuple(source.text_of(each) for each in names.named_children)


_BEFORE: Final = re.compile(
    r"(?:pub(?:\([^)]*\))?\s+|global\s+)?(?:use|import|using|extern\s+crate|require_once|require|include_once|include)\b"
    r"(?:\s+(?:static|function|const|type)\b)?[\s(]*"
)
_RENAMED: Final = re.compile(r"\s+as\s+|\s*=>\s*")
_SEPARATOR: Final = re.compile(r"::|[.\\/]")


def _path(node: Node, source: Source) -> _Found:
    """Statements of a path, some with a list in braces: Rust, Java, Kotlin, Scala, C#, PHP."""
    text = " ".join(source.text_of(node).split()).rstrip("; )")
    if (before := _BEFORE.match(text)) is None:
        return
    text = text[before.end() :]
    if "=" in text and "=>" not in text:  # C#: using Name = Some.Path
        alias, _, path = text.partition("=")
        yield path.strip(), (alias.strip(),)
        return
    for each in [text] if "{" in text else text.split(","):
        path, brace, listed = each.strip().strip(_QUOTES).partition("{")
        if brace:
            yield path.rstrip(":.\\ "), tuple(_listed(listed, path))
        else:
            renamed = _RENAMED.split(path)
            yield renamed[0], tuple(_bound(path, ""))


def _listed(text: str, before: str) -> Iterator[str]:
    """The names of a list in braces, which may hold further lists."""
    around = [before]
    for part in re.finditer(r"([^{},]*)([{},]?)", text):
        leaf, sign = part[1].strip(), part[2]
        if sign == "{":
            around.append(leaf)
        else:
            yield from _bound(leaf, around[-1])
            if sign == "}" and len(around) > 1:
                around.pop()


def _bound(leaf: str, before: str) -> Iterator[str]:
    name = _RENAMED.split(leaf)[-1].strip()
    name = _SEPARATOR.split(name)[-1]
    if name == "self":
        name = _SEPARATOR.split(before.rstrip(":.\\ "))[-1]
    if name.isidentifier() and name != "_":
        yield name


_READERS: Final[dict[str, Callable[[Node, Source], _Found]]] = {
    "bash": _shell,
    "c": _include,
    "cpp": _include,
    "csharp": _path,
    "go": _go,
    "java": _path,
    "javascript": _script,
    "kotlin": _path,
    "lua": _lua,
    "php": _path,
    "python": _python,
    "ruby": _ruby,
    "rust": _path,
    "scala": _path,
    "tsx": _script,
    "typescript": _script,
}
