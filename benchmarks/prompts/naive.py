"""Prompts as most engines write them: snippets chosen anew at every key, and as many lines as fit around the cursor.

The same candidates, the same selection, the same shares and the same form as Foretype's own; only nothing is kept from
one prompt to the next. `shuffled` also puts the snippets in random order, as one engine does (Continue, some of its).
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from foretype.context.identifiers import identifiers
from foretype.context.selection import select
from foretype.context.snippet import Snippet
from foretype.models.registry import Choice
from foretype.prompts.forms import Content, form_for, parts_of
from foretype.prompts.kept import NOTHING
from foretype.prompts.parts import Part
from foretype.prompts.pieces import longest_head, longest_tail
from foretype.prompts.place import Place
from foretype.prompts.slots import Slot
from foretype.prompts.tokens import Counter
from foretype.prompts.window import Window
from foretype.prompts.writer import NEAR, SNIPPETS_SHARE

SUFFIX_SHARE = 0.1


def sliding(
    place: Place, snippets: Sequence[Snippet], choice: Choice, budget: int, counter: Counter
) -> tuple[Part, ...]:
    """The parts of a prompt, in its order."""
    return _written(place, snippets, (choice, budget, counter), None)


def shuffled(
    place: Place, snippets: Sequence[Snippet], choice: Choice, budget: int, counter: Counter
) -> tuple[Part, ...]:
    """The same in random order."""
    return _written(place, snippets, (choice, budget, counter), random.Random())


def _written(
    place: Place, snippets: Sequence[Snippet], how: tuple[Choice, int, Counter], chance: random.Random | None
) -> tuple[Part, ...]:
    choice, budget, counter = how
    form = form_for(choice, place.path, place.language_id)
    empty = Window(NOTHING, "", "", 0, 0, complete=True)
    frame = form.cost(form.fill(Content((), empty)).prompt, counter.count)
    room = budget - frame
    near = "".join([*place.before[-NEAR - 1 :], *place.after[: NEAR + 1]])
    window = _window(place, int(room * (1 - SNIPPETS_SHARE)), budget, counter)
    shown = set(identifiers(window.prefix + window.suffix, place.language_id))
    chosen = select(
        snippets,
        shown,
        set(identifiers(near, place.language_id)),
        int(room * SNIPPETS_SHARE),
        lambda each: counter.count_lines(form.show(each)),
    )
    slots = [Slot(each, form.show(each), 0) for each in chosen]
    if chance is not None:
        chance.shuffle(slots)
    frame = form.cost(form.fill(Content(slots, empty)).prompt, counter.count)
    window = _window(place, budget - frame, budget, counter)
    return parts_of(form.fill(Content(slots, window)), window, counter)


def _window(place: Place, room: int, budget: int, counter: Counter) -> Window:
    suffix = longest_head(place.after, min(room, int(budget * SUFFIX_SHARE)), counter)
    prefix = longest_tail(place.before, room - suffix.tokens, counter)
    before = place.before[len(place.before) - prefix.lines :]
    return Window(
        NOTHING, "".join(before), "".join(place.after[: suffix.lines]), prefix.tokens, suffix.tokens, complete=False
    )
