"""What the simulated person does next: type, take back, break the line, or take the suggestion that shows.

Decides from what stands on the page and on the screen; knows nothing of servers. Lines are indented as editors do it:
a new line begins below the one before, one level deeper after an opener; the person corrects the rest.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Final, Literal

from .page import Edit, Page
from .tempo import Tempo

REACTION: Final = (0.350, 0.30)
"""Seconds from a suggestion's appearance until its reader has decided: median, and sigma of the logarithm. 250 ms are a
simple reaction; reading comes on top."""

WORTH: Final = 8
"""Characters that a suggestion must save."""

ACCEPTS: Final = 0.3
"""Share of the lines in which a right suggestion is taken. Studies of assistants in use report that 22 to 34% of the
suggestions shown are (arXiv 2305.12050)."""

_OPENERS: Final = (":", "{", "(", "[")
_NEAR: Final = 4000


NOTHING: Final = Edit("")


@dataclass(frozen=True, slots=True)
class Press:
    """One key: what it does to the page; "accept" takes the suggestion on the screen."""

    kind: Literal["text", "enter", "backspace", "accept"]
    edit: Edit = NOTHING


class Person:
    """Types pages. `accepts` is the share of lines in which a right suggestion is taken."""

    def __init__(self, seed: str, accepts: float = ACCEPTS) -> None:
        self._tempo = Tempo(f"{seed} hands")
        self._random = random.Random(f"{seed} eyes")
        self._accepts = accepts
        self._unnoticed = 0
        self._last = ""
        self._considered: tuple[str, int] | None = None
        self._ready: float | None = None
        self.chances = 0
        """Lines on which a right suggestion was there that is worth taking."""

    def pause(self, page: Page) -> float:
        """Seconds until the next key."""
        press = self._typing(page, slips=False)
        key = "backspace" if press.kind == "backspace" else press.edit.text[:1]
        return self._tempo.pause(self._last or page.before_caret[-1:] or "\n", key)

    def press(self, page: Page, visible: str, since: float) -> Press:
        """The next key, with a suggestion on the screen since so many seconds (or "")."""
        if self._takes(page, visible, since):
            self._ready = None
            self._last = "\n"
            return Press("accept")
        press = self._typing(page, slips=True)
        self._last = "backspace" if press.kind == "backspace" else press.edit.text[-1:].strip(" \t") or " "
        if press.kind == "enter":
            self._last = "\n"
        return press

    def _takes(self, page: Page, visible: str, since: float) -> bool:
        """Decides once a line whether a suggestion is taken there, as soon as a right one could be read."""
        rest = page.target[len(page.typed) :]
        if not page.agrees or len(visible.strip()) < WORTH or not rest.startswith(visible.rstrip()):
            return False
        place = (page.uri, page.line)
        if self._considered != place:
            self._considered = place
            self.chances += 1
            takes = self._random.random() < self._accepts
            self._ready = self._random.lognormvariate(math.log(REACTION[0]), REACTION[1]) if takes else None
        return self._ready is not None and since >= self._ready

    def _typing(self, page: Page, *, slips: bool) -> Press:
        if wrong := page.wrong:
            aligned = len(page.typed) < len(page.target) and page.target[len(page.typed)].isalnum()
            if self._unnoticed > 0 and aligned:
                self._unnoticed -= slips
                return Press("text", Edit(page.target[len(page.typed)]))
            self._unnoticed = 0
            return Press("backspace", Edit("", _level(page, wrong)))
        key = page.target[len(page.typed)]
        if key == "\n":
            return Press("enter", Edit("\n" + indentation(page)))
        if key in " \t" and not page.before_caret.strip(" \t"):
            rest = page.target[len(page.typed) :]
            return Press("text", Edit(rest[: len(rest) - len(rest.lstrip(" \t"))]))  # one Tab
        if slips and (slip := self._tempo.slip(key)):
            self._unnoticed = slip[1] - 1
            return Press("text", Edit(slip[0]))
        return Press("text", Edit(key))


def indentation(page: Page) -> str:
    """What an editor puts at the beginning of the line that is broken off at the caret."""
    if page.target[len(page.typed) + 1 : len(page.typed) + 2] in ("\n", ""):
        return ""  # editors take the indentation of a line that stays empty out again
    near = page.head[-_NEAR:] + page.typed
    above = next((line for line in reversed(near.splitlines()) if line.strip()), "")
    margin = above[: len(above) - len(above.lstrip(" \t"))]
    return margin + unit(page) if above.rstrip().endswith(_OPENERS) else margin


def unit(page: Page) -> str:
    """One level of indentation in this file."""
    lines = (page.target + page.tail[:_NEAR]).splitlines()
    if any(line.startswith("\t") for line in lines):
        return "\t"
    widths = [len(line) - len(line.lstrip(" ")) for line in lines if line.startswith("  ")]
    return " " * min(4, min(widths, default=4))


def _level(page: Page, wrong: int) -> int:
    """How much one Backspace takes back: a level of indentation at a line's start, else a character."""
    if page.before_caret.strip(" \t"):
        return 1
    return min(wrong, len(unit(page)), len(page.before_caret)) or 1
