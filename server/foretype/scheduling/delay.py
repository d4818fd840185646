"""How long to wait after a key before a model is asked: as long as asking now would most likely be a waste.

There is no fixed debounce. Three things are learned from this session: the time from key to key, the endpoint's time
to its first token, and how often what the model wrote agreed with what was typed next. A stream that agrees survives
the next key, so the better the model knows this user, the less there is to wait for; a model that is mostly wrong is
asked when the user seems to pause.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final

LONGEST: Final = 0.3
"""Seconds. Whoever has not typed for so long is waiting for something."""

_GAPS_KEPT: Final = 40
_PAUSE: Final = 1.0
"""Seconds. A longer gap is thinking, not typing, and says nothing of the rhythm."""

_FIRST_GAP: Final = 0.18
"""Seconds from key to key before any is measured: the median of a large study of typists is 0.17 to 0.24
(Dhakal et al., "Observations on Typing from 136 Million Keystrokes", CHI 2018: 52 words a minute on average)."""

_FIRST_PAUSE: Final = 0.5
"""Seconds before the first key of a line, before any is measured."""

NOTICED: Final = 0.8
"""Seconds within which most people have noticed a wrong key and begun to take it back."""

HEAD_START: Final = 0.03
"""Seconds that the model has at least before something else is shown in its place."""

_TRAVEL: Final = 0.02
"""Seconds from the server to the screen."""

_EARLY_QUANTILE: Final = 0.2
_GAP_QUANTILE: Final = 0.6
_NEWEST_WEIGHT: Final = 0.15
_OPENERS: Final = frozenset("([{.=:,>\"'")


class Pace:
    """What one session has taught about waiting. Times are seconds of any one monotonic clock."""

    def __init__(self) -> None:
        self._gaps: deque[float] = deque([_FIRST_GAP], maxlen=_GAPS_KEPT)
        self._pauses: deque[float] = deque([_FIRST_PAUSE], maxlen=_GAPS_KEPT)
        self._at_line_start = False
        self._last_key: float | None = None
        self.trust = 0.75
        """Share of keys, of late, that agreed with what was suggested; 0 to 1."""
        self.first_token = 0.1
        """Seconds that the endpoint takes to its first token, of late."""

    def key(self, now: float) -> None:
        """A key changed a document."""
        if self._last_key is not None and now > self._last_key:
            gap = now - self._last_key
            if self._at_line_start:
                self._pauses.append(min(gap, _PAUSE))
            elif gap < _PAUSE:
                self._gaps.append(gap)
        self._last_key = now
        self._at_line_start = False

    def agreed(self, yes: bool) -> None:
        """A key was typed while something was suggested, and it was, or was not, the suggested one."""
        self.trust += _NEWEST_WEIGHT * (yes - self.trust)

    def answered(self, first_token: float) -> None:
        """The endpoint took so long to its first token."""
        self.first_token += _NEWEST_WEIGHT * (first_token - self.first_token)

    @property
    def gap(self) -> float:
        """The time within which the next key comes in most cases."""
        return _quantile(self._gaps, _GAP_QUANTILE)

    def until_next_key(self, typed: str) -> float:
        """Seconds within which the next key hardly comes; `typed` is the cursor's line before the cursor.

        People look up at the start of a line, so there it is longer.
        """
        self._at_line_start = not typed.strip()
        times = self._pauses if self._at_line_start else self._gaps
        return max(0.0, _quantile(times, _EARLY_QUANTILE) - _TRAVEL)

    def head_start(self, typed: str) -> float:
        """Seconds that the model has before something else is shown in its place: as it needs, before the next key."""
        return min(max(HEAD_START, self.first_token + HEAD_START), self.until_next_key(typed))

    def delay(self, typed: str, *, doubtful: bool = False) -> float:
        """Seconds to wait, `typed` being the cursor's line before the cursor.

        None at the start of a line and behind what opens something: there people look up. Otherwise as long as an
        answer would still come before the next key, or, of an endpoint that is too slow for that, until the user
        seems to pause; in the measure in which the model's text does not survive the next key. Where the last keys
        are `doubtful`, perhaps a typing error, a slow endpoint is asked once that would have been noticed; and any,
        where nothing but the editor's indentation stands on the line, and the text that is known begins elsewhere.
        """
        room = self.gap - self.first_token
        if doubtful and (room <= 0 or not typed.strip()):
            return NOTICED * self.trust
        if not typed.strip() or typed[-1] in _OPENERS:
            return 0.0
        return min(LONGEST, (1.0 - self.trust) * (room if room > 0 else self.gap))


def _quantile(times: Iterable[float], share: float) -> float:
    ordered = sorted(times)
    return ordered[int(share * (len(ordered) - 1))]
