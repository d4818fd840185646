"""What the user's terminal and wishes allow in the output of commands."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TextIO


def has_colours(environ: Mapping[str, str] | None = None) -> bool:
    """Whether the user lets programs use colours, by the custom of no-color.org."""
    return not (os.environ if environ is None else environ).get("NO_COLOR")


def can_print(signs: str, stream: TextIO | None = None) -> bool:
    """Whether the encoding of the stream (standard output) has these signs."""
    try:
        signs.encode((stream or sys.stdout).encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True
