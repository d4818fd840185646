"""The options that the command line sets: `--set KEY=VALUE` and `--log-level LEVEL`."""

from __future__ import annotations

import json
from collections.abc import Sequence

from foretype.settings.layers import Layer, Problem


def argument_layers(pairs: Sequence[str], log_level: str = "") -> tuple[tuple[Layer, ...], tuple[Problem, ...]]:
    """The layers of the given `KEY=VALUE` pairs, one for each so that each is named, and what is malformed.

    A value is read as JSON where it is JSON and its option takes more than a string (`30`, `false`,
    `["a"]`), otherwise as the text it is.
    """
    layers: list[Layer] = []
    problems: list[Problem] = []
    for pair in pairs:
        key, equals, text = pair.partition("=")
        key = key.strip()
        if not key or not equals:
            problems.append(
                Problem(
                    "An argument of --set is not KEY=VALUE, so it is ignored.",
                    "Write for example --set model.name=qwen2.5-coder.",
                    "command line",
                )
            )
            continue
        layers.append(Layer("command_line", f"--set {_printable(key)}", {key: _read(key, text)}))
    if log_level:
        layers.append(Layer("command_line", "--log-level", {"log.level": log_level}))
    return tuple(layers), tuple(problems)


def _printable(key: str) -> str:
    return key if key.isprintable() else repr(key)


def _read(key: str, text: str) -> object:
    # A model may be named 4 or true: what is a string stays one.
    if key.startswith(_TEXTS):
        return text
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value


_TEXTS = ("model.name", "model.base_url", "model.headers.")
