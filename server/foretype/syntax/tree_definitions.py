"""Reads definitions off a syntax tree: one walk, by the rules of tree_rules.py."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from foretype.syntax.source import Source
from foretype.syntax.tree_rules import (
    ATTRIBUTES,
    COMMENTS,
    DEFINITIONS,
    TOPS,
    VALUES,
    WRAPPERS,
    NodeRule,
    Rules,
)
from foretype.syntax.values import Definition, Kind

if TYPE_CHECKING:
    from tree_sitter import Node

_ENCLOSING: Final = 3
"""How many nodes around a variable may lie between it and a file's or a class's own level."""

_NAMED: Final = frozenset(
    (
        *("identifier", "field_identifier", "type_identifier", "property_identifier", "private_property_identifier"),
        *("qualified_identifier", "scope_resolution", "operator_name", "operator_cast", "destructor_name"),
        *("name", "constant", "primitive_type"),
    )
)
_QUALIFIED: Final = frozenset(
    ("qualified_identifier", "scope_resolution", "nested_namespace_specifier", "qualified_name", "namespace_name")
)
_WHOLE: Final = frozenset((*_QUALIFIED, "generic_type", "string", "template_type"))
_SEPARATOR: Final = re.compile(r"::|[.\\]")
_DECLARATORS: Final = ("declarator", "name")


@dataclass(slots=True)
class _Enclosing:
    """A definition or scope that the walk is inside of."""

    end_byte: int
    name: str
    kind: Kind | None


def read_definitions(root: Node, source: Source, grammar_name: str) -> tuple[Definition, ...]:
    """What a tree defines, in order; scopes that are no definitions themselves have no name."""
    rules = DEFINITIONS.get(grammar_name)
    return tuple(_Reader(source, rules).read(root)) if rules else ()


def walk(root: Node, types: frozenset[str]) -> Iterator[tuple[Node, list[str]]]:
    """All nodes of these types, outer ones first, each with the types of the nodes around it, the nearest last."""
    cursor = root.walk()
    around: list[str] = []
    while True:
        node = cursor.node
        if node is None:
            return
        kind = node.type
        if kind in types and node.is_named:
            yield node, around
        if node.child_count and cursor.goto_first_child():
            around.append(kind)
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return
            around.pop()


class _Reader:
    """One walk over one tree."""

    def __init__(self, source: Source, rules: Rules) -> None:
        self._source = source
        self._rules = rules

    def read(self, root: Node) -> Iterator[Definition]:
        inside: list[_Enclosing] = []
        for node, around in walk(root, frozenset(self._rules)):
            while inside and node.start_byte >= inside[-1].end_byte:
                inside.pop()
            each = self._definition(node, around, inside)
            if each is None:
                continue
            scope = self._rules[node.type].kind == "scope" and each.kind == "module"
            kind = None if scope else each.kind
            if node.type != "type_definition":
                inside.append(_Enclosing(node.end_byte, each.qualified_name if each.name else each.container, kind))
            yield replace(each, name="") if scope else each

    def _definition(self, node: Node, around: Sequence[str], inside: Sequence[_Enclosing]) -> Definition | None:
        rule = self._rules[node.type]
        value = _follow(node, rule.value)
        name = _name_node(_follow(node, rule.name)) if rule.name else None
        kind = self._kind(node, rule, value, name)
        if kind is None or (name is None and rule.name):
            return None
        function = inside and inside[-1].kind in ("function", "method")
        if node.type == "mod_item" and _follow(node, "body") is None:
            return None  # stands in another file
        if kind in ("variable", "constant") and (function or not TOPS.intersection(around[-_ENCLOSING:])):
            return None
        if kind == "function" and inside and inside[-1].kind in ("class", "interface", None):
            kind = "method"
        body = _follow(value, "body") if value is not None and not rule.body else _follow(node, rule.body)
        if value is not None and value.type in ("struct_type", "interface_type"):
            body = value
        return self._made(node, name, kind, body, self._container(node, rule, name, inside))

    def _kind(self, node: Node, rule: NodeRule, value: Node | None, name: Node | None) -> Kind | None:
        """The kind; None where the node defines nothing after all."""
        if value is not None and value.type in VALUES:
            kind = VALUES[value.type]
            return "method" if "field_definition" in node.type and kind == "function" else kind
        if rule.kind == "scope":
            return "module" if not rule.value else None
        text = self._source.text_of(name) if name is not None else ""
        if node.type in ("struct_specifier", "union_specifier", "enum_specifier") and _follow(node, "body") is None:
            return None  # only mentioned
        if node.type in ("declaration", "field_declaration") and _is_prototype(node):
            return "function"
        if (
            node.type == "class_declaration"
            and node.children
            and any(each.type == "interface" for each in node.children)
        ):
            return "interface"
        if node.type == "type_definition" and _follow(node, "type.body") is not None:
            return "class"
        if rule.kind == "variable" and ((text.isupper() and len(text) > 1) or (name and name.type == "constant")):
            return "constant"
        return rule.kind

    def _container(self, node: Node, rule: NodeRule, name: Node | None, inside: Sequence[_Enclosing]) -> str:
        parts = [inside[-1].name] if inside else []
        if own := _follow(node, rule.container):
            text = self._source.text_of(own).partition("[")[0].strip("*& ").removesuffix(".prototype")
            parts = [text] if text not in ("module.exports", "exports", "this") else []
        if name is not None and name.type in _QUALIFIED:
            parts += [part.partition("<")[0] for part in _SEPARATOR.split(self._source.text_of(name))[:-1] if part]
        return ".".join(part for part in parts if part)

    def _made(self, node: Node, name: Node | None, kind: Kind, body: Node | None, container: str) -> Definition:
        outer = _wrapped(node)
        end = _end_line(outer)
        signature = _signature_start(outer)
        start = self._source.comment_start(signature)
        body_start = end if body is None else min(end, _body_start(body))
        shown = "" if name is None else self._source.text_of(name)
        last = _SEPARATOR.split(shown)[-1] if name is not None and name.type in _QUALIFIED else shown
        return Definition(
            name=last if last.startswith("operator") else last.partition("<")[0],
            kind=kind,
            start=start,
            end=end,
            signature_start=signature,
            body_start=body_start,
            container=container,
            documented=start < signature or _has_docstring(body),
        )


def _follow(node: Node | None, paths: str) -> Node | None:
    """The node at the first of the paths that leads anywhere."""
    if not paths or node is None:
        return None
    for path in paths.split("|"):
        found: Node | None = node
        for step in path.split("."):
            if found is None:
                break
            if step.startswith(":"):
                found = next((child for child in found.children if child.type == step[1:]), None)
            else:
                found = found.child_by_field_name(step)
        if found is not None:
            return found
    return None


def _name_node(node: Node | None) -> Node | None:
    """The name inside what declares it: C's declarators are nested."""
    while node is not None and node.type not in _NAMED and node.type not in _WHOLE:
        inner = next((found for field in _DECLARATORS if (found := node.child_by_field_name(field))), None)
        if inner is None and node.type in ("parenthesized_declarator", "reference_declarator", "variable_name"):
            inner = next((child for child in node.named_children), None)
        if inner is None:
            return node if node.child_count == 0 else None
        node = inner
    return node


def _is_prototype(node: Node) -> bool:
    found = node.child_by_field_name("declarator")
    while found is not None and found.type in ("pointer_declarator", "reference_declarator"):
        found = found.child_by_field_name("declarator") or next(iter(found.named_children), None)
    return found is not None and found.type == "function_declarator"


def _wrapped(node: Node) -> Node:
    """The node with what belongs to it around: its export, its decorators, its template."""
    while (parent := node.parent) is not None and parent.type in WRAPPERS:
        decorated = parent.type in ("decorated_definition", "export_statement", "template_declaration")
        if not decorated and parent.start_point.row != node.start_point.row:
            break
        node = parent
    return node


def _signature_start(node: Node) -> int:
    """The line of the first decorator in front, or the node's own."""
    row = node.start_point.row
    before = node.prev_sibling
    while before is not None and before.type in ATTRIBUTES | COMMENTS:
        if before.type in ATTRIBUTES:
            row = min(row, before.start_point.row)
        elif before.end_point.row + 1 < row:
            break
        before = before.prev_sibling
    return row


def _body_start(body: Node) -> int:
    """The first line that is the body's alone; its end where there is none."""
    before = body.prev_sibling
    while before is not None and before.is_extra:
        before = before.prev_sibling
    row = body.start_point.row
    if before is not None and before.end_point.row < row:
        return before.end_point.row + 1
    return row + 1


def _end_line(node: Node) -> int:
    row, column = node.end_point
    return row if column == 0 and row > node.start_point.row else row + 1


def _has_docstring(body: Node | None) -> bool:
    first = next(iter(body.named_children), None) if body is not None and body.type == "block" else None
    if first is None or first.type != "expression_statement":
        return False
    return len(first.children) == 1 and first.children[0].type == "string"
