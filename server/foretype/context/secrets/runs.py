"""Secrets that a run of characters gives away by itself: a known form, a login in an address, or chance alone.

One pass over the text finds the runs; nearly all of them are names and paths and are dismissed at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from foretype.context.secrets.formats import tokens_in
from foretype.context.secrets.randomness import entropy, evidence
from foretype.context.secrets.values import Span

_RUN: Final = re.compile(r"[A-Za-z0-9_+/.~$@-]{16,}={0,2}")
_LOGIN: Final = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]{0,20}://[^\s/:@\"'`<>{}$]{0,80}:(?P<password>[^\s/@\"'`<>]{1,200})@(?=[\w.\[$\{%-])"
)
_STAND_IN: Final = re.compile(
    r"(?i)[$%{<*\[].*|x+|\.+|pass(?:word|wd)?|pwd|pw|secret|token|your.*|my.*|user(?:name)?|foo|bar|example|test|[a-z]"
)
# What is drawn by lot and no secret: inline files, sums of files and commits.
_OPEN_BEFORE: Final = re.compile(
    r"(?:base64,|(?:sha\d{1,3}|md5)[-:=/]|h1:|integrity[\"']?[:=] ?[\"']?|data:[a-z/+.-]{0,40},|#|%2F"
    r"|(?:_id|Id|[Hh]ash|[Ss]ha|[Ee][Tt]ag|[Dd]igest|[Cc]hecksum|[Cc]ursor)[\"']?[ ]?[:=][ ]?[\"']?)[A-Za-z0-9+/=_.-]*$"
)
_SUM: Final = re.compile(r"(?:sha\d{1,3}|md5)[-/]")
# How images, fonts and archives begin in base64.
_MEDIA: Final = (
    "iVBORw0KGgo",
    "R0lGOD",
    "/9j/",
    "UklGR",
    "AAEAAA",
    "AAAB",
    "d09GR",
    "d09GM",
    "PHN2Z",
    "JVBERi",
    "UEsDB",
    "T1RUTw",
)
_PIECE: Final = re.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}")
_LEAST_ENTROPY: Final = 4.0
"""Bits per character of what only chance gives away. Between the two bounds for base64 of the scanners before: 4.5
(truffleHog, for longer texts: 24 different characters have no more than 4.58) and 3.5 (gitleaks)."""
_BITS: Final = 1.3
"""Bits of evidence per character: 99 in 100 runs of 24 or more letters and digits drawn by lot have more."""


def run_secrets(text: str) -> Iterator[Span]:
    """Tokens of known form, and long runs that can only have been drawn by lot."""
    for match in _RUN.finditer(text):
        start, end = match.span()
        if tokens := tokens_in(text, start, end):
            yield from tokens
            continue
        run = match[0]
        if len(run) >= 24 and not (run.islower() or run.isupper()) and any(char in "0123456789" for char in run):
            yield from _drawn(text, start, end)


def login_secrets(text: str) -> Iterator[Span]:
    """Passwords in addresses: `scheme://user:password@host`."""
    at = text.find("://")
    while at >= 0:
        match = _LOGIN.match(text, _scheme_start(text, at))
        if match is not None:
            password = match["password"]
            user = text[at + 3 : match.start("password") - 1]
            if not _STAND_IN.fullmatch(password) and password != user:
                yield Span(*match.span("password"), "password in an address")
        at = text.find("://", at + 3)


def _scheme_start(text: str, at: int) -> int:
    start = at
    while start > 0 and at - start < 20 and (text[start - 1].isalnum() or text[start - 1] in "+.-"):
        start -= 1
    while start < at and not text[start].isalpha():
        start += 1
    return start


def _drawn(text: str, start: int, end: int) -> Iterator[Span]:
    for piece in _PIECE.finditer(text, start, end):
        run = piece[0].rstrip("=")
        mixed = any(map(str.isupper, run)) and any(map(str.islower, run)) and any(map(str.isdigit, run))
        if (
            not mixed
            or run.startswith(_MEDIA)
            or _SUM.match(run)
            or entropy(run) < _LEAST_ENTROPY
            or evidence(run) < _BITS * len(run)
        ):
            continue
        if not _OPEN_BEFORE.search(text, max(0, piece.start() - 80), piece.start()):
            yield Span(*piece.span(), "random characters")
