"""How likely the line being typed needs each name that the snippets would bring: a small logistic model.

Names are judged, not files or chunks: a name is likelier the more collectors bring it, the better the places fit where
it stands, and the more what stands above it there resembles what stands above the cursor here. The weights were
learned from lines that commits in seven public repositories really added (`python -m benchmarks.context.fit` learns
them anew); on seven others, which had no part in it, they are measured (`python -m benchmarks.context`).
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from operator import mul
from typing import Final

from foretype.context.identifiers import identifiers, names_in
from foretype.context.scene import Scene
from foretype.context.snippet import Snippet
from foretype.context.terms import words_of

WEIGHTS: Final[dict[str, float]] = {
    "edit": 2.34,
    "edits": 0.64,
    "removed": 0.93,
    "open file": 0.29,
    "search": 1.57,
    "searches": -0.06,
    "outline": -0.16,
    "diagnostic": 2.3,
    "clipboard": 2.3,
    "of the line": 3.0,
    "definition": -0.22,
    "co-change": 0.40,
    "import": 1.10,
    "imports": 0.57,
    "files": 0.40,
    "beside": 0.25,
    "follows": 2.72,
    "follows one": 1.53,
    "precedes": 1.77,
    "neighbours": 0.18,
    "same start": -0.35,
    "words": 0.69,
    "all words": 0.26,
    "path": -0.06,
    "one word": -0.48,
    "capitals": -0.12,
    "capital": -0.23,
}
"""What each feature adds to the logarithm of the odds. Beside the origins, whose features are the greatest weight of a
snippet that holds the name: `edits`, `searches`, `imports` and `files` are logarithms of counts; `removed`: the user
took the name out of this document; `of the line`: it stands in the definition of a name on the cursor's own line;
`beside`: a file of the same folder has it; `follows` and `precedes`: the lines above and below it there resemble those
here; `neighbours`: names from around the cursor stand around it; the rest is about the name itself, its words, and
those of the document's path."""

BY_HAND: Final = frozenset({"diagnostic", "clipboard", "of the line"})
"""Features that the beginnings of lines that commits added tell nothing about: their weights are a guess."""

BIAS: Final = -8.68

FEATURES: Final = tuple(WEIGHTS)
_AT: Final = {name: at for at, name in enumerate(FEATURES)}

_LINES_ABOVE: Final = 3
_FADING: Final = (4 / 7, 2 / 7, 1 / 7)
"""What the likeness of the first, second and third line above counts for."""

_LEAST: Final = 1e-4
"""Likelihoods below are left out of a snippet's names: together they would not change a choice."""

_NOT_CODE: Final = frozenset({"definition", "outline", "import", "diagnostic", "clipboard"})
"""Where the lines of a snippet do not follow each other as they do in a file."""

_WORD: Final = re.compile(r"\w+")


def judged(scene: Scene, snippets: Sequence[Snippet]) -> list[Snippet]:
    """The snippets with the names that they would bring and how likely each is needed."""
    likely = likelihoods(features(scene, snippets))
    return [
        replace(one, expected=tuple((name, likely[name]) for name in sorted(names_in(one.text)) if name in likely))
        for one in snippets
    ]


def likelihoods(found: dict[str, list[float]]) -> dict[str, float]:
    """From features to likelihoods; what is as good as impossible is left out."""
    weights = tuple(WEIGHTS.values())
    judged = {name: 1 / (1 + math.exp(-BIAS - sum(map(mul, weights, values)))) for name, values in found.items()}
    return {name: value for name, value in judged.items() if value >= _LEAST}


def features(scene: Scene, snippets: Iterable[Snippet]) -> dict[str, list[float]]:
    """The features of each name that a snippet holds, in the order of `FEATURES`."""
    table = _Table(scene)
    for snippet in snippets:
        table.take(snippet)
    return table.finish()


class _Table:
    """Names and what is known of them so far: of most features the greatest value of all places counts."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._values: dict[str, list[float]] = defaultdict(lambda: [0.0] * len(FEATURES))
        self._files: dict[str, set[str]] = defaultdict(set)
        above = [line for line in scene.lines[max(0, scene.line - 12) : scene.line] if line.strip()]
        self._above = [_words(line) for line in reversed(above[-_LINES_ABOVE:])]
        below = [line for line in scene.lines[scene.line + 1 : scene.line + 10] if line.strip()]
        self._below = [_words(line) for line in below[:_LINES_ABOVE]]
        self._start = above[-1].split()[0] if above else ""
        self._looked: set[tuple[str, str]] = set()
        self._line = frozenset(_names(scene.lines[scene.line])) if scene.line < len(scene.lines) else frozenset()

    def take(self, snippet: Snippet) -> None:
        """Look at one snippet."""
        origin, beside = snippet.origin, self._scene.is_beside(snippet.path) and snippet.path != self._scene.path
        names = names_in(snippet.text)
        of_line = origin == "definition" and not names.isdisjoint(self._line)
        for name in names:
            values = self._values[name]
            if of_line:
                values[_AT["of the line"]] = 1.0
            self._files[name].add(snippet.path)
            if origin in _AT:
                values[_AT[origin]] = max(values[_AT[origin]], snippet.weight)
            if origin == "edit":
                values[_AT["edits"]] += 1
            elif origin == "search":
                values[_AT["searches"]] += snippet.weight
            elif origin == "import":
                values[_AT["imports"]] += 1
            if beside:
                values[_AT["beside"]] = 1.0
        if (snippet.path, snippet.text) not in self._looked and origin not in _NOT_CODE:
            self._looked.add((snippet.path, snippet.text))
            rows = [row[1:] if origin == "edit" else row for row in snippet.text.split("\n")]
            self._look([row for row in rows if row.strip()])

    def _look(self, rows: list[str]) -> None:
        """How each line of code there fits the place here."""
        near = self._scene.near
        known = [sum(near[name] for name in _names(row) if name in near) for row in rows]
        words = [_words(row) for row in rows]
        for at, row in enumerate(rows):
            names = _names(row)
            if not names:
                continue
            follows = _likeness(words[max(0, at - _LINES_ABOVE) : at][::-1], self._above)
            one = _alike(words[at - 1], self._above[0]) if at and self._above else 0.0
            precedes = _likeness(words[at + 1 : at + 1 + _LINES_ABOVE], self._below)
            around = sum(known[max(0, at - 2) : at + 3]) + known[at]
            same = 1.0 if row.split(None, 1)[0] == self._start else 0.0
            fits = (
                (_AT["follows"], follows),
                (_AT["follows one"], one),
                (_AT["precedes"], precedes),
                (_AT["neighbours"], math.log1p(around)),
                (_AT["same start"], same),
            )
            for name in names:
                values = self._values.get(name)
                if values is None:
                    continue
                for place, value in fits:
                    if value > values[place]:
                        values[place] = value

    def finish(self) -> dict[str, list[float]]:
        """All features of all names."""
        scene = self._scene
        near = {name.lower() for name in scene.near} | {word for name in scene.near for word in words_of(name)}
        path = {word.lower() for word in identifiers(scene.path.replace("_", " ").replace("/", " "))}
        removed = {
            name for edit in scene.edits if edit.path == scene.path for line in edit.removed for name in _names(line)
        }
        for name, values in self._values.items():
            for feature in ("edits", "searches", "imports"):
                values[_AT[feature]] = math.log1p(values[_AT[feature]])
            values[_AT["files"]] = math.log(len(self._files[name]))
            values[_AT["removed"]] = float(name in removed)
            _judge_form(name, values, near, path)
        return dict(self._values)


def _likeness(there: Sequence[frozenset[str]], here: Sequence[frozenset[str]]) -> float:
    """How much the words of lines resemble those at the cursor, the nearest first, from 0 to 1."""
    likeness: float = sum(map(mul, _FADING, map(_alike, there, here)))
    return likeness


def _alike(left: frozenset[str], right: frozenset[str]) -> float:
    both = len(left & right)
    return both / (len(left) + len(right) - both) if both else 0.0


def _judge_form(name: str, values: list[float], near: set[str], path: set[str]) -> None:
    """What the name itself says."""
    words = words_of(name) or (name.lower(),)
    share = sum(word in near for word in words) / len(words)
    values[_AT["words"]] = share
    values[_AT["all words"]] = float(share == 1)
    values[_AT["path"]] = float(any(word in path for word in words))
    values[_AT["one word"]] = float(name.islower() and "_" not in name)
    values[_AT["capitals"]] = float(name.isupper())
    values[_AT["capital"]] = float(name[0].isupper() and not name.isupper())


@lru_cache(8_192)
def _words(line: str) -> frozenset[str]:
    return frozenset(_WORD.findall(line))


@lru_cache(8_192)
def _names(line: str) -> tuple[str, ...]:
    return tuple(identifiers(line))
