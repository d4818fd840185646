"""Types the lines of a scene again, key by key, and takes a suggestion only where it is what the file says there.

Works on the editor's copy alone: the file on the disk is never written. Knows nothing of how it is drawn.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from foretype.cli.demo.editor import CANCELLED, Editor, Question
from foretype.cli.demo.rhythm import ENTER, TAB, Rhythm
from foretype.cli.demo.scene import LINE_END, Scene
from foretype.text.document import Change, Document
from foretype.text.lines import Lines

Hand = Literal["typed", "accepted", "indented"]

_SETTLING: Final = 1.5
"""Seconds that a viewer, and the server, get before the first key."""

_LONGEST_PROGRESS: Final = 20.0
"""Seconds to wait for what the server says it is busy with at the start, such as connecting to a model."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast to type. Without a rhythm there are no pauses, but each answer is waited for.

    `patience` is the most seconds to wait for one answer then; after `longest` seconds typing ends with the line.
    With a `model`, typing begins when the server has connected to it, or failed to.
    """

    rhythm: Rhythm | None = None
    patience: float = 30.0
    longest: float = float("inf")
    model: bool = False


@dataclass(slots=True)
class Tally:
    """What happened, in characters, suggestions and milliseconds from request to answer."""

    keys: int = 0
    by_hand: Counter[Hand] = field(default_factory=Counter)
    shown: int = 0
    right: int = 0
    in_part: int = 0
    asked: int = 0
    cancelled: int = 0
    milliseconds: list[float] = field(default_factory=list)

    @property
    def characters(self) -> int:
        """All that is there again."""
        return self.by_hand.total()

    @property
    def share(self) -> float:
        """The part of all characters that was offered right and accepted, 0 to 1."""
        return self.by_hand["accepted"] / self.characters if self.characters else 0.0


@dataclass(frozen=True, slots=True)
class Agreement:
    """How much of what follows a suggestion has right: so many characters, and whether that is all of it."""

    length: int
    whole: bool


class Typist:
    """One person at one scene. `changed` is called whenever there is something new to see."""

    def __init__(self, editor: Editor, scene: Scene, pace: Pace) -> None:
        self.scene = scene
        self.tally = Tally()
        self.done = 0
        self.ghost = ""
        self.key = ""
        self.hands: list[Hand] = []
        self.stopped = False
        self.changed: Callable[[], None] = lambda: None
        self.accepted: Callable[[int, str], None] = lambda start, text: None
        self._editor = editor
        self._pace = pace
        self._uri = scene.source.path.as_uri()
        self._document = Document(self._uri, scene.source.language, None, Lines(scene.head + scene.tail))
        self._question: Question | None = None

    @property
    def rest(self) -> str:
        """What is still to be typed."""
        return self.scene.removed[self.done :]

    @property
    def text(self) -> str:
        """The document as all edits have left it, made by the same rules as the server's."""
        return self._document.text

    async def play(self) -> None:
        """Type everything, or until the time is up. Raises ServerGone when the server ends."""
        self._editor.open(self._uri, self.scene.source.language, self.text)
        await self._settle()
        started = asyncio.get_running_loop().time()
        self._put("indented", self.scene.indentation(0))
        while self.rest and not self.stopped:
            self._ask()
            if await self._take_suggestion():
                continue
            self._press()
            late = asyncio.get_running_loop().time() - started > self._pace.longest
            self.stopped = late and self.key == ENTER
        if self._question is not None:
            self._editor.cancel(self._question)
        self.ghost = ""
        self.changed()

    async def _settle(self) -> None:
        """Let the server begin, and finish what it says it is busy with."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        self.changed()
        await asyncio.sleep(_SETTLING if self._pace.rhythm else _SETTLING / 5)
        heard = self._editor.heard
        while heard.busy or (self._pace.model and not heard.ever_busy):
            if loop.time() - started > _LONGEST_PROGRESS:
                break
            await asyncio.sleep(0.05)

    # The hands

    def _press(self) -> None:
        """Press the next key. An editor indents the new line by itself."""
        end = LINE_END.match(self.rest)
        if end is None:
            self.key = self.rest[0]
            self._follow_ghost(self.key)
            self._put("typed", 1)
        else:
            self.key = ENTER
            self._follow_ghost("\n")
            length = end.end()
            indent = self.scene.indentation(self.done + length)
            self._put("typed", length, "indented", indent)
        self.tally.keys += 1
        self.changed()

    def _follow_ghost(self, key: str) -> None:
        """Typing what is suggested leaves the rest of it standing, as in editors; anything else removes it."""
        self.ghost = self.ghost[len(key) :] if self.ghost.startswith(key) else ""

    def _accept(self, agreement: Agreement, command: dict[str, Any] | None) -> None:
        """Press Tab, or the key that takes a suggestion line by line where only its first lines are right."""
        start = self.done
        self.key = TAB
        self.ghost = ""
        self._put("accepted", agreement.length)
        self.tally.keys += 1
        if command and agreement.whole:
            self._editor.run(command)
        self.accepted(start, self.scene.removed[start : self.done])
        self.changed()

    def _put(self, hand: Hand, length: int, then: Hand = "indented", more: int = 0) -> None:
        """Put the next characters in, as one edit: `length` by one hand and `more` by another."""
        if not length:
            return
        place = self.scene.place_utf16(self.done)
        text = self.rest[: length + more]
        for whose, count in ((hand, length), (then, more)):
            self.hands += [whose] * count
            self.tally.by_hand[whose] += count
        self.done += length + more
        self._document = self._document.apply([Change(place, place, text)], None, "utf-16")
        self._editor.insert(self._uri, place, text)

    # The eyes

    def _ask(self) -> None:
        """Ask anew after every edit; nobody wants the older answer any more."""
        older = self._question
        if older is not None and not older.future.done():
            self._editor.cancel(older)
            self.tally.cancelled += 1
        self._question = self._editor.ask(self._uri, self.scene.place_utf16(self.done))
        self.tally.asked += 1

    async def _take_suggestion(self) -> bool:
        """Wait as long as the hands rest; whether a suggestion came and was taken."""
        question, rhythm = self._question, self._pace.rhythm
        if question is None:
            return False
        loop = asyncio.get_running_loop()
        until = loop.time() + (rhythm.after(self.key) if rhythm else self._pace.patience)
        await asyncio.wait([question.future], timeout=until - loop.time())
        if question.future.done():
            item = self._read_answer(question)
            agreement = self._show(item) if item else None
            self.changed()
            if item and agreement and agreement.length:
                if rhythm:
                    await asyncio.sleep(rhythm.reading(self.ghost))
                self._accept(agreement, item.get("command"))
                return True
        if rhythm:
            await asyncio.sleep(max(0.0, until - loop.time()))
        return False

    def _read_answer(self, question: Question) -> dict[str, Any] | None:
        """The first item of an answer. `null` leaves what is shown, as in editors; an empty list removes it."""
        response = question.future.result()
        if "error" in response:
            if response["error"].get("code") != CANCELLED:
                self._editor.heard.complaints.append(str(response["error"].get("message", "")))
            return None
        self.tally.milliseconds.append(question.milliseconds)
        result = response.get("result")
        if result is None:
            return None
        items: list[dict[str, Any]] = result["items"] if isinstance(result, dict) else result
        if not items:
            self.ghost = ""
            return None
        return items[0]

    def _show(self, item: dict[str, Any]) -> Agreement:
        """Show a suggestion, and see how much of it is what the file says."""
        text = str(item["insertText"])
        line, column = self.scene.place_utf16(self.done)
        here = {"line": line, "character": column}
        fits_here = item.get("range", {"start": here, "end": here}) == {"start": here, "end": here}
        agreement = agreement_of(text, self.rest) if fits_here else Agreement(0, False)
        if text != self.ghost:
            self.tally.shown += 1
            self.tally.right += agreement.whole
            self.tally.in_part += bool(agreement.length) and not agreement.whole
        self.ghost = text
        return agreement


def agreement_of(text: str, rest: str) -> Agreement:
    """How much of a suggestion is what follows: all of it, or so many whole lines. Any line end equals any other."""
    at = whole_lines = 0
    for number, line in enumerate(LINE_END.split(text)):
        if number:
            end = LINE_END.match(rest, at)
            if end is None:
                return Agreement(whole_lines, False)
            at = end.end()
        if not rest.startswith(line, at):
            return Agreement(whole_lines, False)
        at += len(line)
        if at == len(rest) or LINE_END.match(rest, at):
            whole_lines = at
    return Agreement(at, bool(text))
