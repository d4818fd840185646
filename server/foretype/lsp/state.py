"""`foretype/state`: who answers in this session and what is wrong with its settings, for a command that says so."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from foretype import __version__

if TYPE_CHECKING:
    from foretype.lsp.server import Server

STATE_REQUEST: Final = "foretype/state"


def state(server: Server, _: Any) -> dict[str, Any]:
    """Everything as it is now. No value of a setting is in it but the model's name."""
    asker = server.asker
    problems = server.configuration.resolve().problems
    return {
        "version": __version__,
        "model": asker.name if asker is not None else None,
        "reason": "" if asker is not None else _why_embedded(server),
        "status": asdict(server.status.current),
        "problems": [
            {"severity": each.severity, "message": each.message, "remedy": each.remedy, "origin": each.origin}
            for each in problems
        ],
    }


def _why_embedded(server: Server) -> str:
    """Why there is no model to be asked."""
    model = server.settings.model
    if model.mode == "local":
        return "The setting model.mode is `local`."
    if not model.base_url:
        return "No model is configured."
    return server.unusable or "The model is being connected to."
