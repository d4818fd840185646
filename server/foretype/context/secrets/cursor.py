"""Secrets while they are typed: what stands before the cursor may be the beginning of one long before it looks so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from foretype.context.secrets.formats import begun
from foretype.context.secrets.named import begun_value
from foretype.context.secrets.values import Span

_REACH: Final = 600
_LOGIN: Final = re.compile(r"[A-Za-z][\w+.-]{0,20}://[^\s/:@\"'`<>]{0,80}:[^\s/@\"'`<>]*$")
_PORT: Final = re.compile(r":\d{0,5}$")


def in_secret(line: str, column: int, spans: Sequence[Span], *, settings: bool) -> bool:
    """Whether the cursor stands in a secret of its line, or behind the beginning of what is going to be one."""
    if any(span.start <= column <= span.end for span in spans):
        return True
    before = line[max(0, column - _REACH) : column]
    if "://" in before and (login := _LOGIN.search(before)) is not None and not _PORT.search(login[0]):
        return True
    return begun(before) or begun_value(before, settings=settings)
