"""Secrets that only their name gives away: a literal beside `password`, `api_key`, `token` and their like.

Works on any language, since it knows none: a name, what may stand between a name and its value, a value. Every
repetition is bounded, and each name is looked at once, so the time is linear in the text, whoever wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, Literal

from foretype.context.secrets.randomness import entropy, evidence
from foretype.context.secrets.values import Span, words

Grade = Literal["", "weak", "strong", "password"]
"""How much a name says: nothing; that the value may be secret if it looks drawn by lot; that it is if it could be."""

_HINT: Final = re.compile(
    r"pass(?:w|p|c|_|\b)|pwd|secret|token|key|auth|cred|bearer|basic |jwt|cookie|session|salt|sig(?:nature)?[=:\"' ]"
    r"|mnemonic|seed|webhook|identified by"
)
_NAME_BEFORE: Final = re.compile(r"[\w.$-]{0,60}$")
_NAME_AFTER: Final = re.compile(r"[\w.$-]{0,60}")
_PARTS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

_PASSWORDS: Final = ("password", "passwd", "passphrase", "pwd", "passwort", "passcode", "pass")
_SECRETS: Final = ("secret", "token", "apikey", "credential", "bearer", "jwt", "accesskey", "privatekey", "mnemonic")
_KEYS: Final = words(
    "api access secret private account storage encryption signing signature master shared auth app application client "
    "service admin hmac aes crypto cipher consumer deploy ingest integration license subscription root ssh rsa session "
    "webhook write read license function host instrumentation primary secondary"
)
_WEAK: Final = words("key auth authorization salt cookie session sig seed webhook basic sid")
# What a name ends in when it is about a secret rather than one.
_ABOUT: Final = words(
    "name names type types field fields url uri path file filename dir env var variable id ids len length size count "
    "label hint prompt expires expiry expiration expired ttl lifetime timeout regex pattern header headers param "
    "parameter params prefix suffix format help error errors message messages class endpoint kind index offset "
    "position start end required enabled policy manager provider store validator generator scheme method algorithm alg "
    "event input placeholder title text tooltip icon schema version column table form view page link button reset "
    "request response handler factory template location address host port user username email date time at count "
    "limit rate usage budget per max min total public hash hashed digest fingerprint sha md5 checksum ring board word "
    "words map code codes down up press binding bindings stroke frame frames pair value values"
)

# From a name to its value: the end of a quoted name, a type, an operator or a call, a line's end, `value:`, a wrapper.
_BETWEEN: Final = re.compile(
    r"""\\{0,4}["'`]?[\])}]{0,3}[ \t]{0,16}
    (?P<operator>
        :[ \t]{0,4}[A-Za-z_&*][\w.\[\]<>|&*' ]{0,40}?=(?![=>])      # a type between name and value
      | [?:+|&.!~]?={1,3}>? | :{1,2} | -> | <- | , | \( | >
      | [ \t](?:=|:|is|eq|AS)[ \t]
      | (?<=[ \t]) | (?=\r?\n[-+> \t]{0,40}["']?(?:default_?)?[vV]alue["']?[ \t]{0,4}:)
    )
    [ \t]{0,16}(?:\\?\r?\n[-+> \t]{0,40})?
    (?:(?:-[ \t])?["']?(?:default_?)?[vV]alue["']?[ \t]{0,4}[:=][ \t]{0,4})?
    (?:(?:new|await|return)[ \t]{1,4})?
    (?:(?:[A-Z]\w{0,40}(?:(?:::|\.)\w{1,20})?|\[\]byte|b64decode|base64\.\w{1,20}|bytes(?:\.fromhex)?|str|secret\w{0,20})?
       [(\[{][ \t]{0,8}(?:\r?\n[-+> \t]{0,40})?){0,2}
    """,
    re.VERBOSE,
)
_DIRECT: Final = re.compile(
    r"""\\{0,4}["'`]?[\])}]{0,3}[ \t]{0,16}
    (?P<operator>
        [?:+|&.!~]?={1,3}>? | :{1,2} | > | [ \t](?:=|:)[ \t] | (?<=[ \t])
      | (?=\r?\n[-+> \t]{0,40}["']?(?:default_?)?[vV]alue["']?[ \t]{0,4}:)
    )
    [ \t]{0,16}
    (?:\|?-?[ \t]*\r?\n[-+> \t]{1,40})?
    (?:(?:-[ \t])?["']?[vV]alue["']?[ \t]{0,4}[:=][ \t]{0,4})?
    (?:(?:[Bb]earer|[Bb]asic|[Tt]oken)[ \t]{1,4})?
    (?P<value>[^\s"'`,;()<>\[\]{}|&\\]{6,300})(?![(\[{])
    """,
    re.VERBOSE,
)
_QUOTED: Final = re.compile(
    r"""[bBrRuUfFLN@$]{0,2}
    (?: (?P<q>\"{3}|'{3}|["'`]) (?:(?:[Bb]earer|[Bb]asic|[Tt]oken)[ ]{1,4})?
        (?P<v>(?:\\.|(?!(?P=q))[^\n\r\\]){1,400}) (?P<closed>(?P=q))?
      | (?P<e>\\{1,4}["'`]) (?:(?:[Bb]earer|[Bb]asic|[Tt]oken)[ ]{1,4})?
        (?P<w>(?:(?!(?P=e))[^\n\r]){1,400}) (?P=e)
    )""",
    re.VERBOSE,
)
_OPEN: Final = re.compile(r"""[bBrRuUfFLN@$]{0,2}\\{0,4}(?P<q>\"{3}|'{3}|["'`])(?:(?!(?P=q))[^\s$<{]){1,300}""")
_OPEN_SCHEME: Final = re.compile(
    r"(?i)(?:authorization|auth)\b.{0,6}?\b(?:bearer|basic|token)[ ]{1,4}[^\s\"'`${<]{1,600}$"
)
_OPEN_BARE: Final = re.compile(r"""["']?(?:[ \t]{0,16}[:=]|[ \t])[ \t]{0,16}(?P<value>[^\s"'`$<{(\[]{1,300})""")
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


def named_secrets(text: str, *, settings: bool) -> Iterator[Span]:
    """Literals beside telling names. `settings`: the file holds values without quotes (YAML, INI, shell)."""
    lowered = text.lower()
    if len(lowered) != len(text):  # a few letters of Unicode have longer lower cases
        lowered = "".join(low if len(low := char.lower()) == 1 else char for char in text)
    at = 0
    while (hint := _HINT.search(lowered, at)) is not None:
        before = _NAME_BEFORE.search(text, max(at, hint.start() - 60), hint.start())
        begin = before.start() if before is not None else hint.start()
        rest = _NAME_AFTER.match(text, hint.end())
        at = max(hint.end(), rest.end() if rest is not None else 0)
        grade = grade_of(text[begin:at])
        if grade and (span := _value(text, (begin, at), grade, settings)) is not None:
            yield span
            at = max(at, span.end)


def begun_value(before: str, *, settings: bool) -> bool:
    """Whether a text, which ends at the cursor, ends in a literal beside a telling name, however little of it is there.

    A literal with blanks is a sentence about a secret, not one.
    """
    if _OPEN_SCHEME.search(before):
        return True
    lowered = before.lower() if len(before.lower()) == len(before) else before
    for hint in reversed(list(_HINT.finditer(lowered))):
        start = _NAME_BEFORE.search(before, max(0, hint.start() - 60), hint.start())
        rest = _NAME_AFTER.match(before, hint.end())
        at = rest.end() if rest is not None else hint.end()
        if grade_of(before[start.start() if start is not None else hint.start() : at]) not in ("strong", "password"):
            continue
        between = _BETWEEN.match(before, at)
        if between is not None and _OPEN.fullmatch(before, between.end()):
            return True
        if settings and (direct := _OPEN_BARE.fullmatch(before, at)) is not None:
            return bool(direct["value"])
    return False


@lru_cache(maxsize=4096)
def grade_of(name: str) -> Grade:
    """How much a name says of its value."""
    parts = [part.lower() for part in _PARTS.findall(name)]
    if "websocket" in parts or ("web" in parts and "socket" in parts):
        return ""  # the nonce of a handshake
    while parts and parts[-1].isdigit():
        parts.pop()
    if not parts:
        return ""
    if parts[-1] in _ABOUT:
        return "weak" if any(part.endswith(("secret", "apikey")) for part in parts) and parts[-1] == "value" else ""
    if parts[-1] == "by" and "identified" in name.lower():
        return "password"
    joined = "".join(parts[-2:])
    for part in (parts[-1], joined, parts[-1].removesuffix("s"), joined.removesuffix("s")):
        if part.endswith(_PASSWORDS) and not part.endswith(("compass", "bypass", "encompass", "surpass")):
            return "password"
        if part.endswith(_SECRETS) or (part.endswith("key") and part[:-3] in _KEYS):
            return "strong"
    if any(part in ("secret", "password", "passwd", "credentials", "credential") for part in parts):
        return "strong"
    return "weak" if parts[-1] in _WEAK or parts[-1].removesuffix("s") in _WEAK or "key" in parts else ""


def _value(text: str, name: tuple[int, int], grade: Grade, settings: bool) -> Span | None:
    """The secret behind a name, None where there is none."""
    begin, at = name
    between = _BETWEEN.match(text, at)
    if between is not None and (quoted := _QUOTED.match(text, between.end())) is not None:
        group = "v" if quoted["v"] is not None else "w"
        operator = between["operator"]
        if operator == ">" and grade != "password":
            return None
        if operator == "," and text[begin - 1 : begin] not in ('"', "'", "`"):
            return None  # the end of some other text, not the name of what follows it
        if operator.strip() == "" and (grade == "weak" or quoted["q"] == "`"):
            return None
        sure = grade if operator.strip() or grade != "password" or text[begin:at].isupper() else "strong"
        return Span(*quoted.span(group), _kind(grade)) if could_be_secret(quoted[group], sure) else None
    direct = _DIRECT.match(text, at)
    if direct is None:
        return None
    value = direct["value"].rstrip(".:")
    start = direct.start("value")
    bare_settings = settings and direct["operator"].strip() in ("=", ":", ">")
    written = _WRITTEN.fullmatch(value) is not None and evidence(value) < len(value) and not _HEX.fullmatch(value)
    if not bare_settings and written:
        return None  # an expression: `token = self.next_token`
    if not could_be_secret(value, grade if bare_settings or grade != "password" else "strong"):
        return None
    return Span(start, start + len(value), _kind(grade))


def _kind(grade: Grade) -> str:
    return "password" if grade == "password" else "value of a secret name"


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
    if grade == "password":
        letters = any(map(str.isalpha, value))
        return (letters and (any(map(str.isdigit, value)) or bool(set(value) & set("!@#$%^&*+=?~")))) or (
            size >= 8 and _drawn(value) >= _STRONG_BITS
        )
    if grade == "strong":
        return size >= 8 and _drawn(value) >= _STRONG_BITS and not value.isdecimal()
    return (
        size >= 16
        and any(map(str.isdigit, value))
        and entropy(value) >= _WEAK_ENTROPY
        and evidence(value) >= max(12.0, 0.9 * size)
    )


def _drawn(value: str) -> float:
    """Evidence that no way of writing words together explains away: `SETTINGS_KEY`, `settings-key`, `settings.key`."""
    return min(evidence(value), evidence(_JOINTS.sub("", value)))
