"""Foretype itself: its own index, collectors, judgement of names, selection, writer of prompts; nothing re-stated."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.context.indexed import scene_of
from benchmarks.context.shape import Prompt, counter
from benchmarks.context.view import View
from foretype.context.collecting import COLLECTORS, Collector, Gathering
from foretype.context.snippet import Snippet
from foretype.models.families import QWEN
from foretype.models.provider import FillPrompt, TextPrompt
from foretype.models.registry import Choice
from foretype.prompts.place import Place
from foretype.prompts.writer import PromptWriter

_CHOICE = Choice("fim", QWEN, "the form of a family that takes several files")
_REACH = 100_000


def ours(view: View, budget: int) -> Prompt:
    """With all collectors."""
    return written(view, candidates(view, "ours", COLLECTORS), budget)


def without(name: str) -> Callable[[View, int], Prompt]:
    """With all collectors but one."""

    def method(view: View, budget: int) -> Prompt:
        left = [one for one in COLLECTORS if one.__name__ != name]
        return written(view, candidates(view, f"without {name}", left), budget)

    return method


def candidates(view: View, key: str, collectors: list[Collector] | tuple[Collector, ...]) -> list[Snippet]:
    """What the collectors offer, gathered once for all budgets."""
    scene = view.recall("scene", lambda: scene_of(view))

    def gathered(collector: Collector) -> Collector:
        """A collector that offers what it has offered before at this moment."""
        return lambda _: view.recall(f"collector {collector.__name__}", lambda: list(collector(scene)))

    return view.recall(key, lambda: Gathering(scene, [gathered(one) for one in collectors]).all())


def written(view: View, snippets: list[Snippet], budget: int) -> Prompt:
    """The prompt that would be sent, its special tokens included."""
    moment = view.moment
    fill = FillPrompt(moment.before[-_REACH:], moment.after[:_REACH], moment.path, moment.language_id)
    prompt = PromptWriter(counter()).write(Place.of(fill), snippets, _CHOICE, budget).prompt
    text = prompt.text if isinstance(prompt, TextPrompt) else str(prompt)
    return Prompt(text, "", path="", whole=text)
