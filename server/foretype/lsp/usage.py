"""`foretype/usage`: what asking has cost; and what the answers to an editor tell of it and of the endpoint's health."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from foretype.lsp.request_error import INVALID_PARAMS, RequestError

if TYPE_CHECKING:
    from foretype.features.suggestion import Outcome
    from foretype.lsp.server import Server
    from foretype.scheduling.governor import Governor
    from foretype.scheduling.usage import UsageBook

USAGE_REQUEST: Final = "foretype/usage"
MOST_DAYS: Final = 400


def usage(server: Server, params: Any) -> Any:
    """The numbers of the last `days` (1: today only) of all windows, this one's newest included."""
    days = params.get("days", 1) if isinstance(params, Mapping) else getattr(params, "days", 1)
    if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= MOST_DAYS:
        raise RequestError(INVALID_PARAMS, f"`days` is a whole number from 1 to {MOST_DAYS}.")
    return _usage(server, days)


async def _usage(server: Server, days: int) -> dict[str, Any]:
    from foretype.scheduling.usage_report import report  # rarely asked for

    governor = server.governor
    minute = await governor.last_minute() if governor is not None else (0, 0)
    # Of a year they are tens of thousands of numbers.
    return await asyncio.to_thread(report, await server.meters.totals(days), days, minute)


def count_outcome(book: UsageBook, outcome: Outcome, milliseconds: float) -> None:
    """An editor was answered: by what, and how long it waited."""
    if outcome.superseded:
        book.count("superseded")
        return
    if outcome.silence:
        return
    if outcome.gated:
        book.count(f"gated.{outcome.gated}")
    if outcome.suggestions or not outcome.gated:
        book.count(f"hits.{outcome.suggestions[0].source}" if outcome.suggestions else "hits.none")
    book.observe("answer", milliseconds)


def tell_health(server: Server, governor: Governor | None, outcome: Outcome | None = None) -> None:
    """Keep the status true: after an answer, and whenever the endpoint's state changes."""
    from foretype.scheduling.health import Facts, health

    if outcome is None and server.status.current.kind == "Inactive":
        return  # the document that is being looked at gets no suggestions, whatever the endpoint does
    facts = governor.facts() if governor is not None else Facts()
    silence = (outcome.silence if outcome is not None else "") or server.completer.snoozed
    if silence:
        facts = Facts(silence)
    elif outcome is not None and outcome.closed:
        facts = Facts(outcome.closed)
    if outcome is not None:
        server.not_shown = outcome.not_shown
    found = health(facts, datetime.now().astimezone())
    if outcome is not None and outcome.problem and found.kind == "Normal" and not found.busy:
        server.status.set("Warning", f"The embedded engine answers: {outcome.problem}")
    elif server.unusable and found.kind == "Normal":
        server.status.set("Error", server.unusable)
    else:
        message = found.message or (server.note or server.not_shown if found.kind == "Normal" else "")
        server.status.set(found.kind, message, busy=found.busy, incident=found.incident)
