"""Decides how a model is asked, from what the user set, its name, and what the server says of itself."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from foretype.errors import ConfigurationError, ModelError, UnknownModelError
from foretype.models.connection import Connection
from foretype.models.families import Family, family_of
from foretype.models.openai_chat import ChatProvider
from foretype.models.openai_fim import FimProvider
from foretype.models.provider import Endpoint, Mode, Provider

# These answer chat only, or do not hand the prompt's special tokens to the model.
_CHAT_HOSTS = (
    "api.openai.com",
    "api.deepseek.com",
    "api.groq.com",
    "api.anthropic.com",
    "api.mistral.ai",
    "codestral.mistral.ai",
    "generativelanguage.googleapis.com",
    "openrouter.ai",
)


@dataclass(frozen=True, slots=True)
class Probe:
    """What a server says of itself. `detail` is one sentence for a person; `error` is None if all is well."""

    reachable: bool
    models: tuple[str, ...] = ()
    detail: str = ""
    error: ModelError | None = None
    software: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """How an endpoint is asked, and in one clause why."""

    mode: Mode
    family: Family | None
    why: str


async def probe(connection: Connection) -> Probe:
    """Ask the server for its models. Never raises for what the server does."""
    endpoint = connection.endpoint
    try:
        names, software = _models_in(await connection.get("/models"))
    except UnknownModelError as error:
        return Probe(True, detail=f"The server does not list its models ({error.status}).")
    except ModelError as error:
        return Probe(error.status is not None, detail=error.message, error=error)
    if not names:
        return Probe(True, detail="The server names no models.", software=software)
    if endpoint.model not in names and endpoint.model.removesuffix(":latest") not in names:
        listed = ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
        detail = f"The server does not list {endpoint.model!r}; it lists {listed}."
    else:
        detail = f"The server has {endpoint.model!r}."
    return Probe(True, names, detail, software=software)


def choose(endpoint: Endpoint, seen: Probe | None = None) -> Choice:
    """How to ask this endpoint. Raises `ConfigurationError` for a mode that cannot be used with it."""
    family = family_of(endpoint.model)
    mode = endpoint.mode
    if mode == "chat":
        return Choice("chat", family, "set by `model.mode`")
    if mode == "fim":
        if family is None:
            raise ConfigurationError(
                f"How {endpoint.model!r} fills in the middle is not known.",
                "Set `model.mode` to auto or chat, or choose a model of a known family.",
            )
        return Choice("fim", family, "set by `model.mode`")
    if mode != "auto":
        raise ConfigurationError(
            f"The mode {mode!r} cannot be used with an endpoint in this version.",
            "Set `model.mode` to auto, chat or fim.",
        )
    return _automatic(endpoint, family, seen)


def _automatic(endpoint: Endpoint, family: Family | None, seen: Probe | None) -> Choice:
    if family is None:
        return Choice("chat", None, "no fill-in-the-middle form is known for this model")
    if not family.preferred:
        return Choice("chat", family, f"{family.name} is made for chat first")
    host = urlsplit(endpoint.base_url).hostname or ""
    if host in _CHAT_HOSTS:
        return Choice("chat", family, f"{host} does not pass fill-in-the-middle tokens to its models")
    # Ollama wraps a prompt in the model's chat template, unless the model is a base model, which has none.
    is_ollama = (seen is not None and seen.software == "ollama") or urlsplit(endpoint.base_url).port == 11434
    if is_ollama and "base" not in endpoint.model.lower():
        return Choice("chat", family, "Ollama wraps prompts in the model's chat template")
    return Choice("fim", family, f"{family.name} fills in the middle")


def provider_for(connection: Connection, choice: Choice) -> Provider:
    """The provider that asks in the chosen way."""
    return FimProvider(connection) if choice.mode == "fim" else ChatProvider(connection)


def _models_in(body: str) -> tuple[tuple[str, ...], str]:
    """The names in an answer of /models, and the server's software where it gives itself away."""
    try:
        payload = json.loads(body)
    except ValueError:
        return (), ""
    entries = payload.get("data") if isinstance(payload, dict) else payload
    if not isinstance(entries, list):
        return (), ""
    entries = [entry for entry in entries if isinstance(entry, dict) and isinstance(entry.get("id"), str)]
    owners = {str(entry.get("owned_by", "")).lower() for entry in entries}
    known = {"llamacpp": "llama.cpp", "library": "ollama", "vllm": "vLLM"}
    software = next((known[owner] for owner in owners if owner in known), "")
    return tuple(entry["id"] for entry in entries), software
