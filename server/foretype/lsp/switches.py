"""What the user switches for a while without touching settings: a snooze, and languages on and off.

Both are of this session, one window of an editor: another window may be another task, and a keystroke asks no file
whether somebody somewhere wants quiet. Neither outlives the session.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from foretype.lsp.request_error import INVALID_PARAMS, RequestError
from foretype.lsp.usage import tell_health

if TYPE_CHECKING:
    from foretype.lsp.server import Server
    from foretype.settings.model import Settings

SNOOZE: Final = "foretype.snooze"
RESUME: Final = "foretype.resume"
TOGGLE_LANGUAGE: Final = "foretype.toggleLanguage"

DEFAULT_MINUTES: Final = 5
LONGEST: Final = 24 * 60
"""Minutes."""

LOOKS: Final = 30.0
"""Seconds. Timers stand still while a machine sleeps, so the calendar is looked at this often."""


class Switches:
    """One session's."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._languages: dict[str, bool] = {}
        self._waking: asyncio.TimerHandle | None = None

    def commands(self) -> dict[str, Callable[[list[Any]], Any]]:
        """The commands by name; each takes the client's arguments."""
        return {SNOOZE: self._snooze, RESUME: self._resume, TOGGLE_LANGUAGE: self._toggle}

    def over(self, settings: Settings) -> Settings:
        """The settings with what is switched in this session."""
        return replace(settings, enable={**settings.enable, **self._languages}) if self._languages else settings

    def stop(self) -> None:
        """The session ends."""
        if self._waking is not None:
            self._waking.cancel()

    def _snooze(self, arguments: list[Any]) -> dict[str, Any]:
        """No suggestions of their own accord for so many minutes; by hand they come."""
        minutes = arguments[0] if arguments else DEFAULT_MINUTES
        if not isinstance(minutes, (int, float)) or isinstance(minutes, bool) or not 0 < minutes <= LONGEST:
            raise RequestError(INVALID_PARAMS, f"Snooze for more than 0 and at most {LONGEST} minutes.")
        self.stop()
        until = datetime.now().astimezone() + timedelta(minutes=minutes)
        self._look(asyncio.get_running_loop().time() + minutes * 60, until)
        self._server.completer.stop()
        self._server.completer.snoozed = f"Snoozed until {until:%H:%M}."
        self._server.status.set("Inactive", self._server.completer.snoozed)
        return {"minutes": minutes, "until": f"{until:%H:%M}"}

    def _look(self, end: float, until: datetime) -> None:
        """Whether the snooze is over: when either clock says so."""
        loop = asyncio.get_running_loop()
        left = min(end - loop.time(), (until - datetime.now().astimezone()).total_seconds())
        if left <= 0:
            self._resume([])
        else:
            self._waking = loop.call_later(min(left, LOOKS), self._look, end, until)

    def _resume(self, _: list[Any]) -> bool:
        """End the snooze; False where there was none."""
        self.stop()
        snoozed, self._server.completer.snoozed = self._server.completer.snoozed, ""
        if snoozed:
            self._tell()
        return bool(snoozed)

    def _toggle(self, arguments: list[Any]) -> dict[str, Any]:
        """Switch a language on or off until the session ends."""
        language = arguments[0] if arguments else None
        if not isinstance(language, str) or not language:
            raise RequestError(INVALID_PARAMS, f"{TOGGLE_LANGUAGE} takes the language's identifier.")
        enabled = self._languages[language] = not self._server.settings.enabled(language)
        self._server.settings = self._server.completer.settings = self.over(self._server.settings)
        self._server.completer.stop()
        self._tell()
        if not enabled:
            self._server.status.set("Inactive", f"Suggestions are switched off for {language}.")
        return {"language": language, "enabled": enabled}

    def _tell(self) -> None:
        """Let the status be that of the endpoint again; the next request says whether its document gets anything."""
        from foretype.features.suggestion import Outcome

        tell_health(self._server, self._server.governor, Outcome())
