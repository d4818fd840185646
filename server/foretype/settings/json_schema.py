"""The JSON schema (draft 2020-12) of the settings, from the same declarations that check them."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping
from typing import Any, Literal, Union, get_args, get_origin

from foretype.settings.schema import Option, Rule, fields_of, group_texts

_PLAIN = {bool: "boolean", int: "integer", float: "number", str: "string"}


def settings_schema(kind: type[Any]) -> dict[str, Any]:
    """The schema of the whole tree `kind`, as foretype.toml and the editors' settings hold it."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Foretype settings",
        "description": "Generated from the model of the settings; see docs/configuration.md.",
        **_group(kind, "", dict(group_texts(kind))),
    }


def option_schema(found: Option) -> dict[str, Any]:
    """The schema of one option, with its sentence and its default."""
    schema: dict[str, Any] = {"description": found.text, **_type(found.hint, found.rule)}
    if found.default is not None:
        schema["default"] = list(found.default) if isinstance(found.default, tuple) else found.default
    return schema


def _group(kind: type[Any], prefix: str, texts: Mapping[str, str]) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for name, found in fields_of(kind).items():
        if isinstance(found, Option):
            properties[name] = option_schema(found)
        else:
            inner = _group(found, f"{prefix}{name}.", texts)
            properties[name] = {"description": texts[prefix + name], **inner}
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _type(hint: Any, rule: Rule) -> dict[str, Any]:
    origin = get_origin(hint)
    if hint is Any:
        return {}
    if origin in (Union, types.UnionType):
        return _union(hint, rule)
    if origin is Literal:
        return {"type": "string", "enum": list(get_args(hint))}
    if origin is tuple:
        return {"type": "array", "items": _type(str, rule)}
    if isinstance(origin, type) and issubclass(origin, Mapping):
        names = {"propertyNames": {"pattern": f"^{rule.key_pattern}$"}} if rule.key_pattern else {}
        return {"type": "object", **names, "additionalProperties": _type(get_args(hint)[1], rule)}
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return _group(hint, "", {})
    return _scalar(hint, rule)


def _union(hint: Any, rule: Rule) -> dict[str, Any]:
    members = [_type(member, rule) for member in get_args(hint) if member is not type(None)]
    # "Not set" is written by leaving the option out; TOML has no null.
    return members[0] if len(members) == 1 else {"anyOf": members}


def _scalar(hint: type[Any], rule: Rule) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": _PLAIN[hint]}
    if hint is str and rule.pattern:
        # The empty string means "not set", as the default does.
        schema["pattern"] = f"^({rule.pattern})?$"
    if hint in (int, float):
        bounds = {"minimum": rule.minimum, "maximum": rule.maximum}
        schema |= {name: bound for name, bound in bounds.items() if bound is not None}
    return schema
