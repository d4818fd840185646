"""How an option is declared, and how the declared options are found again.

This is what `model.py` is written in and what the checks, the documentation and the JSON schema are
generated from. It knows no option by name and reads no source.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_type_hints

Scope = Literal["user", "project"]

# Reading the annotations costs more than all else here, and the declarations never change.
_FIELDS: dict[type[Any], Mapping[str, type[Any] | Option]] = {}


@dataclass(frozen=True, slots=True)
class Rule:
    """What an option's value must fulfil besides its type, and who may set it.

    `scope` "user" means: never from a project file. `off` lists the values (for a table: of its entries)
    that even an untrusted workspace may set, because they only switch something off; `adds` says the same
    of a list that may be made longer. `allowed` completes the sentence "it must be ..." for a `pattern`.
    A `secret` value is never printed. A text may hold line ends and tabs only with `lines`.
    """

    scope: Scope = "project"
    environment: str = ""
    secret: bool = False
    lines: bool = False
    off: tuple[object, ...] = ()
    adds: bool = False
    minimum: float | None = None
    maximum: float | None = None
    pattern: str = ""
    key_pattern: str = ""
    allowed: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One option as declared: dotted `key`, type `hint`, default, rule and its one-sentence `text`."""

    key: str
    hint: Any
    default: object
    rule: Rule
    text: str


def option(default: Any, text: str, rule: Rule | None = None) -> Any:
    """Declare a field of the model; the annotation beside it is the option's type."""
    rule = rule or Rule()
    metadata = {"text": text, "rule": rule, "default": default}
    if isinstance(default, dict):
        return dataclasses.field(default_factory=lambda: dict(default), repr=not rule.secret, metadata=metadata)
    return dataclasses.field(default=default, repr=not rule.secret, metadata=metadata)


def group(kind: type[Any], text: str) -> Any:
    """Declare a field that is itself a dataclass of options."""
    return dataclasses.field(default_factory=kind, metadata={"text": text, "group": kind})


def fields_of(kind: type[Any]) -> Mapping[str, type[Any] | Option]:
    """Each field of one dataclass by its name: a nested group's class, or an `Option` keyed by bare name."""
    if kind in _FIELDS:
        return _FIELDS[kind]
    hints = get_type_hints(kind)
    found: dict[str, type[Any] | Option] = {}
    for field in dataclasses.fields(kind):
        metadata = field.metadata
        if "group" in metadata:
            found[field.name] = metadata["group"]
        else:
            default = metadata["default"]
            found[field.name] = Option(field.name, hints[field.name], default, metadata["rule"], metadata["text"])
    _FIELDS[kind] = found
    return found


def walk(kind: type[Any], prefix: str = "") -> Iterator[Option]:
    """Every option at or below `kind`, in the order of declaration, with its full dotted key."""
    for name, found in fields_of(kind).items():
        if isinstance(found, Option):
            yield dataclasses.replace(found, key=prefix + name)
        else:
            yield from walk(found, f"{prefix}{name}.")


def group_texts(kind: type[Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """The dotted name of every group at or below `kind` and the sentence about it."""
    for field in dataclasses.fields(kind):
        if "group" in field.metadata:
            yield prefix + field.name, field.metadata["text"]
            yield from group_texts(field.metadata["group"], f"{prefix}{field.name}.")


def build(kind: type[Any], values: Mapping[str, object], prefix: str = "") -> Any:
    """An instance of `kind` from values by full dotted key; what is missing has its default."""
    arguments: dict[str, object] = {}
    for name, found in fields_of(kind).items():
        key = prefix + name
        if not isinstance(found, Option):
            arguments[name] = build(found, values, f"{key}.")
        elif key in values:
            arguments[name] = values[key]
    return kind(**arguments)


def value_at(settings: object, key: str) -> object:
    """The value of the option with the dotted `key`; AttributeError where there is none."""
    for name in key.split("."):
        settings = getattr(settings, name)
    return settings


def camel(name: str) -> str:
    """`max_tokens` as editors' settings write it: `maxTokens`."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)
