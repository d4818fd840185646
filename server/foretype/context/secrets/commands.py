"""Passwords that stand where a program or a function takes them, without a name: `curl -u me:…`, `login("me", "…")`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from foretype.context.secrets.judging import could_be_secret
from foretype.context.secrets.values import Span

# What must stand in a text, and where the password stands behind it. Every repetition is bounded.
_PAIR: Final = (
    r"(?:[aA]uth|[lL]ogin|[aA]uthenticate|[cC]redentials?)\w{0,20}[ \t]{0,4}(?:=[ \t]{0,4}\(?|\()[ \t]{0,4}"
    r"(?:[\w.]{1,60}|[\"'][^\"'\n]{0,80}[\"'])[ \t]{0,4},[ \t]{0,4}[bru]?[\"'](?P<password>[^\"'\n]{6,100})"
)
_WAYS: Final[tuple[tuple[tuple[str, ...], str], ...]] = (
    (("auth", "Auth", "login", "Login", "Credential", "credential"), _PAIR),
    (("-u",), r"(?<![\w-])(?:-u|--user)[= ][\"']?[^\s:\"'/]{1,60}:(?P<password>[^\s\"'@]{4,100})"),
    (
        ("mysql", "mariadb"),
        r"(?:mysql\w{0,8}|mariadb\w{0,8}) [^\n]{0,120}?(?<=\s)-p(?P<password>[^\s\"'-][^\s\"']{5,100})",
    ),
    (("sshpass",), r"sshpass -p ?[\"']?(?P<password>[^\s\"']{4,100})"),
    (("redis-cli",), r"redis-cli [^\n]{0,120}?(?<=\s)-a ?[\"']?(?P<password>[^\s\"']{4,100})"),
    (("requirepass",), r"requirepass[ \t]{1,8}[\"']?(?P<password>[^\s\"']{4,100})"),
)


def command_secrets(text: str) -> Iterator[Span]:
    """Passwords among arguments."""
    for needles, way in _WAYS:
        if any(needle in text for needle in needles):
            for match in re.compile(way).finditer(text):
                if could_be_secret(match["password"], "password"):
                    yield Span(*match.span("password"), "password")
