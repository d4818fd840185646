"""From one layer's nested tables to a flat list of declared options and their raw values.

Accepts a tree under `foretype`, snake_case, camelCase and dotted keys; what is not declared becomes a
problem that names the nearest option. It looks at no value of an option.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from foretype.settings.layers import Layer, Problem
from foretype.settings.model import Settings
from foretype.settings.schema import Option, camel, fields_of, walk
from foretype.settings.values import closest, shown

SECTION = "foretype"
# Words that people use for the key itself; it is never read from a settings file or an editor's settings.
_KEY_WORDS = frozenset({"api_key", "apikey", "key", "token", "secret", "auth_token"})
_MOST_UNKNOWN = 20


@dataclass(frozen=True, slots=True)
class Entry:
    """One declared option (with its full dotted key) and the raw value that a layer has for it."""

    option: Option
    raw: object = field(repr=False)


@dataclass(slots=True)
class Flat:
    """What `flatten` found, in the layer's own order."""

    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def flatten(layer: Layer) -> Flat:
    """The options that `layer` speaks about. Null values say nothing; unknown keys become warnings."""
    values: object = layer.values
    # A pushed configuration may hold the sections of other servers too; ours, if there, is the only one of
    # interest.
    if layer.values.get(SECTION) is not None:
        values = layer.values[SECTION]
    flat = Flat()
    _flatten(Settings, values, "", (layer, flat))
    return flat


def _flatten(kind: type[Any], values: object, prefix: str, into: tuple[Layer, Flat]) -> None:
    layer, flat = into
    if not isinstance(values, Mapping):
        name = prefix.rstrip(".")
        flat.problems.append(_not_a_table(name, kind, values, layer.origin))
        return
    names = _names(kind)
    for spelled, raw in values.items():
        if raw is None:
            continue
        key = str(spelled)
        if not prefix:
            key = key.removeprefix(SECTION + ".")
        head, dot, rest = key.partition(".")
        name = names.get(head, "")
        if not name:
            _unknown(prefix + key, kind, prefix, into)
            continue
        found = fields_of(kind)[name]
        inner = {rest: raw} if dot else raw
        if not isinstance(found, Option):
            _flatten(found, inner, f"{prefix}{name}.", into)
        else:
            flat.entries.append(Entry(_with_key(found, prefix), inner))


def _with_key(found: Option, prefix: str) -> Option:
    return Option(prefix + found.key, found.hint, found.default, found.rule, found.text)


def _names(kind: type[Any]) -> dict[str, str]:
    """Every spelling of a field of `kind`, and the field's own name."""
    return {spelling: name for name in fields_of(kind) for spelling in (camel(name), name)}


def _not_a_table(name: str, kind: type[Any], raw: object, origin: str) -> Problem:
    if not name:
        return Problem("The settings are not a table, so they are ignored.", "Send a table.", origin)
    some = next(iter(fields_of(kind)))
    return Problem(
        f"{name} is {shown(raw, secret=True)}, which is ignored: it must be a table.",
        f"Write options such as {name}.{some} in it.",
        origin,
        "error",
        name,
    )


def _unknown(key: str, kind: type[Any], prefix: str, into: tuple[Layer, Flat]) -> None:
    layer, flat = into
    if len(flat.problems) >= _MOST_UNKNOWN:  # a hostile file could have a million of them
        return
    last = key.rpartition(".")[2]
    if last.casefold() in _KEY_WORDS:
        remedy = "Remove it: a key is never read from settings; use model.api_key_env or model.api_key_command."
    else:
        near = _nearest(key, kind, prefix)
        remedy = f"Did you mean {near}?" if near else "Remove it, or see docs/configuration.md for all options."
    flat.problems.append(
        Problem(f"There is no option {shown(key)}, so it is ignored.", remedy, layer.origin, "warning", key[:100])
    )


def _nearest(key: str, kind: type[Any], prefix: str) -> str:
    """The option or group that `key` was probably meant to be: by its last word, its neighbours, its whole."""
    last = key.rpartition(".")[2]
    every = [found.key for found in walk(Settings)]
    for option_key in every:
        if last in (option_key.rpartition(".")[2], camel(option_key.rpartition(".")[2])):
            return option_key
    neighbour = closest(key[len(prefix) :], fields_of(kind))
    return prefix + neighbour if neighbour else closest(key, every)
