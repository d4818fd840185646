"""What each provider makes different: its address, its way of naming a key, the fields it takes and refuses. Data.

Only what is known beforehand stands here; what a server refuses at run time is learned (learned.py). A host is known
by the end of its name, local servers by what they say of themselves (probing.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from foretype.models.provider import Endpoint, Mode

AZURE_API_VERSION = "2024-10-21"
"""The version that is asked for where an Azure deployment's address names none: the latest that is generally
available for the addresses of deployments."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """One provider's differences.

    `ways` lists the ways of asking that it has, best first; empty: the model's family and the server decide.
    `limit_field` names the bound of an answer, `omits` the fields that it refuses, `adds` those it wants. `thinking`
    is how many tokens the model may spend before the answer begins; they count against the bound. `paths` are
    absolute paths on the host for ways that have their own.
    """

    name: str = ""
    ways: tuple[Mode, ...] = ()
    limit_field: str = "max_tokens"
    omits: frozenset[str] = frozenset()
    adds: Mapping[str, object] = field(default_factory=dict)
    key_header: str = "authorization"
    thinking: int = 0
    paths: Mapping[Mode, str] = field(default_factory=dict)


_CHAT_ONLY: tuple[Mode, ...] = ("chat",)

_OPENAI = Dialect("OpenAI", _CHAT_ONLY, limit_field="max_completion_tokens")
_AZURE = Dialect("Azure OpenAI", _CHAT_ONLY, key_header="api-key")
_MISTRAL = Dialect("Mistral", ("mistral", "chat"), omits=frozenset({"stream_options"}))
_DEEPSEEK = Dialect("DeepSeek", ("suffix", "chat"), paths={"suffix": "/beta/completions"})
_HOSTS: Mapping[str, Dialect] = {
    "api.openai.com": _OPENAI,
    "openai.azure.com": _AZURE,
    "cognitiveservices.azure.com": _AZURE,
    "services.ai.azure.com": _AZURE,
    "api.mistral.ai": _MISTRAL,
    "codestral.mistral.ai": _MISTRAL,
    "api.deepseek.com": _DEEPSEEK,
    "openrouter.ai": Dialect("OpenRouter", _CHAT_ONLY),
    "api.groq.com": Dialect("Groq", _CHAT_ONLY),
    "api.anthropic.com": Dialect("Anthropic", _CHAT_ONLY),
    "generativelanguage.googleapis.com": Dialect("Gemini", _CHAT_ONLY),
}

# OpenAI's models that think first: no temperature, no stop strings, and thinking counts as part of the answer.
_THINKS = re.compile(r"(^|/)(o[134](?=$|-)|gpt-5(?!.*chat))")
_MINIMAL = re.compile(r"(^|/)gpt-5(?!\.)")
_COMPLETES = re.compile(r"(^|/)(gpt-3\.5-turbo-instruct|davinci-002|babbage-002)")


def dialect_of(endpoint: Endpoint) -> Dialect:
    """The dialect of an endpoint, by its host and, for OpenAI's models, by the model's name."""
    host = host_of(endpoint.base_url)
    known = next((known for name, known in _HOSTS.items() if host == name or host.endswith(f".{name}")), Dialect())
    model = endpoint.model.lower()
    if known is _MISTRAL and "codestral" not in model:
        return replace(known, ways=_CHAT_ONLY)
    if known.name in (_OPENAI.name, _AZURE.name):
        return _of_openai(known, model)
    return known


def _of_openai(dialect: Dialect, model: str) -> Dialect:
    if _COMPLETES.search(model):
        return replace(dialect, ways=("suffix",), limit_field="max_tokens")
    if not _THINKS.search(model):
        return dialect
    return replace(
        dialect,
        limit_field="max_completion_tokens",
        omits=frozenset({"temperature", "stop"}),
        adds={"reasoning_effort": "minimal" if _MINIMAL.search(model) else "low"},
        thinking=1_024,
    )


def host_of(base_url: str) -> str:
    """The host of an address, in lower case; "" where there is none."""
    try:
        return (urlsplit(base_url).hostname or "").lower()
    except ValueError:
        return ""


def address_of(endpoint: Endpoint) -> tuple[str, Mapping[str, str]]:
    """The address that paths are appended to, and the query that goes with every request.

    An address may carry a query (Azure's api-version). Azure's resource by itself becomes the deployment that is
    named like the model.
    """
    parts = urlsplit(endpoint.base_url)
    path, query = parts.path.rstrip("/"), dict(parse_qsl(parts.query))
    if dialect_of(endpoint).name == _AZURE.name:
        if path in ("", "/openai"):
            path = f"/openai/deployments/{endpoint.model}"
        if "/deployments/" in path:
            query.setdefault("api-version", AZURE_API_VERSION)
    return urlunsplit((parts.scheme, parts.netloc, path, "", "")), query


def root_of(endpoint: Endpoint) -> str:
    """The address below which a server's own paths are, beside its `/v1`."""
    return address_of(endpoint)[0].removesuffix("/v1")


def path_of_way(endpoint: Endpoint, mode: Mode, usual: str) -> str:
    """Where a way of asking lives: the usual path below the base address, or an absolute address."""
    path = dialect_of(endpoint).paths.get(mode)
    if path is None:
        return usual
    parts = urlsplit(endpoint.base_url)
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))
