"""Whether a value beside a telling name is a secret, or a stand-in, a template, a word, an expression."""

from __future__ import annotations

import re
from typing import Final

from foretype.context.secrets.grades import Grade
from foretype.context.secrets.randomness import entropy, evidence
from foretype.context.secrets.values import words

_TEMPLATE: Final = re.compile(
    r"\$\{|\{\{|\{[\w.]*\}|<%|%\(|%[sdr]\b|\$\(|\$[A-Z_]{2}|^\$\w+$|^<.*>$|\*\*\*|\.\.\.|…|#\{|\\\("
)
# Words by which people say that a value is none.
_STAND_IN: Final = re.compile(
    r"example|sample|dummy|fake|mock|placeholder|change[_-]?(?:me|it|this)|your|insert|replace|todo|foo|bar|baz|test|"
    r"redacted|withheld|hidden|masked|not[_-]?a|super|password|passwd|passwort|secret|token|api|key|auth|user|name|"
    r"admin|root|value|string|default|none|null|true|false|x{3,}|0{3,}|\*{3,}|1234567890|123456789|12345678|1234567|"
    r"123456|12345|1234|123|abcdefghijklmnop\w*|abcdef|abcd|abc|qwerty|hello|world|insecure|my"
)
# Four words or more as dice choose them. Words of sentences, in which people say what a passphrase is or should be.
_PHRASE: Final = re.compile(r"[a-z]{3,12}(?:[ -][a-z]{3,12}){3,23}")
_OF_SENTENCES: Final = words(
    "the and for you your with this that not are was has have can must may will should from when which into used use "
    "please enter type choose set give again least than more only passphrase password secret key does did its our"
)
# As people make passwords up: all kinds of characters, one of them a sign that stands in no path, address or name.
_MADE_UP: Final = re.compile(
    r"(?=.*[A-Z])(?=.*[a-z])(?=.*\d)(?:(?=.*[!?*&~])|(?=.*[@#$^]$))[A-Za-z0-9!@#$^&*?~_-]{8,64}"
)
_HEX: Final = re.compile(r"(?:0x)?[0-9a-fA-F]{16,}")
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_MNEMONIC: Final = re.compile(r"[a-z]{3,8}(?: [a-z]{3,8}){11,23}")
_WRITTEN: Final = re.compile(r"[A-Za-z_$][\w$]*(?:(?:\.|::|->|-|/)[A-Za-z_$][\w$]*)*[.?!]?")

_JOINTS: Final = re.compile(r"[_./:-]+")

_STRONG_BITS: Final = 6.0
"""Evidence (randomness.py) for a value beside a strong name: of words of 8 to 16 characters 4 in 100 have as much."""
_HEX_ENTROPY: Final = 3.0
"""Bits per character of hexadecimal: the bound of truffleHog and detect-secrets."""
_WEAK_ENTROPY: Final = 3.5
"""Bits per character beside a name: the bound of gitleaks' rule for generic keys."""


def is_passphrase(value: str) -> bool:
    """Whether a value consists of words that say nothing together."""
    return _PHRASE.fullmatch(value) is not None and not _OF_SENTENCES.intersection(_JOINTS.sub(" ", value).split())


def could_be_secret(value: str, grade: Grade) -> bool:
    """Whether a value beside a name of this grade is to be withheld."""
    size = len(value)
    if _MNEMONIC.fullmatch(value) and grade == "strong":
        return True
    if size < 6 or " " in value or "\t" in value or _TEMPLATE.search(value) or "://" in value:
        return False
    if _HEX.fullmatch(value) and not value.isdecimal():
        return entropy(value) >= _HEX_ENTROPY and size >= (32 if grade == "weak" else 16)
    if _UUID.fullmatch(value):
        return grade in ("strong", "password")
    meant = _STAND_IN.sub("", value.lower())
    if sum(map(str.isalnum, meant)) < (4 if grade == "password" else 6) or entropy(value) < 2.0:
        return False
    if (grade == "password" and value.isdecimal()) or _MADE_UP.fullmatch(value):
        return True
    if grade == "password":
        letters = any(map(str.isalpha, value))
        return (letters and (any(map(str.isdigit, value)) or bool(set(value) & set("!@#$%^&*+=?~")))) or (
            size >= 8 and _drawn(value) >= _STRONG_BITS
        )
    if grade == "strong":
        bits = _STRONG_BITS if any(map(str.isdigit, value)) else 2 * _STRONG_BITS
        return size >= 8 and _drawn(value) >= bits and not value.isdecimal()
    return (
        size >= 16
        and any(map(str.isdigit, value))
        and entropy(value) >= _WEAK_ENTROPY
        and evidence(value) >= max(12.0, 0.9 * size)
    )


def _drawn(value: str) -> float:
    """Evidence that no way of writing words together explains away: `SETTINGS_KEY`, `settings-key`, `settings.key`."""
    return min(evidence(value), evidence(_JOINTS.sub("", value)))


def is_written(value: str) -> bool:
    """Whether a value without quotes is an expression of a program: names, joined by dots and arrows."""
    return _WRITTEN.fullmatch(value) is not None and evidence(value) < len(value) and not _HEX.fullmatch(value)
