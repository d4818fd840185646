"""Secrets while they are typed: what stands before the cursor may be the beginning of one long before it looks so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from foretype.context.secrets.formats import begun
from foretype.context.secrets.named import begun_value
from foretype.context.secrets.randomness import evidence
from foretype.context.secrets.values import Span

_REACH: Final = 600
_LOGIN: Final = re.compile(r"[A-Za-z][\w+.-]{0,20}://[^\s/:@\"'`<>]{0,80}:[^\s/@\"'`<>]*$")
_WORD: Final = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9_+/.~-]{7,120}$")
_HEX: Final = re.compile(r"(?:SK)?(?=[0-9]*[a-f][0-9]*[a-f])[0-9a-f]{7,}")
_DRAWN: Final = 8.0
"""Bits of evidence (randomness.py): of words of 8 to 12 characters 97 in 100 have less, of those with digits most."""
_PORT: Final = re.compile(r":\d{0,5}$")


def in_secret(above: Sequence[str], before: str, spans: Sequence[Span], *, settings: bool) -> bool:
    """Whether the cursor stands in a secret, or behind the beginning of what is going to be one.

    `before` is its line up to the cursor, `above` the lines over it that may name what stands there, `spans` are the
    secrets of its line.
    """
    column = len(before)
    if any(span.start <= column <= span.end for span in spans):
        return True
    before = "".join(above)[-_REACH:] + before[-_REACH:]
    if _is_drawn(before):
        return True
    if "://" in before and (login := _LOGIN.search(before)) is not None and not _PORT.search(login[0]):
        return True
    return begun(before) or begun_value(before, settings=settings)


def _is_drawn(before: str) -> bool:
    """Whether the last word looks drawn by lot so far. That costs a question to a model after an odd name, no more."""
    word = _WORD.search(before)
    if word is None:
        return False
    if _HEX.fullmatch(word[0]):
        return sum(map(str.isdigit, word[0])) >= 2
    return evidence(word[0]) >= (_DRAWN if any(map(str.isdigit, word[0])) else 2 * _DRAWN)
