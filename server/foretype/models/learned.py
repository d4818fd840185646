"""What a server's refusals teach: fields that it does not take, remembered for the session.

A server that refuses a field gets the same question once more without it; each field can be left out only once, so
asking again always ends. Knows names of fields, not what they say.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any, Final

from foretype.models.json_text import read_json

logger = logging.getLogger(__name__)

# Without these there is no question; everything else only shapes the answer.
_NEEDED: Final = frozenset({"model", "messages", "prompt", "suffix", "stream", "input_prefix", "input_suffix"})
_LIMITS: Final = ("max_tokens", "max_completion_tokens")
# How servers say that they do not know or want a field. A value that is out of bounds is another thing: the field
# would be needed then.
_UNWANTED: Final = re.compile(
    r"unsupported|not supported|does not support|unknown|unrecogni[sz]ed|unexpected|extra_forbidden"
    r"|extra (inputs|fields)|additional propert|not permitted|not allowed|no such (field|param)|only the default",
    re.IGNORECASE,
)
_FIELD: Final = re.compile(
    r"(?:^|['\"`\s:])(stream_options|max_tokens|max_completion_tokens|temperature|stop|reasoning_effort)\b"
)
_STATUSES: Final = frozenset({400, 404, 422, 500})


class Learned:
    """The fields that one endpoint does not take."""

    def __init__(self) -> None:
        self._without: set[str] = set()
        self._other_limit = False

    def fit(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The body as this server takes it."""
        fitted = {name: value for name, value in body.items() if name not in self._without}
        if self._other_limit:
            one, other = _LIMITS
            swap = {one: other, other: one}
            fitted = {swap.get(name, name): value for name, value in fitted.items()}
        return fitted

    def learn(self, status: int, answer: str, sent: Mapping[str, Any]) -> bool:
        """Whether this refusal taught something, so that asking once more can succeed."""
        if status not in _STATUSES:
            return False
        named = [name for name in refused_fields(answer) if name in sent and name not in _NEEDED]
        for name in named:
            if name not in _LIMITS:
                self._without.add(name)
            elif not self._other_limit:
                self._other_limit = True
            else:
                return False
            logger.info("The model's server does not take %s; it is left out from now on.", name)
        return bool(named)


def refused_fields(answer: str) -> tuple[str, ...]:
    """The fields that an error says it does not take, by whatever shape it says so."""
    try:
        body = read_json(answer)
    except ValueError:
        return ()
    return tuple(dict.fromkeys(_in_object(body)))


def _in_object(value: object, depth: int = 0) -> list[str]:
    if depth > 4 or not isinstance(value, (dict, list)):
        return []
    if isinstance(value, list):
        return [name for item in value[:16] for name in _in_object(item, depth + 1)]
    words = " ".join(str(value[key]) for key in ("message", "msg", "code", "type", "detail") if _is_text(value, key))
    found: list[str] = []
    if _UNWANTED.search(words):
        if _is_text(value, "param"):
            found.append(str(value["param"]))
        location = value.get("loc")
        if isinstance(location, list) and location:
            found.append(str(location[-1] if location[-1:] != ["include_usage"] else location[-2]))
        # The first name is the one complained about; a later one is mostly what to use instead.
        if not found:
            found += _FIELD.findall(words)[:1]
    for key in ("error", "detail", "message"):
        found += _in_object(value.get(key), depth + 1)
    return found


def _is_text(value: Mapping[str, object], key: str) -> bool:
    return isinstance(value.get(key), str)
