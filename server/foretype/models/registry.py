"""Decides how a model is asked, from what the user set, its name, and what the server says of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from foretype.errors import ConfigurationError
from foretype.models.connection import Connection
from foretype.models.dialects import Dialect, dialect_of
from foretype.models.families import Family, family_of
from foretype.models.llamacpp_infill import InfillProvider
from foretype.models.mistral_fim import MistralFimProvider
from foretype.models.openai_chat import ChatProvider
from foretype.models.openai_fim import FimProvider
from foretype.models.openai_suffix import SuffixProvider
from foretype.models.probing import Probe
from foretype.models.provider import Endpoint, Mode, Provider

WAYS: Final[dict[Mode, str]] = {
    "chat": "chat messages",
    "fim": "a fill-in-the-middle prompt",
    "suffix": "a prompt with a suffix",
    "mistral": "Mistral's fill-in-the-middle route",
    "infill": "llama.cpp's infill route",
}
"""The ways to ask a model, in words that follow "asked by"."""

_PROVIDERS: Final[dict[Mode, Callable[[Connection], Provider]]] = {
    "chat": ChatProvider,
    "fim": FimProvider,
    "suffix": SuffixProvider,
    "mistral": MistralFimProvider,
    "infill": InfillProvider,
}


_Way = tuple[Mode, str]
"""A way of asking, and in one clause why."""


@dataclass(frozen=True, slots=True)
class Choice:
    """How an endpoint is asked, and in one clause why."""

    mode: Mode
    family: Family | None
    why: str


def choices(endpoint: Endpoint, seen: Probe | None = None) -> tuple[Choice, ...]:
    """The ways in which this endpoint can be asked, best first: a later one is for when the server refuses the first.

    A mode that the user set is the only one. Raises `ConfigurationError` where it cannot be used.
    """
    seen = seen or Probe(reachable=False)
    family = family_of(endpoint.model, endpoint.families)
    if endpoint.mode != "auto":
        return (_set_by_user(endpoint, family, seen),)
    found: dict[Mode, Choice] = {}
    for mode, why in _automatic(endpoint, family, seen):
        found.setdefault(mode, Choice(mode, family, why))
    return tuple(found.values())


def provider_for(connection: Connection, choice: Choice) -> Provider:
    """The provider that asks in the chosen way."""
    return _PROVIDERS[choice.mode](connection)


def _set_by_user(endpoint: Endpoint, family: Family | None, seen: Probe) -> Choice:
    mode = endpoint.mode
    if mode not in _PROVIDERS:
        raise ConfigurationError(
            f"The mode {mode!r} cannot be used with an endpoint.", f"Set `model.mode` to auto or {', '.join(WAYS)}."
        )
    if mode == "fim" and family is None:
        raise ConfigurationError(
            f"How {endpoint.model!r} fills in the middle is not known.",
            "Set `model.mode` to auto or chat, choose a model of a known family, or describe it in `model.families`.",
        )
    if mode in ("fim", "infill") and seen.fills is False:
        raise ConfigurationError(
            f"The server's model {endpoint.model!r} does not know fill-in-the-middle tokens.",
            "Set `model.mode` to auto or chat, or load a code model.",
        )
    return Choice(mode, family, "set by `model.mode`")


def _automatic(endpoint: Endpoint, family: Family | None, seen: Probe) -> Iterator[_Way]:
    """Ways and reasons, best first; a way may come twice."""
    dialect = dialect_of(endpoint)
    if dialect.ways:
        yield from _of_provider(dialect, seen)
    elif seen.software == "ollama" or urlsplit(endpoint.base_url).port == 11434:
        yield from _of_ollama(endpoint, family, seen)
    elif seen.software == "llama.cpp":
        yield from _of_llamacpp(family, seen)
    elif family is None:
        yield "chat", "no fill-in-the-middle form is known for this model"
    elif family.preferred:
        yield "fim", f"{family.name} fills in the middle"
        yield "chat", "the server takes chat"
    else:
        yield "chat", f"{family.name} is made for chat first"
        yield "fim", f"{family.name} can fill in the middle"


def _of_provider(dialect: Dialect, seen: Probe) -> Iterator[_Way]:
    for mode in dialect.ways:
        if mode == "chat":
            yield mode, f"{dialect.name} is asked so"
        elif seen.fills is not False:
            yield mode, f"{dialect.name} has it for this model"
    yield "chat", f"{dialect.name} is asked so"


def _of_ollama(endpoint: Endpoint, family: Family | None, seen: Probe) -> Iterator[_Way]:
    """Ollama wraps a prompt in the model's chat template, unless it is a base model, which has none.

    With a suffix it uses the model's own fill-in-the-middle template, where the model's file has one.
    """
    if seen.fills or (seen.fills is None and family is not None and family.preferred):
        yield "suffix", "Ollama builds the fill-in-the-middle prompt itself"
    if family is not None and "base" in endpoint.model.lower():
        yield "fim", f"{family.name} fills in the middle"
    yield "chat", "Ollama is asked so where a model's template does not fill in the middle"


def _of_llamacpp(family: Family | None, seen: Probe) -> Iterator[_Way]:
    fills = seen.fills is not False
    if family is not None and fills:
        route: _Way = ("infill", f"llama.cpp knows the form of {family.name} best")
        prompt: _Way = ("fim", f"{family.name} fills in the middle")
        if not family.preferred:
            yield "chat", f"{family.name} is made for chat first"
        yield from (route, prompt) if family.by_server else (prompt, route)
    elif seen.fills:
        yield "infill", "the model's file has fill-in-the-middle tokens"
    if not fills:
        yield "chat", "the model has no fill-in-the-middle tokens"
    elif family is None:
        yield "chat", "no fill-in-the-middle form is known for this model"
    else:
        yield "chat", "llama.cpp takes chat as well"
