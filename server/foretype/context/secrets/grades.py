"""How much a name says of the value beside it: whether it is a secret, could be one, or has nothing to do with any."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal

from foretype.context.secrets.values import words

Grade = Literal["", "weak", "strong", "password"]
"""Nothing; the value is secret if it looks drawn by lot; it is secret if it could be one; it is a password."""

_PARTS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

_PASSWORDS: Final = ("password", "passwd", "passphrase", "pwd", "pswd", "passwort", "passcode", "pass")
# Too short to be looked for at the ends of words.
_SHORT: Final = words("pw psw dbpw userpw rootpw adminpw mypw")
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


def is_phrase(name: str) -> bool:
    """Whether a name says that the secret beside it consists of words."""
    return "".join(_PARTS.findall(name)).lower().endswith(("passphrase", "seedphrase", "recoveryphrase", "mnemonic"))


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
        is_word = part.endswith(_PASSWORDS) and not part.endswith(("compass", "bypass", "encompass", "surpass"))
        if is_word or part in _SHORT:
            return "password"
        if part.endswith(_SECRETS) or (part.endswith("key") and part[:-3] in _KEYS):
            return "strong"
    if any(part in ("secret", "password", "passwd", "pw", "credentials", "credential") for part in parts):
        return "strong"
    return "weak" if parts[-1] in _WEAK or parts[-1].removesuffix("s") in _WEAK or "key" in parts else ""
