"""Who answers: the embedded engine, or a model; and whether that model really does, asked as the server asks it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, Final

from foretype.cli.check.finding import Finding, State, named
from foretype.errors import AuthenticationError, ConfigurationError, ForetypeError, ModelError
from foretype.models.network import is_loopback, place
from foretype.scheduling.extent import LINE_TOKENS, Extent
from foretype.settings.files import user_file
from foretype.settings.keys import Key, KeyFinder
from foretype.settings.model import Settings
from foretype.settings.resolve import Resolved
from foretype.settings.values import hide_password
from foretype.text.document import Document
from foretype.text.lines import Lines
from foretype.text.positions import Position

if TYPE_CHECKING:
    from foretype.features.ask import ModelAsker
    from foretype.models.probing import Probe

_QUESTION: Final = Document("untitled:check", "python", 0, Lines("def add(first, second):\n    return "))
_CURSOR: Final = Position(1, 11)

_KEY_VARIABLES: Final = ("FORETYPE_API_KEY", "OPENAI_API_KEY")


async def check_endpoint(resolved: Resolved) -> AsyncIterator[Finding]:
    """What answers, each finding as soon as it is known. Asks the network only where an endpoint is configured."""
    settings = resolved.settings
    if not settings.model.base_url:
        yield _embedded(settings)
        return
    if settings.model.mode == "local":
        origin = resolved.origins["model.mode"]
        text = f"The embedded engine answers, and nothing leaves this machine: model.mode is local ({origin})."
        yield Finding("endpoint", "ok", text, data={"configured": False})
        return
    yield _configured(resolved)
    keys = KeyFinder()
    try:
        try:
            key = await keys.find_key(settings)
        except ConfigurationError as error:
            yield Finding("key", "failure", error.message, error.remedy)
            return
        yield _key(settings, key)
        async for finding in _reached(settings, key):
            yield finding
    finally:
        await keys.close()


def _embedded(settings: Settings) -> Finding:
    try:
        where = str(user_file())
    except ConfigurationError:
        where = "your settings file"
    details = [
        f"To use a model, put these lines into {where}, and its key, if it needs one, into FORETYPE_API_KEY:",
        "    [model]",
        '    base_url = "http://localhost:8080/v1"',
        '    name = "qwen2.5-coder-7b"',
    ]
    if settings.model.name:
        details.append("model.name is set, but without model.base_url no model is asked.")
    for name in _KEY_VARIABLES:
        if os.environ.get(name):
            details.append(f"{name} is set; by itself it switches nothing on.")
    text = "No endpoint is configured: the embedded engine answers, and nothing leaves this machine."
    return Finding("endpoint", "ok", text, details=tuple(details), data={"configured": False})


def _configured(resolved: Resolved) -> Finding:
    model = resolved.settings.model
    shown = hide_password(model.base_url)
    data = {
        "configured": True,
        "base_url": shown,
        "base_url_from": resolved.origins["model.base_url"],
        "model": model.name,
        "model_from": resolved.origins["model.name"],
    }
    details = (f"address from {data['base_url_from']}", f"model from {data['model_from']}")
    if not model.name:
        text = f"A server is configured, {shown}, but no model is named."
        remedy = "Set `model.name`, or the environment variable FORETYPE_MODEL, to one of the server's models."
        return Finding("endpoint", "warning", text, remedy, details[:1], data)
    if model.base_url.startswith("http://") and not is_loopback(model.base_url):
        text = f"{model.name} at {shown}: code and key travel there without encryption."
        return Finding("endpoint", "warning", text, "Use https:// unless the network is your own.", details, data)
    return Finding("endpoint", "ok", f"{model.name} at {shown}.", details=details, data=data)


def _key(settings: Settings, key: Key | None) -> Finding:
    if key is not None:
        return Finding("key", "ok", f"A key was found: {key.source}.", data={"source": key.source})
    text = "No key was found."
    if is_loopback(settings.model.base_url):
        return Finding("key", "ok", f"{text} Servers on this machine mostly want none.", data={"source": None})
    remedy = "Set FORETYPE_API_KEY, `model.api_key_env` or `model.api_key_command` if the server wants one."
    return Finding("key", "note", text, remedy, data={"source": None})


async def _reached(settings: Settings, key: Key | None) -> AsyncIterator[Finding]:
    """Connect as the server does, and ask one small question."""
    # Importing the SDK takes a second: only where an endpoint is configured.
    from foretype.features.ask import connect
    from foretype.models.registry import WAYS

    try:
        asker = await connect(settings, key.value if key else None)
    except ForetypeError as error:
        yield Finding("server", "failure", error.message, error.remedy)
        return
    try:
        seen = asker.seen
        yield _seen(seen, settings)
        if _is_hopeless(seen):
            return
        mode = asker.choice.mode
        yield Finding("mode", "ok", f"Asked by {WAYS[mode]}: {asker.choice.why}.", data={"mode": mode})
        yield await _answered(asker)
        yield _tokens(asker)
        if asker.note:
            yield Finding("mode", "warning", asker.note, data={"mode": asker.choice.mode})
    finally:
        await asker.close()


def _seen(seen: Probe, settings: Settings) -> Finding:
    data: dict[str, Any] = {"reachable": seen.reachable, "models": list(seen.models), "software": seen.software}
    if seen.error is not None:
        state: State = "failure" if _is_hopeless(seen) else "warning"
        return Finding("server", state, seen.error.message, seen.error.remedy, data=data)
    where = place(settings.model.base_url)
    if seen.models and not settings.model.name:  # that none is named has been said
        return Finding("server", "ok", f"{where} can be reached. It has {named(seen.models)}.", data=data)
    listed = not seen.models or "does not list" not in seen.detail
    remedy = "" if listed else "Set `model.name` to one of these."
    text = f"{where} can be reached. {seen.detail}"
    return Finding("server", "ok" if listed else "warning", text, remedy, data=data)


def _is_hopeless(seen: Probe) -> bool:
    """Whether a question need not be tried: a server that merely fails to list its models may answer all the same."""
    return seen.error is not None and (not seen.reachable or isinstance(seen.error, AuthenticationError))


def _tokens(asker: ModelAsker) -> Finding:
    """Who counts tokens, after the server has had an occasion to report its own count."""
    counting = asker.counting
    data = {"ratio": counting.calibration.ratio, "exact": counting.calibration.fixed, "budget": asker.prompt_tokens}
    if counting.problem is not None:
        return Finding("tokens", "warning", counting.problem.message, counting.problem.remedy, data=data)
    return Finding("tokens", "ok", f"Counted by {counting.words}.", data=data)


async def _answered(asker: ModelAsker) -> Finding:
    """Ask for the rest of a line, as for ghost text. The time limits are the settings' own."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    first = None
    text = ""
    try:
        async with asker.opener(_QUESTION, _CURSOR, Extent(1, LINE_TOKENS))() as pieces:
            async for piece in pieces:
                if piece and first is None:
                    first = (loop.time() - started) * 1000
                text += piece
    except ModelError as error:
        return Finding("answer", "failure", error.message, error.remedy)
    total = (loop.time() - started) * 1000
    data = {"first_text_ms": first and round(first, 1), "total_ms": round(total, 1), "characters": len(text)}
    if first is None or not text.strip():
        remedy = "Try another `model.mode`, or a model made for code."
        return Finding("answer", "warning", "The model answered a small question with no text.", remedy, (), data)
    # A server that was given no name takes a model of its own choice, if any.
    who = f"{asker.name} answers" if asker.name else "The server answers, asked without a model's name"
    return Finding("answer", "ok", f"{who}: first text after {first:.0f} ms, all after {total:.0f} ms.", data=data)
