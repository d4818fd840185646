"""Turns what a server or the network did into one error of the tree, with its cause and a remedy.

Pure. Servers' own words are quoted where they say more than the status does (a key, a limit, an error that nothing
here recognises), and then without anything that they quote themselves: they like to repeat keys and prompts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from foretype.errors import (
    AuthenticationError,
    MisconfiguredError,
    ModelError,
    QuotaError,
    RateLimitedError,
    RefusedError,
    ServerError,
    TimeoutExceededError,
    UnknownModelError,
    WayRefusedError,
)
from foretype.models.json_text import read_json
from foretype.models.overflow import overflow_error, says_overflow

MAX_RETRY_AFTER = 24 * 3600.0

# The shapes were collected from recorded answers of llama.cpp, vLLM and LiteLLM and from the documented
# codes of OpenAI, Groq and LM Studio.
_QUOTA = re.compile(
    r"insufficient[ _](quota|credit|balance|funds)|exceeded your current quota|billing"
    r"|payment required|out of credit",
    re.IGNORECASE,
)
_RATE = re.compile(r"rate[ _-]?limit|too many requests|throttl|\b[rt]pm\b|\bslow down\b", re.IGNORECASE)
_AUTH = re.compile(
    r"(invalid|incorrect|missing|wrong|no) (api[ _-]?)?key|unauthori[sz]ed|authentication|forbidden|api key"
    r"|no_db_connection",  # LiteLLM's way of saying that it does not know a key
    re.IGNORECASE,
)
_MODEL = re.compile(
    r"model[^.]{0,80}(not (found|exist|loaded|available)|does not exist|unknown)|(invalid|unknown) model"
    r"|no such model|model_not_found",
    re.IGNORECASE,
)
# How servers say that this model, or they themselves, cannot be asked in this way.
_WAY = re.compile(
    r"\bsuffix\b[^.]{0,60}(support|unknown|not permitted|extra)|(unsupported|unknown|unexpected)[^.]{0,30}\bsuffix\b"
    r"|does not support (insert|infill|fim|completions?|generate|chat)|infill is not supported|not a chat model"
    r"|chat template|(in|use) (the )?/?v1/(chat/)?completions|(model|endpoint)[^.]{0,60}does not support (the )?"
    r"(chat|completions?)",
    re.IGNORECASE,
)
_TLS = re.compile(r"plain http request|http request to an https|speaking plain http", re.IGNORECASE)
_LOADING = re.compile(r"loading model|model is loading|warming up", re.IGNORECASE)
_FILTER = re.compile(r"content[ _-]?(filter|policy|management)", re.IGNORECASE)
_UPSTREAM = re.compile(r"connection error|connect(ion)? (refused|reset)|upstream", re.IGNORECASE)
# What stands behind "key:" or "token =" is the key, in whatever form.
_AFTER_KEY = re.compile(r"(\b(?:\w+_)?(?:key|token)\b[^:=.]{0,30}[:=](?!//) ?)[^\s…]+", re.IGNORECASE)
_LEAST_KEY = 6
"""Characters: what is shorter stands for a key where none is needed, and may be a word."""
_CHECK = "Run `foretype check`."


@dataclass(frozen=True, slots=True)
class Failure:
    """What is known of a failed request. `sent` is the prompt and `key` the key, which no message may quote."""

    status: int | None = None
    headers: Mapping[str, str] | None = None
    body: object = ""
    model: str = ""
    sent: str = ""
    key: str = field(default="", repr=False)


def error_from(failure: Failure) -> ModelError:
    """The error that a response with an error status, or an error inside a stream, stands for."""
    body = _parsed(failure.body)
    if isinstance(body, str) and _TLS.search(body[:2000]):
        return _tls_error(failure.status)
    if isinstance(body, str) and _is_page(body):
        return _page_error(failure.status)
    words = _words(body)
    status = failure.status if failure.status is not None and failure.status != 200 else _status_in(body)
    return _by_words(words, status, failure) or _by_status(status, failure) or _unrecognised(words, status, failure)


def _by_words(words: str, status: int | None, failure: Failure) -> ModelError | None:
    """Codes and phrases that mean the same whatever the status is."""
    if says_overflow(words) and status not in (401, 403, 404, 429):
        return overflow_error(words, _parsed(failure.body), status)
    if status == 402 or (status in (None, 400, 403, 429) and _QUOTA.search(words)):
        return QuotaError(
            "The account at the model's provider has no credit left.",
            "Add credit there, or choose another endpoint.",
            status=status,
        )
    if status is None and _RATE.search(words):
        return _limit_error(429, failure)
    if _AUTH.search(words) and status in (None, 400, 401, 403):
        return _key_error(status, failure)
    if status in (400, 404, 405, 422, 500, 501) and _WAY.search(words):
        return _way_error(status)
    if status in (None, 400, 404, 422) and _MODEL.search(words):
        return _model_error(failure.model, status)
    if _FILTER.search(words) and status in (None, 400, 403, 422):
        return RefusedError("The provider's content filter declined this text.", status=status)
    if status in (None, 503) and _LOADING.search(words):
        return ServerError("The model's server is still loading the model.", "Wait a moment.", status=status)
    return None


def _by_status(status: int | None, failure: Failure) -> ModelError | None:
    """What a status says when the words say nothing."""
    if status in (401, 403):
        return _key_error(status, failure)
    if status == 407:
        return MisconfiguredError(
            "The proxy asks for a name and a password.", "Set them in HTTPS_PROXY.", status=status
        )
    if status == 429:
        return _limit_error(status, failure)
    if status in (404, 405, 501):
        return _way_error(status)
    if status in (408, 504):
        return TimeoutExceededError("The model's server gave up waiting for the model.", status=status)
    if status is not None and 300 <= status < 400:
        return MisconfiguredError(
            "The server sends on to another address, which is not followed with code in hand.",
            "Set `model.base_url` to the final address (https instead of http, perhaps).",
            status=status,
        )
    return None


def _unrecognised(words: str, status: int | None, failure: Failure) -> ModelError:
    tail = _tail(failure)
    if status is not None and 400 <= status < 500:
        return RefusedError(f"The server declined the request ({status}){tail}", _CHECK, status=status)
    if status is not None and status >= 500:
        if _UPSTREAM.search(words):
            return ServerError(f"The server could not reach the model behind it ({status}).", _CHECK, status=status)
        return ServerError(f"The model's server failed ({status}){tail}", "Look into its log.", status=status)
    return ServerError(f"The model's server reported an error{tail}", "Look into its log.", status=status)


def _tail(failure: Failure) -> str:
    """What the server says to a person, as the end of a sentence; a full stop where it says nothing fit to be shown."""
    words = _message_in(_parsed(failure.body))
    if len(failure.key) >= _LEAST_KEY:
        words = words.replace(failure.key, "…")
    said = quotable(words, failure.sent)
    return f": {said.rstrip('.')}." if said else "."


def _key_error(status: int | None, failure: Failure) -> AuthenticationError:
    return AuthenticationError(
        f"The key for the model is missing, wrong, or not allowed to use it{_tail(failure)}",
        "Set the key with FORETYPE_API_KEY, `model.api_key_env` or `model.api_key_command`.",
        status=status,
    )


def _model_error(model: str, status: int | None) -> UnknownModelError:
    named = f" {model!r}" if model else " that was asked for"
    return UnknownModelError(
        f"The server does not have the model{named}.",
        "Set `model.name` to one that `foretype check` lists.",
        status=status,
    )


def _way_error(status: int | None) -> WayRefusedError:
    return WayRefusedError(
        "The server does not know this address or this way of asking.",
        "Check that `model.base_url` ends as the provider says (often in /v1), and set `model.mode` to auto.",
        status=status,
    )


def _tls_error(status: int | None) -> MisconfiguredError:
    return MisconfiguredError(
        "The server expects TLS.", "Write https:// instead of http:// in `model.base_url`.", status=status
    )


def _limit_error(status: int, failure: Failure) -> RateLimitedError:
    headers = failure.headers or {}
    wait = retry_after(headers)
    when = f" for {wait:.0f} s" if wait else " for now"
    return RateLimitedError(
        f"The provider takes no more requests or tokens{when}{_tail(failure)}",
        "Set `limits.requests_per_minute` or `limits.tokens_per_minute` to what it allows if this happens often.",
        status=status,
        retry_after=wait,
        headers={name.lower(): value for name, value in headers.items()},
    )


def _page_error(status: int | None) -> ModelError:
    if status is not None and status >= 500:
        return ServerError(f"A gateway before the model's server failed ({status}).", "Try again later.", status=status)
    return MisconfiguredError(
        "A web page came back instead of a model's answer.",
        "Check `model.base_url` (it often ends in /v1), the proxy, and whether the network asks for a log-in.",
        status=status,
    )


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds to wait by the headers (names in lower case), at most a day; None if they do not say.

    `retry-after-ms` before `retry-after` (seconds or an HTTP date), each also with the prefix that LiteLLM
    puts before the headers of the provider behind it.
    """
    for prefix in ("", "llm_provider-"):
        milliseconds = _number(headers.get(f"{prefix}retry-after-ms"))
        if milliseconds is not None:
            return min(milliseconds / 1000, MAX_RETRY_AFTER)
        value = headers.get(f"{prefix}retry-after")
        seconds = _number(value)
        if seconds is None and value:
            seconds = _until(value, now or datetime.now(timezone.utc))
        if seconds is not None:
            return min(seconds, MAX_RETRY_AFTER)
    return None


def _number(value: str | None) -> float | None:
    try:
        number = float(value) if value else None
    except ValueError:
        return None
    return number if number is not None and 0 <= number < float("inf") else None


def _until(value: str, now: datetime) -> float | None:
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return max(0.0, (moment - now).total_seconds())


def quotable(words: str, sent: str) -> str:
    """A server's words fit for a message: one short line without keys, quotations or text of the prompt."""
    line = " ".join(words.split())
    line = re.sub(r"(['\"`]).*?\1|<[^>]*>|\{.*|\[.*", "…", line)
    line = _AFTER_KEY.sub(r"\1…", line)
    line = re.sub(r"\b(sk|pk|key)[-_][\w*.-]{4,}|\bbearer \S+|\b[0-9a-fA-F]{16,}\b|\b\w{32,}\b", "…", line, flags=re.I)
    line = line[:160].rstrip()
    if any(line[at : at + 16] in sent for at in range(max(0, len(line) - 15))):
        return ""
    return line if any(character.isalpha() for character in line) else ""


def _parsed(body: object) -> object:
    if not isinstance(body, str):
        return body
    try:
        return read_json(body)
    except ValueError:
        return body


def _is_page(body: str) -> bool:
    return body.lstrip("\ufeff \t\r\n").lower().startswith(("<!doctype", "<html", "<head", "<?xml"))


def _words(body: object, depth: int = 0) -> str:
    """Every code, type and message in an error body, in one string; inputs that servers echo are left out."""
    if isinstance(body, str):
        return body[:2000]
    if isinstance(body, int | float) or body is None or depth > 4:
        return ""
    if isinstance(body, list):
        return " ".join(_words(item, depth + 1) for item in body[:8])
    if isinstance(body, dict):
        keys = ("error", "message", "detail", "msg", "code", "type", "param", "loc", "reason", "title")
        return " ".join(filter(None, (_words(body.get(key), depth + 1) for key in keys)))
    return ""


def _message_in(body: object) -> str:
    """What an error body says to a person."""
    while isinstance(body, dict):
        body = next((body[key] for key in ("error", "message", "detail") if body.get(key)), "")
    return body if isinstance(body, str) else ""


def _status_in(body: object) -> int | None:
    """The HTTP status that an error inside a 200 names in its code: an int, or the digits of one."""
    while isinstance(body, dict) and isinstance(body.get("error"), dict):
        body = body["error"]
    if not isinstance(body, dict):
        return None
    for key in ("code", "status"):
        value = body.get(key)
        if isinstance(value, str) and len(value) == 3 and value.isdecimal():
            value = int(value)
        if isinstance(value, int) and 400 <= value < 600:
            return value
    return None
