"""Writes the prompts of one endpoint, one after another: chooses among snippets, orders, cuts, and puts together.

It remembers what the last prompt of each document showed, so that the next begins alike. Synchronous, no I/O, a few
milliseconds: it runs at the keystroke, on the event loop.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Final

from foretype.context.identifiers import identifiers, names_in
from foretype.context.selection import select
from foretype.context.snippet import Snippet
from foretype.models.families import Family
from foretype.models.provider import Prompt
from foretype.models.registry import Choice
from foretype.prompts.forms import Content, Form, form_for, parts_of
from foretype.prompts.kept import NOTHING
from foretype.prompts.parts import Rendered
from foretype.prompts.place import Place
from foretype.prompts.room import too_small
from foretype.prompts.running import RunningCount
from foretype.prompts.slots import Slot, Slots, is_volatile
from foretype.prompts.tokens import Counter
from foretype.prompts.trimming import trimmed
from foretype.prompts.window import SLACK, Frame, Window, WindowMemory, window_at

SNIPPETS_SHARE: Final = 0.5
"""Of the budget, what other places get beside a document that needs all the rest."""

LONGEST_SNIPPET: Final = 0.5
"""Of the snippets' room, the most that one may take while others are there."""

STICKY: Final = 0.6
"""What a snippet that has a slot costs in the choice, by what it really does: a change must be worth its price."""

SHORTEST_CUT: Final = 64
"""Tokens. In small rooms a snippet may be so long all the same."""

MOST_COSTS: Final = 4_000
PATIENCE: Final = 24
"""Prompts within one line for which a choice stands, whatever is found meanwhile: any other choice makes the server
read anew all that follows."""

NEAR: Final = 12
"""Lines above and below the cursor in which names count as near."""

RETRIES: Final = 2
"""How often a prompt is filled anew because the whole had fewer tokens than its pieces."""

_DOCUMENTS: Final = 16
_EMPTY: Final = Window(NOTHING, "", "", 0, 0, complete=True)


@dataclass(slots=True)
class _Memory:
    """What the last prompt of a document showed, and what its snippets were chosen by."""

    window: WindowMemory = field(default_factory=WindowMemory)
    slots: Slots = field(default_factory=Slots)
    line: int | None = None
    offered: object = None
    age: int = 0
    """Prompts since the snippets were chosen, at `line`, among those `offered`."""

    frame: tuple[Form, Sequence[Slot], int] | None = None
    costs: dict[object, int] = field(default_factory=dict)
    texts: list[RunningCount] = field(default_factory=list)
    gain: int = 0
    """By how much the counts of pieces add up to more than the whole; below 0 to less."""


@dataclass(frozen=True, slots=True)
class _Task:
    """One prompt to be written."""

    place: Place
    form: Form
    budget: int
    memory: _Memory


class PromptWriter:
    """All prompts of one endpoint for ghost text. `snippets_share` is that of the budget which other places get."""

    def __init__(self, counter: Counter, snippets_share: float = SNIPPETS_SHARE) -> None:
        self._counter = counter
        self._share = snippets_share
        self._memories: OrderedDict[object, _Memory] = OrderedDict()

    def write(self, place: Place, candidates: Sequence[Snippet], choice: Choice, budget: int) -> Rendered[Prompt]:
        """The prompt, of at most `budget` tokens. Raises ConfigurationError where that does not hold its frame."""
        memory = self._memory((place.document, choice.mode, choice.family and choice.family.name))
        task = self._task(place, choice, budget, memory)
        self._choose(task, candidates)
        retries = RETRIES
        while True:
            slots = memory.slots.shown
            room = budget + memory.gain - self._frame_now(task, slots)
            if room < 0 and slots:
                memory.slots.cut_to(memory.slots.tokens + room)
                continue
            window = window_at(task.place, self._for_window(task, room, memory.window))
            filled = task.form.fill(Content(slots, window))
            tokens = self._whole(task, filled.prompt)
            left = budget - tokens
            # What the window itself could not use is no error of counting.
            error = left - (room - window.tokens)
            if left >= 0 and (window.complete or not retries or error <= SLACK * budget / 4):
                return Rendered(filled.prompt, parts_of(filled, window, self._counter), tokens, window.complete)
            retries -= left >= 0
            memory.gain += error * 3 // 4 if left >= 0 else left

    def warm(self, snippets: Iterable[Snippet], choice: Choice, language_id: str) -> None:
        """Read and count new snippets, so that the choice among them does not have to. For a thread."""
        form = form_for(choice, "", language_id)
        for snippet in snippets:
            self._counter.count_lines(form.show(snippet))
            names_in(snippet.text)

    def forget(self, document: str) -> None:
        """The document is closed, or may not be shown as before."""
        for key in [key for key in self._memories if isinstance(key, tuple) and key[0] == document]:
            del self._memories[key]

    def _memory(self, key: object) -> _Memory:
        memory = self._memories.setdefault(key, _Memory())
        self._memories.move_to_end(key)
        while len(self._memories) > _DOCUMENTS:
            self._memories.popitem(last=False)
        return memory

    def _task(self, place: Place, choice: Choice, budget: int, memory: _Memory) -> _Task:
        """The form that the budget holds: without the path where that is too long."""
        for path in dict.fromkeys((place.path, "")):
            form = form_for(choice, path, place.language_id)
            clean = replace(place, path=path).without(form.marks)
            form = form_for(choice, clean.path, clean.language_id)
            if self._frame(form, ()) <= (budget if not path else budget // 2):
                return _Task(clean, form, budget, memory)
        raise too_small(budget, _frame_name(choice.mode, choice.family))

    def _frame(self, form: Form, slots: Sequence[Slot]) -> int:
        """The tokens of a prompt that shows nothing of the document, nearly: the whole is counted at the end."""
        return form.cost(form.fill(Content(slots, _EMPTY)).prompt, self._counter.count_lines)

    def _frame_now(self, task: _Task, slots: Sequence[Slot]) -> int:
        """The same, remembered while neither form nor snippets change: it is a good part of the prompt."""
        known = task.memory.frame
        if known is not None and known[1] is slots and known[0] == task.form:
            return known[2]
        tokens = self._frame(task.form, slots)
        if self._counter.exact:
            task.memory.frame = (task.form, slots, tokens)
        return tokens

    def _whole(self, task: _Task, prompt: Prompt) -> int:
        """The tokens of the whole prompt; each of its texts is nearly that of the last one."""
        if not self._counter.adds_up:
            return task.form.cost(prompt, self._counter.count)
        texts, number = task.memory.texts, count()

        def tokens(text: str) -> int:
            at = next(number)
            if at == len(texts):
                texts.append(RunningCount())
            return texts[at].of(text, self._counter)

        return task.form.cost(prompt, tokens)

    def _for_window(self, task: _Task, room: int, memory: WindowMemory) -> Frame:
        return Frame(room, task.budget, self._counter, task.form.suffix_first, memory)

    # Snippets

    def _choose(self, task: _Task, candidates: Sequence[Snippet]) -> None:
        """Choose anew at every line; within a line only once in a while, and only among what does not change."""
        memory, line = task.memory, task.place.line
        if not candidates:
            memory.slots.clear()
            memory.line = None
            return
        memory.age += 1
        offered = (task.budget, tuple((each.key, hash(each.text)) for each in candidates if not is_volatile(each)))
        if memory.line == line:
            if offered == memory.offered or memory.age < PATIENCE:
                return
            volatile = [slot.snippet for slot in memory.slots.shown if slot.volatile]
            candidates = [*(each for each in candidates if not is_volatile(each)), *volatile]
        memory.line, memory.offered, memory.age = line, offered, 0
        self._costs(task).forget_beyond(MOST_COSTS)
        total = task.budget - self._frame(task.form, (Slot(candidates[0], "", 0),))
        window = window_at(task.place, self._for_window(task, int(total * (1 - self._share)), replace(memory.window)))
        room = int(total * self._share)
        if window.complete:  # what the document does not need
            step = max(1, int(SLACK * task.budget / 2))
            room = max(room, (total - window.tokens) // step * step)
        chosen = self._chosen(task, _elsewhere(candidates, task.place, window), window, room)
        memory.slots.take(chosen, room)

    def _chosen(self, task: _Task, offered: Sequence[Snippet], window: Window, room: int) -> list[Slot]:
        """The snippets that this place wants most, each as it will be shown, best first."""
        place, cost = task.place, self._costs(task)
        most = max(int(room * LONGEST_SNIPPET), min(room, SHORTEST_CUT))
        offers = [offer for each in offered if (offer := _offer(each, most, cost, task.memory.slots)) is not None]
        visible = set(identifiers(window.kept.text + window.prefix + window.suffix, place.language_id))
        near = set(identifiers("".join([*place.before[-NEAR - 1 :], *place.after[: NEAR + 1]]), place.language_id))
        held = {id(offer.snippet) for offer in offers if offer.held}
        best = select(
            [offer.snippet for offer in offers],
            visible,
            near,
            room,
            lambda each: int(cost(each) * (STICKY if id(each) in held else 1)),
        )
        sources = {id(offer.snippet): offer.source for offer in offers}
        slots, left = _within(best, room, cost, sources)
        if left > SLACK * task.budget:
            # What was too long as a whole fills the rest of the room with its beginning.
            visible.update(*(names_in(slot.snippet.text) for slot in slots))
            taken = {slot.snippet.key for slot in slots}
            rest = [each for each in offered if each.key not in taken]
            more = [offer for each in rest if (offer := _offer(each, left, cost, Slots())) is not None]
            sources = {id(offer.snippet): offer.source for offer in more}
            slots += _within(select([each.snippet for each in more], visible, near, left, cost), left, cost, sources)[0]
        return [replace(slot, shown=task.form.show(slot.snippet)) for slot in slots]

    def _costs(self, task: _Task) -> _Costs:
        return _Costs(task.form, self._counter, task.memory.costs)


class _Costs:
    """What a snippet costs in a form; remembered, since the same ones are offered at every line."""

    def __init__(self, form: Form, counter: Counter, known: dict[object, int]) -> None:
        self._form, self._counter, self._known = form, counter, known

    def __call__(self, snippet: Snippet) -> int:
        key = (snippet.key, snippet.text)
        tokens = self._known.get(key)
        if tokens is None:
            tokens = self._counter.count_lines(self._form.show(snippet))
            if self._counter.exact:  # an estimate gets better
                self._known[key] = tokens
        return tokens

    def forget_beyond(self, most: int) -> None:
        """Keep the memory small."""
        if len(self._known) > most:
            self._known.clear()


@dataclass(frozen=True, slots=True)
class _Offer:
    """A candidate as it would be shown: cut if it is too long, or as it is shown already (`held`)."""

    snippet: Snippet
    source: int
    held: bool


def _offer(snippet: Snippet, most: int, cost: _Costs, slots: Slots) -> _Offer | None:
    source, slot = hash(snippet.text), slots.held(snippet)
    if slot is not None and slot.tokens <= most:
        return _Offer(replace(snippet, text=slot.snippet.text), source, held=True)
    short = trimmed(snippet, most, cost)
    return _Offer(short, source, held=False) if short is not None else None


def _within(snippets: Sequence[Snippet], room: int, cost: _Costs, sources: Mapping[int, int]) -> tuple[list[Slot], int]:
    """Slots for the snippets that fit, in their order, and the room that is left."""
    slots = []
    for snippet in snippets:
        if (tokens := cost(snippet)) <= room:
            slots.append(Slot(snippet, "", tokens, sources[id(snippet)]))
            room -= tokens
    return slots, room


def _elsewhere(candidates: Sequence[Snippet], place: Place, window: Window) -> list[Snippet]:
    """The candidates without lines of the document that the window shows anyway; text about it stays."""
    first = place.line - window.prefix.count("\n")
    last = place.line + window.suffix.count("\n")
    return [each for each in candidates if each.path != place.path or not _shares_lines(each, first, last)]


def _shares_lines(snippet: Snippet, first: int, last: int) -> bool:
    return snippet.start < snippet.end and snippet.start <= last and first < snippet.end


def _frame_name(mode: str, family: Family | None) -> str:
    if mode == "chat":
        return "the instructions for a chat model"
    return f"the template of {family.name}" if family is not None else "a prompt"
