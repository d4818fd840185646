"""Which nodes of each grammar define and import something. Data only.

Not tree-sitter's own queries: compiling one holds the interpreter for 40 to 60 ms in the larger grammars, during
which no key would be answered, while a walk over a tree costs half of what parsing it did.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from foretype.syntax.values import Kind


@dataclass(frozen=True, slots=True)
class NodeRule:
    """What one kind of node defines.

    `name`, `body`, `value` and `container` are paths from the node: fields, or `:types` of children, joined by dots;
    alternatives are joined by `|`. A `value` that is a function or a class makes the definition one. The kind
    "scope" holds definitions and is none itself.
    """

    kind: Kind | Literal["scope"]
    name: str = "name"
    body: str = "body"
    value: str = ""
    container: str = ""


Rules = dict[str, NodeRule]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_METHOD: Final = NodeRule("method")
_FUNCTION: Final = NodeRule("function")
_CLASS: Final = NodeRule("class")
_INTERFACE: Final = NodeRule("interface")
_TYPE: Final = NodeRule("type", body="")
_MODULE: Final = NodeRule("module")

_PYTHON: Final[Rules] = {
    "function_definition": _FUNCTION,
    "class_definition": _CLASS,
    "assignment": NodeRule("variable", "left", ""),
    "type_alias_statement": NodeRule("type", "left.:identifier", ""),
}
_SCRIPT: Final[Rules] = {
    "function_declaration": _FUNCTION,
    "generator_function_declaration": _FUNCTION,
    "function_signature": _FUNCTION,
    "class_declaration": _CLASS,
    "abstract_class_declaration": _CLASS,
    "method_definition": _METHOD,
    "method_signature": _METHOD,
    "abstract_method_signature": _METHOD,
    "field_definition": NodeRule("variable", "property", "", "value"),
    "public_field_definition": NodeRule("variable", "name", "", "value"),
    "variable_declarator": NodeRule("variable", "name", "", "value"),
    "assignment_expression": NodeRule("scope", "left.property", "", "right", "left.object"),
    "interface_declaration": _INTERFACE,
    "type_alias_declaration": _TYPE,
    "enum_declaration": _CLASS,
    "internal_module": _MODULE,
    "module": _MODULE,
}
_GO: Final[Rules] = {
    "function_declaration": _FUNCTION,
    "method_declaration": NodeRule("method", container="receiver.:parameter_declaration.type"),
    "type_spec": NodeRule("type", "name", "", "type"),
    "type_alias": _TYPE,
    "const_spec": NodeRule("constant", body=""),
    "var_spec": NodeRule("variable", body=""),
}
_RUST: Final[Rules] = {
    "function_item": _FUNCTION,
    "function_signature_item": _FUNCTION,
    "struct_item": _CLASS,
    "enum_item": _CLASS,
    "union_item": _CLASS,
    "trait_item": _INTERFACE,
    "impl_item": NodeRule("scope", "type.type|type"),
    "mod_item": _MODULE,
    "type_item": _TYPE,
    "associated_type": _TYPE,
    "const_item": NodeRule("constant", body=""),
    "static_item": NodeRule("constant", body=""),
    "macro_definition": _FUNCTION,
}
_JAVA: Final[Rules] = {
    "class_declaration": _CLASS,
    "record_declaration": _CLASS,
    "enum_declaration": _CLASS,
    "interface_declaration": _INTERFACE,
    "annotation_type_declaration": _INTERFACE,
    "method_declaration": _METHOD,
    "constructor_declaration": _METHOD,
    "compact_constructor_declaration": _METHOD,
    "field_declaration": NodeRule("variable", "declarator.name", ""),
    "constant_declaration": NodeRule("constant", "declarator.name", ""),
}
_C: Final[Rules] = {
    "function_definition": NodeRule("function", "declarator"),
    "declaration": NodeRule("variable", "declarator", ""),
    "struct_specifier": _CLASS,
    "union_specifier": _CLASS,
    "enum_specifier": _CLASS,
    "type_definition": NodeRule("type", "declarator", "type.body"),
    "preproc_def": NodeRule("constant", body=""),
    "preproc_function_def": NodeRule("function", body=""),
}
_CPP: Final[Rules] = {
    **_C,
    "class_specifier": _CLASS,
    "field_declaration": NodeRule("variable", "declarator", ""),
    "namespace_definition": _MODULE,
    "alias_declaration": _TYPE,
    "concept_definition": _TYPE,
}
_CSHARP: Final[Rules] = {
    "namespace_declaration": _MODULE,
    "class_declaration": _CLASS,
    "struct_declaration": _CLASS,
    "record_declaration": _CLASS,
    "enum_declaration": _CLASS,
    "interface_declaration": _INTERFACE,
    "method_declaration": _METHOD,
    "constructor_declaration": _METHOD,
    "local_function_statement": _FUNCTION,
    "delegate_declaration": _TYPE,
    "property_declaration": NodeRule("variable", body=""),
    "field_declaration": NodeRule("variable", ":variable_declaration.:variable_declarator.name", ""),
}
_KOTLIN: Final[Rules] = {
    "class_declaration": NodeRule("class", body=":class_body|:enum_class_body"),
    "object_declaration": NodeRule("class", body=":class_body"),
    "companion_object": NodeRule("scope", "", ":class_body"),
    "function_declaration": NodeRule("function", body=":function_body"),
    "secondary_constructor": NodeRule("method", ":constructor", ":block"),
    "property_declaration": NodeRule("variable", ":variable_declaration.:identifier", ""),
    "type_alias": NodeRule("type", "type", ""),
}
_SCALA: Final[Rules] = {
    "class_definition": _CLASS,
    "object_definition": _CLASS,
    "enum_definition": _CLASS,
    "trait_definition": _INTERFACE,
    "function_definition": _FUNCTION,
    "function_declaration": _FUNCTION,
    "val_definition": NodeRule("variable", "pattern", ""),
    "var_definition": NodeRule("variable", "pattern", ""),
    "given_definition": NodeRule("variable", body=""),
    "type_definition": _TYPE,
}
_PHP: Final[Rules] = {
    "class_declaration": _CLASS,
    "interface_declaration": _INTERFACE,
    "trait_declaration": _INTERFACE,
    "enum_declaration": _CLASS,
    "method_declaration": _METHOD,
    "function_definition": _FUNCTION,
    "property_declaration": NodeRule("variable", ":property_element.name", ""),
    "const_declaration": NodeRule("constant", ":const_element.:name", ""),
}
_RUBY: Final[Rules] = {
    "module": _MODULE,
    "class": _CLASS,
    "singleton_class": NodeRule("scope", ""),
    "method": _FUNCTION,
    "singleton_method": _FUNCTION,
    "assignment": NodeRule("variable", "left", ""),
}
_LUA_PARTS: Final = ":variable_list.name.field|:variable_list.name.method|:variable_list.name"
_LUA: Final[Rules] = {
    "function_declaration": NodeRule("function", "name.field|name.method|name", container="name.table"),
    "assignment_statement": NodeRule("variable", _LUA_PARTS, "", ":expression_list.value", ":variable_list.name.table"),
}
_BASH: Final[Rules] = {
    "function_definition": _FUNCTION,
    "variable_assignment": NodeRule("variable", body=""),
}

DEFINITIONS: Final[dict[str, Rules]] = {
    "bash": _BASH,
    "c": _C,
    "cpp": _CPP,
    "csharp": _CSHARP,
    "go": _GO,
    "java": _JAVA,
    "javascript": _SCRIPT,
    "kotlin": _KOTLIN,
    "lua": _LUA,
    "php": _PHP,
    "python": _PYTHON,
    "ruby": _RUBY,
    "rust": _RUST,
    "scala": _SCALA,
    "tsx": _SCRIPT,
    "typescript": _SCRIPT,
}
"""By the grammar's name; the others define nothing that a person would look up by name."""

VALUES: Final[dict[str, Kind]] = {
    "arrow_function": "function",
    "function_expression": "function",
    "generator_function": "function",
    "function_definition": "function",
    "class": "class",
    "struct_type": "class",
    "interface_type": "interface",
}
"""What a value makes of the name that it is given to."""

TOPS: Final = _words(
    "module program source_file translation_unit compilation_unit chunk class_definition class_body "
    "declaration_list field_declaration_list template_body enum_class_body enum_body_declarations interface_body "
    "body_statement object_definition annotation_type_body preproc_ifdef preproc_if namespace_definition"
)
"""Nodes right inside which a variable is everybody's, and not a function's own."""

WRAPPERS: Final = _words(
    "decorated_definition export_statement template_declaration type_declaration const_declaration "
    "var_declaration lexical_declaration variable_declaration ambient_declaration expression_statement "
    "declaration_command var_spec_list"
)
"""Nodes around a definition that belong to it where they begin on its line or hold its decorators."""

ATTRIBUTES: Final = frozenset(("attribute_item", "decorator", "annotation", "attribute_list"))
"""Nodes in front of a definition that belong to its signature."""

COMMENTS: Final = frozenset(("comment", "line_comment", "block_comment", "multiline_comment"))

IMPORTS: Final[dict[str, frozenset[str]]] = {
    name: _words(nodes)
    for name, nodes in {
        "bash": "command",
        "c": "preproc_include",
        "cpp": "preproc_include import_declaration",
        "csharp": "using_directive",
        "go": "import_spec",
        "java": "import_declaration",
        "javascript": "import_statement export_statement variable_declarator",
        "kotlin": "import import_header",
        "lua": "function_call assignment_statement",
        "php": "namespace_use_declaration require_once_expression require_expression include_expression "
        "include_once_expression",
        "python": "import_statement import_from_statement future_import_statement",
        "ruby": "call",
        "rust": "use_declaration extern_crate_declaration",
        "scala": "import_declaration",
        "tsx": "import_statement export_statement variable_declarator",
        "typescript": "import_statement export_statement variable_declarator",
    }.items()
}
"""Nodes that may import something."""
