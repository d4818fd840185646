"""Asks a server what it is and what it has: its models, its software, its context, whether it can fill in the middle.

Only questions about the server itself, with no text of the user's; none of them makes a model work.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from foretype.errors import ModelError, UnknownModelError
from foretype.models.connection import Connection
from foretype.models.dialects import root_of
from foretype.models.families import FAMILIES, family_of
from foretype.models.json_text import read_json

# What /models calls the owner of its models gives the server's software away.
_SOFTWARE = {"llamacpp": "llama.cpp", "library": "ollama", "vllm": "vLLM", "organization_owner": "LM Studio"}
_CONTEXT_FIELDS = ("max_model_len", "loaded_context_length", "max_context_length", "context_length")


@dataclass(frozen=True, slots=True)
class Probe:
    """What a server says of itself. `detail` is one sentence for a person; `error` is None if all is well.

    `context` is the model's context window in tokens, `fills` whether the model can fill in the middle; both are
    None where the server does not say.
    """

    reachable: bool
    models: tuple[str, ...] = ()
    detail: str = ""
    error: ModelError | None = None
    software: str = ""
    context: int | None = None
    fills: bool | None = None


async def probe(connection: Connection) -> Probe:
    """Ask the server for its models, and more where its software is known. Never raises for what the server does."""
    endpoint = connection.endpoint
    try:
        seen = _listed(await connection.get("/models"), endpoint.model)
    except UnknownModelError as error:
        return Probe(True, detail=f"The server does not list its models ({error.status}).")
    except ModelError as error:
        return Probe(error.status is not None, detail=error.message, error=error)
    try:
        if seen.software == "llama.cpp":
            return await _llamacpp(connection, seen)
        if seen.software == "ollama":
            return await _ollama(connection, seen)
    except ModelError:
        pass  # what it said so far is enough to ask it
    return seen


def _listed(body: str, model: str) -> Probe:
    entries = _entries(_object(body))
    names = tuple(entry["id"] for entry in entries)
    owners = {str(entry.get("owned_by", "")).lower() for entry in entries}
    software = next((_SOFTWARE[owner] for owner in owners if owner in _SOFTWARE), "")
    if not names:
        return Probe(True, detail="The server names no models.", software=software)
    wanted = {model, f"{model}:latest"}
    entry = next((entry for entry in entries if entry["id"] in wanted), None)
    if entry is None:
        listed = ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
        return Probe(True, names, f"The server does not list {model!r}; it lists {listed}.", software=software)
    abilities = entry.get("capabilities")
    fills = abilities.get("completion_fim") if isinstance(abilities, dict) else None
    return Probe(
        True,
        names,
        f"The server has {model!r}.",
        software=software,
        context=next((size for name in _CONTEXT_FIELDS if (size := _count(entry.get(name)))), None),
        fills=fills if isinstance(fills, bool) else None,
    )


async def _llamacpp(connection: Connection, seen: Probe) -> Probe:
    """llama.cpp tells its context, and how it cuts text into tokens: a special token that is one token is known."""
    endpoint, root = connection.endpoint, root_of(connection.endpoint)
    properties = _object(await connection.get(f"{root}/props"))
    generation = properties.get("default_generation_settings")
    seen = replace(seen, context=_count(generation.get("n_ctx")) if isinstance(generation, dict) else None)
    family = family_of(endpoint.model, endpoint.families)
    if family is not None and family.by_server:
        return seen  # its tokens are not found by their text; the server's own route knows them
    families = FAMILIES if family is None else (family,)
    marks = list(dict.fromkeys(mark for known in families for mark in known.marks))
    # Line ends keep the marks apart where they are ordinary text.
    question = {"content": "\n".join(marks), "parse_special": True, "with_pieces": True}
    answer = _object(await connection.post(f"{root}/tokenize", question)).get("tokens")
    if not isinstance(answer, list):
        return seen
    pieces = {str(token.get("piece")) for token in answer if isinstance(token, dict)}
    return replace(seen, fills=any(pieces.issuperset(known.marks) for known in families))


async def _ollama(connection: Connection, seen: Probe) -> Probe:
    """Ollama tells what a model's template can do; "insert" is filling in the middle."""
    model = connection.endpoint.model
    answer = _object(await connection.post(f"{root_of(connection.endpoint)}/api/show", {"model": model}))
    abilities = answer.get("capabilities")
    return replace(seen, fills="insert" in abilities) if isinstance(abilities, list) else seen


def _object(body: str) -> dict[str, Any]:
    """The JSON object in a body, also where it is the bare list of models that some servers send; else empty."""
    try:
        payload = read_json(body)
    except ValueError:
        return {}
    if isinstance(payload, list):
        return {"data": payload}
    return payload if isinstance(payload, dict) else {}


def _entries(payload: dict[str, Any]) -> list[dict[str, Any]]:
    entries = payload.get("data")
    if not isinstance(entries, list):
        return []
    return [entry for entry in entries if isinstance(entry, dict) and isinstance(entry.get("id"), str)]


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
