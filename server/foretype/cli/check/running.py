"""Model servers that run on this machine already: named, with the lines that would use them. Uses none of them."""

from __future__ import annotations

import json
from collections.abc import Iterator

from foretype.cli.check.finding import Finding, named
from foretype.models.discovery import Found, discover
from foretype.models.families import family_of
from foretype.models.network import is_loopback, place
from foretype.settings.model import Settings


async def check_running(settings: Settings) -> list[Finding]:
    """One finding for each server on loopback that is not the configured one."""
    return [_finding(server) for server in await discover() if not _is_configured(server, settings)]


def _is_configured(server: Found, settings: Settings) -> bool:
    base_url = settings.model.base_url
    return is_loopback(base_url) and place(base_url).rpartition(":")[2] == place(server.base_url).rpartition(":")[2]


def _finding(server: Found) -> Finding:
    data = {"software": server.software, "base_url": server.base_url, "models": list(server.models)}
    where = place(server.base_url)
    if not server.models:
        text = f"{server.software} runs on this machine at {where} and has no model yet."
        return Finding("found", "note", text, data=data)
    text = f"{server.software} runs on this machine at {where} with {named(server.models)}."
    return Finding("found", "note", text, details=tuple(_lines(server)), data=data)


def _lines(server: Found) -> Iterator[str]:
    yield "It is not used. These lines in your settings file would use it:"
    yield "    [model]"
    yield f'    base_url = "{server.base_url}"'
    yield f"    name = {json.dumps(_best(server.models), ensure_ascii=False)}"


def _best(models: tuple[str, ...]) -> str:
    """The model that suits suggestions best: one that fills in the middle; embedding models suit not at all."""
    return next((name for name in models if family_of(name)), None) or next(
        (name for name in models if "embed" not in name.lower()), models[0]
    )
