"""Ends a streamed answer at the first stop string, and never shows half of one.

Servers take four stop strings at most, and some ignore them; so all of them are applied here as well.
"""

from __future__ import annotations

from collections.abc import Iterable

MAX_WIRE_STOPS = 4


class StopMatcher:
    """Feed pieces of text, get what is safe to show. Text that may be the start of a stop is held back.

    An answer may begin with any of `leads`, which are then dropped: some models repeat the end of their prompt first.
    """

    def __init__(self, stops: Iterable[str], leads: Iterable[str] = ()) -> None:
        self._stops = tuple(dict.fromkeys(stop for stop in stops if stop))
        self._leads = tuple(lead for lead in leads if lead)
        self._held = ""
        self._at_start = bool(self._leads)
        self.stopped = False

    def feed(self, text: str) -> str:
        """What can be shown now. After a stop was found `stopped` is true and nothing more comes."""
        if self.stopped:
            return ""
        if not self._stops and not self._at_start:
            return text
        text = self._held + text
        self._held = ""
        if self._at_start:
            text = self._without_leads(text)
            if any(lead.startswith(text) for lead in self._leads):
                self._held = text
                return ""
            self._at_start = False
        found = self._first(text)
        if found >= 0:
            self.stopped, self._held = True, ""
            return text[:found]
        keep = self._longest_start(text)
        self._held = text[len(text) - keep :]
        return text[: len(text) - keep]

    def finish(self) -> str:
        """What was held back and turned out to be no stop."""
        held, self._held = self._held, ""
        return self._without_whole_leads(held) if self._at_start else held

    def _without_leads(self, text: str) -> str:
        """The text without the leads that it begins with; the longest first, one may begin like another."""
        while True:
            found = max((lead for lead in self._leads if text.startswith(lead)), key=len, default="")
            # A longer one may still be on its way.
            if not found or any(longer != text and longer.startswith(text) for longer in self._leads):
                return text
            text = text.removeprefix(found)

    def _without_whole_leads(self, text: str) -> str:
        while found := max((lead for lead in self._leads if text.startswith(lead)), key=len, default=""):
            text = text.removeprefix(found)
        return text

    def _first(self, text: str) -> int:
        """Where the stop that is complete first begins, -1 without one.

        "Complete first", not "begins first": so the answer does not depend on how the text was cut in pieces.
        """
        ends = [(at + len(stop), at) for stop in self._stops if (at := text.find(stop)) >= 0]
        return min(ends)[1] if ends else -1

    def _longest_start(self, text: str) -> int:
        """The length of the longest end of `text` that could become a stop."""
        longest = max((len(stop) for stop in self._stops), default=1) - 1
        for size in range(min(longest, len(text)), 0, -1):
            if any(stop.startswith(text[-size:]) for stop in self._stops):
                return size
        return 0


def wire_stops(*groups: Iterable[str]) -> list[str]:
    """The first four different stops of all groups in order: what a server is told."""
    return list(dict.fromkeys(stop for group in groups for stop in group if stop))[:MAX_WIRE_STOPS]
