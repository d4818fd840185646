"""Renders a hole in a document for a model that was trained to fill in the middle."""

from __future__ import annotations

import re

from foretype.models.families import Family
from foretype.models.provider import FillPrompt, TextPrompt
from foretype.prompts.budget import fit
from foretype.prompts.tokens import Counter

# Looking for special tokens in megabytes of text that the budget drops anyway would cost milliseconds.
_REACH = 10


def render_fim(fill: FillPrompt, family: Family, budget: int, counter: Counter) -> TextPrompt:
    """The prompt in the family's form, of at most `budget` tokens by the counter, its template included.

    The family's special tokens are taken out of the document's text: whoever wrote them there must not be
    able to end the prompt. Raises ValueError if the budget does not even hold the template.
    """
    reach = max(budget, 1) * _REACH
    prefix, suffix = family.strip(fill.prefix[-reach:]), family.strip(fill.suffix[:reach])
    path = family.strip(fill.path)
    left = budget - sum(counter.count(part) for part in _pieces(family.template, path, "", ""))
    while left >= 0:
        window = fit(prefix, suffix, left, counter)
        text = "".join(_pieces(family.template, path, window.prefix, window.suffix))
        over = counter.count(text) - budget
        if over <= 0:
            return TextPrompt(text, family.stop)
        left -= over
    raise ValueError(f"{budget} tokens do not hold the template of {family.name}")


def _pieces(template: str, path: str, prefix: str, suffix: str) -> list[str]:
    """The template's parts in order. Not str.format or replace: a document may hold braces and `{suffix}`."""
    values = {"{path}": path, "{prefix}": prefix, "{suffix}": suffix}
    return [values.get(part, part) for part in re.split(r"(\{path\}|\{prefix\}|\{suffix\})", template)]
