"""Secrets that only their name gives away: a literal beside `password`, `api_key`, `token` and their like.

Works on any language, since it knows none: a name (grades.py), what may stand between a name and its value
(literals.py), a value (judging.py). Each name is looked at once, so the time is linear in the text, whoever wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from foretype.context.secrets.grades import Grade, grade_of, is_phrase
from foretype.context.secrets.judging import could_be_secret, is_passphrase, is_written
from foretype.context.secrets.literals import Literal, value_after, whole_end
from foretype.context.secrets.values import Span

_HINT: Final = re.compile(
    r"pass(?:w|p|c|_|\b)|ps?wd?(?![a-z])|pwd|secret|token|key|auth|cred|bearer|basic |jwt|cookie|session|salt"
    r"|sig(?:nature)?[=:\"' ]|mnemonic|seed|webhook|identified by"
)
_NAME_AFTER: Final = re.compile(r"[\w.$-]{0,60}")
_LONGEST_NAME: Final = 60
_FIRST: Final = re.compile(r"[(\[{][ \t]*[rbRB]?[\"'`]$")

_OPEN_SCHEME: Final = re.compile(
    r"(?i)(?:authorization|auth)\b.{0,6}?\b(?:bearer|basic|token)[ ]{1,4}[^\s\"'`${<]{1,600}$"
)


def named_secrets(text: str, *, settings: bool) -> Iterator[Span]:
    """Literals beside telling names. `settings`: the file holds values without quotes (YAML, INI, shell)."""
    lowered, at = _lowered(text), 0
    while (hint := _HINT.search(lowered, at)) is not None:
        begin = _begin(text, at, hint.start())
        rest = _NAME_AFTER.match(text, hint.end())
        at = rest.end() if rest is not None else hint.end()
        grade = grade_of(text[begin:at])
        if not grade:
            continue
        value = value_after(text, at)
        if value is not None and _is_secret(text, (begin, at), value, grade, settings=settings):
            at = max(at, whole_end(text, value))
            yield Span(value.start, at, "password" if grade == "password" else "value of a secret name")


def begun_value(before: str, *, settings: bool) -> bool:
    """Whether a text, which ends at the cursor, ends in a literal beside a telling name, however little of it is there.

    A literal with blanks is a sentence about a secret, not one.
    """
    if _OPEN_SCHEME.search(before):
        return True
    for hint in reversed(list(_HINT.finditer(_lowered(before)))):
        rest = _NAME_AFTER.match(before, hint.end())
        at = rest.end() if rest is not None else hint.end()
        begin = _begin(before, 0, hint.start())
        if grade_of(before[begin:at]) not in ("strong", "password"):
            continue
        value = value_after(before, at)
        if value is None or value.end != len(before) or value.start == value.end:
            continue
        said = before[value.start :]
        bare = value.operator in ("=", ":", "") and (settings or _in_query(before, begin))
        blank = "" if value.quote and is_phrase(before[begin:at]) else " \t"
        if (value.quote or bare) and not set(said) & {*blank, *"$<{([\"'`"}:
            return True
    return False


def _is_secret(text: str, name: tuple[int, int], literal: Literal, grade: Grade, *, settings: bool) -> bool:
    value = text[literal.start : literal.end]
    if literal.quote:
        if literal.operator == ">" and grade != "password":
            return False
        if literal.operator == "," and not _FIRST.search(text, max(0, name[0] - 8), name[0]):
            return False  # one of a list, or the end of some other text, not the name of what follows it
        if literal.operator == "" and (grade == "weak" or literal.quote == "`"):
            return False
        if is_phrase(text[slice(*name)]) and is_passphrase(value):
            return True
        sure = literal.operator or grade != "password" or text[slice(*name)].isupper()
        return could_be_secret(value, grade if sure else "strong")
    if literal.operator in (",", "(", "->", "<-"):
        return False
    value = value.rstrip(".:")
    plain = literal.operator == ">" or (literal.operator in ("=", ":") and (settings or _in_query(text, name[0])))
    if not plain and is_written(value):
        return False  # an expression: `token = self.next_token`
    return could_be_secret(value, grade if plain or grade != "password" else "strong")


def _in_query(text: str, begin: int) -> bool:
    """Whether a name stands in an address, where values have no quotes."""
    return text[begin - 1 : begin] in ("?", "&", ";")


def _lowered(text: str) -> str:
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    # A few letters of Unicode have longer lower cases.
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)


def _begin(text: str, low: int, at: int) -> int:
    """Where the name begins that a hint at `at` is a part of."""
    low = max(low, at - _LONGEST_NAME)
    while at > low and (text[at - 1].isalnum() or text[at - 1] in "_.$-"):
        at -= 1
    return at
