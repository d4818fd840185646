"""From a raw value (TOML, JSON, an environment variable) to the type that an option declares.

Nothing here raises for a bad value: it is reported as a `Complaint`, which says what is allowed and shows
what was found, unless that is a secret.
"""

from __future__ import annotations

import dataclasses
import math
import re
import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, Union, get_args, get_origin

from foretype.settings.schema import Option, Rule, camel, fields_of

_MISSING: Final = object()
_LONGEST_SHOWN = 60
_HUGE = 10**18
_NO_REAL_MAXIMUM = 10**9
_DEEPEST = 8
# Controls could forge a header or a line of the log; half a surrogate pair cannot be encoded.
_UNUSABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Complaint:
    """One value that cannot be used: where, what was `found` (already fit to print), what is `allowed`.

    `subject` begins the sentence where the key alone would not say what is wrong.
    """

    key: str
    found: str
    allowed: str
    suggestion: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Converted:
    """The usable part of a raw value (`usable` is false where there is none), and the complaints on the rest."""

    value: object
    complaints: tuple[Complaint, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether `value` may be taken."""
        return self.value is not _MISSING


def convert(found: Option, raw: object) -> Converted:
    """`raw` as the option's type. Of a table or list the good entries are kept, the bad ones complained about."""
    return _convert(found.hint, raw, found.key, found.rule)


def shown(raw: object, secret: bool = False) -> str:
    """`raw` for a message: short, printable, never a secret, never a nested value's content."""
    if secret:
        return "a hidden value"
    if isinstance(raw, Mapping):
        return "a table"
    if isinstance(raw, (list, tuple)):
        return "a list"
    if isinstance(raw, int) and not isinstance(raw, bool) and abs(raw) >= _HUGE:
        return "a huge number"
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, str):
        raw = hide_password(raw[: 4 * _LONGEST_SHOWN])
    text = repr(raw)
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


def hide_password(text: str) -> str:
    """`text` without the user name, password and query values that an address in it may carry."""
    text = re.sub(r"(?<=://)[^\s/@]*@", "***@", text)
    return re.sub(r"(?<=://)[^\s?]*\?\S+", lambda found: _QUERY_VALUE.sub(r"\1***", found[0]), text)


# Azure's version of its interface stands there too, and is no secret.
_QUERY_VALUE = re.compile(r"((?:[?&])(?!api-version=)[^=&\s]+=)[^&\s]*")


def bounds(rule: Rule) -> str:
    """The range of a number as it continues "a number": empty where there is none."""
    if rule.minimum is None or rule.maximum is None:
        return ""
    if rule.maximum >= _NO_REAL_MAXIMUM:
        return f" of at least {rule.minimum:,g}"
    return f" from {rule.minimum:,g} to {rule.maximum:,.0f}"


def closest(word: str, candidates: Iterable[str], cutoff: float = 0.6) -> str:
    """The candidate that `word` was probably meant to be, or an empty string."""
    import difflib  # only where something is wrong: it would cost every start otherwise

    by_folded = {candidate.casefold(): candidate for candidate in candidates}
    near = difflib.get_close_matches(word[:100].casefold(), by_folded, n=1, cutoff=cutoff)
    return by_folded[near[0]] if near else ""


def _convert(hint: Any, raw: object, key: str, rule: Rule) -> Converted:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _union(hint, raw, key, rule)
    if origin is Literal:
        return _choice(get_args(hint), raw, key)
    if origin is tuple:
        return _list(raw, key, rule)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _table(get_args(hint)[1], raw, key, rule)
    if dataclasses.is_dataclass(hint):
        return _record(hint, raw, key, rule)
    if hint is Any:
        return Converted(raw) if _is_plain(raw) else _refuse(key, raw, "a value that JSON can hold", rule)
    if hint is bool:
        return Converted(raw) if isinstance(raw, bool) else _refuse(key, raw, "true or false, without quotes", rule)
    if hint is str:
        return _text(raw, key, rule)
    return _number(hint, raw, key, rule)


def _refuse(key: str, raw: object, allowed: str, rule: Rule | None = None) -> Converted:
    secret = rule is not None and rule.secret
    return Converted(_MISSING, (Complaint(key, shown(raw, secret), allowed),))


def _union(hint: Any, raw: object, key: str, rule: Rule) -> Converted:
    members = [member for member in get_args(hint) if member is not type(None)]
    if len(members) > 1 and not isinstance(raw, str):  # the one such union: a string or a list of strings
        return _list(raw, key, rule)
    return _convert(members[0], raw, key, rule)


def _choice(choices: tuple[str, ...], raw: object, key: str) -> Converted:
    if isinstance(raw, str) and raw in choices:
        return Converted(raw)
    near = closest(raw, choices, 0.5) if isinstance(raw, str) else ""
    return Converted(_MISSING, (Complaint(key, shown(raw), "one of " + ", ".join(choices), near),))


def _text(raw: object, key: str, rule: Rule) -> Converted:
    if not isinstance(raw, str):
        return _refuse(key, raw, "a string", rule)
    if _UNUSABLE.search(re.sub(r"[\n\t]", "", raw) if rule.lines else raw):
        return _refuse(key, raw, "a string without control characters", rule)
    if raw and rule.pattern and not re.fullmatch(rule.pattern, raw):
        return _refuse(key, raw, rule.allowed, rule)
    return Converted(raw)


def _is_plain(raw: object, depth: int = 0) -> bool:
    """Whether JSON can hold this, within reason: dates of TOML, infinity and half surrogates it cannot."""
    if isinstance(raw, str):
        return not re.search("[\ud800-\udfff]", raw)
    if isinstance(raw, (list, tuple)):
        return depth < _DEEPEST and all(_is_plain(entry, depth + 1) for entry in raw)
    if isinstance(raw, Mapping):
        return depth < _DEEPEST and all(isinstance(name, str) and _is_plain(raw[name], depth + 1) for name in raw)
    return raw is None or isinstance(raw, (bool, int)) or (isinstance(raw, float) and math.isfinite(raw))


def _number(hint: type[int] | type[float], raw: object, key: str, rule: Rule) -> Converted:
    integral = isinstance(raw, int) or (isinstance(raw, float) and raw.is_integer())
    allowed = "a whole number" if hint is int else "a number"
    if isinstance(raw, bool) or not isinstance(raw, (int, float)) or (hint is int and not integral):
        return _refuse(key, raw, allowed + bounds(rule), rule)
    too_small = rule.minimum is not None and raw < rule.minimum
    too_large = rule.maximum is not None and raw > rule.maximum
    # Infinity and NaN are legal TOML; a huge integer would overflow as a float, so the bounds come first.
    if too_small or too_large or abs(raw) >= _HUGE or not math.isfinite(raw):
        return _refuse(key, raw, allowed + bounds(rule), rule)
    return Converted(hint(raw))


def _list(raw: object, key: str, rule: Rule) -> Converted:
    if isinstance(raw, str):
        raw = [raw]
    if not isinstance(raw, (list, tuple)):
        return _refuse(key, raw, "a list of strings", rule)
    good: list[object] = []
    complaints: list[Complaint] = []
    for place, entry in enumerate(raw):
        converted = _text(entry, f"{key}[{place}]", rule)
        complaints += converted.complaints
        if converted.usable:
            good.append(converted.value)
    # Half a command is another command, so a secret list is all or nothing.
    if complaints and (rule.secret or not good):
        return Converted(_MISSING, tuple(complaints))
    return Converted(tuple(good), tuple(complaints))


def _table(hint: Any, raw: object, key: str, rule: Rule) -> Converted:
    if not isinstance(raw, Mapping):
        return _refuse(key, raw, "a table", rule)
    good: dict[str, object] = {}
    complaints: list[Complaint] = []
    for name, entry in raw.items():
        if entry is None:  # JSON's null says that nothing is said here
            continue
        if _UNUSABLE.search(name) or (rule.key_pattern and not re.fullmatch(rule.key_pattern, name)):
            found = shown(name, rule.secret)
            complaints.append(Complaint(key, found, "a usable name", subject=f"A name in {key}"))
            continue
        place = name if name.isprintable() and len(name) <= _LONGEST_SHOWN else shown(name)
        converted = _convert(hint, entry, f"{key}.{place}", rule)
        complaints += converted.complaints
        if converted.usable:
            good[name] = converted.value
    return Converted(good, tuple(complaints))


def _record(hint: Any, raw: object, key: str, rule: Rule) -> Converted:
    if not isinstance(raw, Mapping):
        return _refuse(key, raw, "a table", rule)
    fields = {camel(name): found for name, found in fields_of(hint).items()}
    fields |= fields_of(hint)
    good: dict[str, object] = {}
    complaints: list[Complaint] = []
    for name, entry in raw.items():
        found = fields.get(name)
        if not isinstance(found, Option):
            allowed = "one of " + ", ".join(fields_of(hint))
            near = closest(name, fields_of(hint))
            complaints.append(Complaint(key, shown(name), allowed, near, f"A name in {key}"))
        elif entry is not None:
            converted = _convert(found.hint, entry, f"{key}.{found.key}", found.rule)
            complaints += converted.complaints
            if converted.usable:
                good[found.key] = converted.value
    # Half a price would show a wrong cost; no price shows none.
    return Converted(_MISSING if complaints else hint(**good), tuple(complaints))
