"""Tabby's fixed shape: 20 lines on either side and 768 characters of snippets, whatever the budget."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from benchmarks.context.shape import Prompt, fitted, lines_around
from benchmarks.context.store import terms_of
from benchmarks.context.view import View
from foretype.context.identifiers import identifiers

_ALL, _ONE = 768, 500


def tabby(view: View, budget: int) -> Prompt:
    """Declarations of names above the cursor (at most five), search in what was changed, what was looked at."""
    prompt = lines_around(view.moment, 20, 20)
    room = _ALL
    for path, text in view.recall("tabby", lambda: list(_snippets(view))):
        if len(text) <= room:
            prompt.snippets.append((path, text))
            room -= len(text)
    return fitted(prompt, budget)


def _snippets(view: View) -> Iterator[tuple[str, str]]:
    near = identifiers("\n".join(view.moment.before.split("\n")[-20:]), view.moment.language_id)
    found = 0
    for name in dict.fromkeys(reversed(near)):
        for path, text in view.defined(name):
            if found < 5:
                found += 1
                yield path, text[:_ONE]
    yield from _changed(view, Counter(terms_of("\n".join(view.moment.before.split("\n")[-20:]))))
    for path, text in list(view.open_files())[:5]:
        yield path, text[:_ONE]


def _changed(view: View, wanted: Counter[str]) -> Iterator[tuple[str, str]]:
    """The three best pieces of 500 characters around the edits of other files."""
    pieces = []
    for edit in view.moment.edits():
        if edit.path != view.moment.path and edit.path in view.world.disk:
            rows = view.text(edit.path).split("\n")
            text = "\n".join(rows[max(0, edit.start - 20) : edit.end + 20])
            pieces += [(edit.path, text[at : at + _ONE]) for at in range(0, len(text), _ONE)]
    scored = [(sum(wanted[term] for term in set(terms_of(text))), path, text) for path, text in pieces[:100]]
    for score, path, text in sorted(scored, reverse=True)[:3]:
        if score:
            yield path, text
