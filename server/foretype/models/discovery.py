"""Looks for model servers that run on this machine already, at the ports that they use when nobody says otherwise.

Asks 127.0.0.1 only, with one small GET each, no key, no proxy, nothing of the user's; a port where nothing listens
answers at once, so all of it takes a second at most. Nothing that is found is used: whoever asked shows it to the user.
"""

from __future__ import annotations

import asyncio
import http.client
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from foretype.models.json_text import read_json

LOOPBACK: Final = "127.0.0.1"
_SECONDS: Final = 0.8
_MOST_BYTES: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where one kind of server usually is, and what lists its models."""

    software: str
    port: int
    path: str = "/v1/models"


@dataclass(frozen=True, slots=True)
class Found:
    """A server that runs: its address as `model.base_url` takes it, and the names of its models."""

    software: str
    base_url: str
    models: tuple[str, ...]


PLACES: Final = (
    Place("Ollama", 11434, "/api/tags"),
    Place("llama.cpp", 8080),
    Place("LM Studio", 1234),
    Place("vLLM", 8000),
)


async def discover(places: Sequence[Place] = PLACES) -> tuple[Found, ...]:
    """The servers that run now, in the order of `places`. What answers but lists no models is not one."""
    found = await asyncio.gather(*(asyncio.to_thread(_look, place) for place in places))
    return tuple(server for server in found if server is not None)


def _look(place: Place) -> Found | None:
    connection = http.client.HTTPConnection(LOOPBACK, place.port, timeout=_SECONDS)
    try:
        connection.request("GET", place.path, headers={"Accept": "application/json"})
        response = connection.getresponse()
        body = response.read(_MOST_BYTES) if response.status == 200 else b""
        payload = read_json(body)
    except (OSError, http.client.HTTPException, ValueError):
        return None  # nothing there, or something else
    finally:
        connection.close()
    names = _names(payload)
    if names is None:
        return None
    return Found(_software(payload) or place.software, f"http://{LOOPBACK}:{place.port}/v1", names)


def _names(payload: Any) -> tuple[str, ...] | None:
    """The models in OpenAI's list or Ollama's; None where it is neither. Only names that can be shown."""
    if not isinstance(payload, dict):
        return None
    entries = payload.get("data") if isinstance(payload.get("data"), list) else payload.get("models")
    if not isinstance(entries, list):
        return None
    names = (entry.get("id") or entry.get("name") for entry in entries if isinstance(entry, dict))
    return tuple(name for name in names if isinstance(name, str) and name.isprintable())[:50]


def _software(payload: dict[str, Any]) -> str:
    """What the server says it is, where that is not what usually has this port."""
    entries = payload["data"] if isinstance(payload.get("data"), list) else []
    owners = [entry.get("owned_by") for entry in entries if isinstance(entry, dict)]
    known = {"llamacpp": "llama.cpp", "vllm": "vLLM", "organization_owner": "LM Studio", "library": "Ollama"}
    return next((known[owner] for owner in owners if isinstance(owner, str) and owner in known), "")
