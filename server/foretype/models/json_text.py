"""JSON as servers send it: the one way in which it is read here."""

from __future__ import annotations

import json
from typing import Any


def read_json(text: str | bytes) -> Any:
    """The value. Raises ValueError and nothing else, also for what is nested deeper than the interpreter can read."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("JSON that is nested too deep") from None
