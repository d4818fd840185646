"""Renders a hole in a document for a model that was trained to fill it, or cuts it for a server that renders it."""

from __future__ import annotations

import re
from dataclasses import replace

from foretype.models.families import Family
from foretype.models.provider import FillPrompt, TextPrompt
from foretype.prompts.budget import fit
from foretype.prompts.room import TEMPLATE_TOKENS, too_small
from foretype.prompts.tokens import Counter

# Looking for special tokens in megabytes of text that the budget drops anyway would cost milliseconds.
_REACH = 10


def render_fim(fill: FillPrompt, family: Family, budget: int, counter: Counter) -> TextPrompt:
    """The prompt in the family's form, of at most `budget` tokens by the counter, its template included.

    The family's special tokens are taken out of the document's text: whoever wrote them there must not be
    able to end the prompt. A path that is too long for the budget is left out. Raises ConfigurationError if the
    budget does not even hold the template.
    """
    fill = _stripped(fill, family, budget)
    for path in (fill.path, ""):
        values = {"{path}": path, "{language}": fill.language_id, "{prefix}": "", "{suffix}": ""}
        left = budget - sum(counter.count(part) for part in _pieces(family.template, values))
        while left >= 0:
            window = fit(fill.prefix, fill.suffix, left, counter)
            text = "".join(_pieces(family.template, {**values, "{prefix}": window.prefix, "{suffix}": window.suffix}))
            over = counter.count(text) - budget
            if over <= 0:
                return TextPrompt(text, family.stop, family.tokens, family.leads)
            left -= over
    raise too_small(budget, f"the template of {family.name}")


def cut_fill(fill: FillPrompt, family: Family | None, budget: int, counter: Counter) -> FillPrompt:
    """The hole with at most `budget` tokens around it, for a server that builds the prompt itself.

    Special tokens are taken out as in `render_fim` where the family is known. Raises ConfigurationError as there.
    """
    if budget <= TEMPLATE_TOKENS:
        raise too_small(budget, "a prompt")
    if family is not None:
        fill = _stripped(fill, family, budget)
    window = fit(fill.prefix, fill.suffix, budget - TEMPLATE_TOKENS, counter)
    fill = replace(fill, prefix=window.prefix, suffix=window.suffix)
    return fill if family is None else replace(fill, marks=family.tokens, leads=family.leads)


def _stripped(fill: FillPrompt, family: Family, budget: int) -> FillPrompt:
    reach = max(budget, 1) * _REACH
    return replace(
        fill,
        prefix=family.strip(fill.prefix[-reach:]),
        suffix=family.strip(fill.suffix[:reach]),
        path=family.strip(fill.path),
        language_id=family.strip(fill.language_id),
    )


def _pieces(template: str, values: dict[str, str]) -> list[str]:
    """The template's parts in order. Not str.format or replace: a document may hold braces and `{suffix}`."""
    return [values.get(part, part) for part in re.split(r"(\{(?:path|language|prefix|suffix)\})", template)]
