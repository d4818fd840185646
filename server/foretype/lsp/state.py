"""`foretype/state`: who answers in this session and what is wrong with its settings, for a command that says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from foretype import __version__

if TYPE_CHECKING:
    from foretype.lsp.server import Server

STATE_REQUEST: Final = "foretype/state"


def state(server: Server, params: Any) -> dict[str, Any]:
    """Everything as it is now; `silence` is about the document that `uri` names. No value of a setting is in it but the
    model's name."""
    asker = server.asker
    problems = server.configuration.resolve().problems
    return {
        "version": __version__,
        "model": asker.name if asker is not None else None,
        "reason": "" if asker is not None else _why_embedded(server),
        "answered": asker is not None and bool(asker.governor.facts().first_tokens_ms),
        "silence": _silence(server, params),
        "status": asdict(server.status.current),
        "problems": [
            {"severity": each.severity, "message": each.message, "remedy": each.remedy, "origin": each.origin}
            for each in problems
        ],
    }


def _silence(server: Server, params: Any) -> str:
    """Why the document that is asked about gets no suggestions; "" where it does, and where none is named."""
    uri = params.get("uri") if isinstance(params, Mapping) else getattr(params, "uri", None)
    document = server.documents.get(uri) if isinstance(uri, str) else None
    return "" if document is None else server.completer.silence(document)


def _why_embedded(server: Server) -> str:
    """Why there is no model to be asked."""
    model = server.settings.model
    if model.mode == "local":
        return "The setting model.mode is `local`."
    if not model.base_url:
        return "No model is configured."
    return server.unusable or "The model is being connected to."
