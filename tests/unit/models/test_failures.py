"""Which error a status, headers and body stand for; shapes from recordings and from providers' documents."""

from __future__ import annotations

import json
from datetime import datetime, timezone

import pytest

from foretype import errors
from foretype.models.failures import Failure, error_from, quotable, retry_after

AUTH, OVERFLOW, RATE = errors.AuthenticationError, errors.ContextOverflowError, errors.RateLimitedError
QUOTA, MODEL, REFUSED = errors.QuotaError, errors.UnknownModelError, errors.RefusedError
WAY = errors.WayRefusedError
SERVER, UNREACHABLE, LATE = errors.ServerError, errors.UnreachableError, errors.TimeoutExceededError
SETUP = errors.MisconfiguredError


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, {"error": "Unauthorized"}, AUTH),
        (401, {"detail": "Invalid API key"}, AUTH),
        (401, {"message": "Unauthorized", "request_id": "r"}, AUTH),
        (403, "", AUTH),
        (400, {"error": {"message": "No connected db.", "type": "no_db_connection"}}, AUTH),
        (400, {"error": {"message": "API key not valid. Please pass a valid API key.", "code": 400}}, AUTH),
        (402, {"error": {"message": "Insufficient credits", "code": 402}}, QUOTA),
        (429, {"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}}, QUOTA),
        (429, {"error": {"message": "Rate limit reached for requests", "code": "rate_limit_exceeded"}}, RATE),
        (429, "Too Many Requests", RATE),
        (429, {"error": {"message": "Request too large: maximum context length is in tokens per min"}}, RATE),
        (400, {"error": {"message": "too long", "code": "context_length_exceeded"}}, OVERFLOW),
        (400, {"error": {"message": "x", "type": "exceed_context_size_error"}}, OVERFLOW),
        (400, {"object": "error", "message": "This model's maximum context length is 1024"}, OVERFLOW),
        (400, {"error": {"message": "You passed 15 input tokens, the model's context length is 14"}}, OVERFLOW),
        (413, {"error": {"message": "Please reduce the length of the messages"}}, OVERFLOW),
        (500, {"error": {"message": "request (9 tokens) exceeds the available context size (8 tokens)"}}, OVERFLOW),
        (404, {"error": {"message": "model \"x\" not found, try pulling it first"}}, MODEL),
        (404, {"error": {"message": "The model `x` does not exist", "code": "model_not_found"}}, MODEL),
        (400, {"error": {"message": "Invalid model name passed in model=x"}}, MODEL),
        (404, "404 page not found", WAY),
        (405, {"detail": "Method Not Allowed"}, WAY),
        (501, {"error": {"message": "This server does not support completions", "code": 501}}, WAY),
        (400, {"error": {"message": "The response was filtered", "code": "content_filter"}}, REFUSED),
        (422, {"object": "error", "message": {"detail": [{"type": "extra_forbidden", "loc": ["store"]}]}}, REFUSED),
        (400, {"error": {"message": "suffix is not currently supported", "type": "BadRequestError"}}, WAY),
        (400, {"error": {"message": "suffix is only supported for models with FIM completion", "code": 400}}, WAY),
        (500, {"error": {"message": "Unsupported param: suffix"}}, WAY),
        (400, {"error": {"message": "registry.ollama.ai/library/llama3:8b does not support insert"}}, WAY),
        (404, {"error": {"message": "This is a chat model and not supported in the v1/completions endpoint."}}, WAY),
        (404, {"error": {"message": "The model does not support Chat Completions API", "type": "NotFound"}}, WAY),
        (400, {"message": "default chat template is no longer allowed", "object": "error"}, WAY),
        (501, {"error": {"message": "Infill is not supported by this model: prefix token is missing."}}, WAY),
        (400, "<html><h1>400</h1>The plain HTTP request was sent to HTTPS port</html>", SETUP),
        (400, "Client sent an HTTP request to an HTTPS server.\n", SETUP),
        (503, {"error": {"message": "Loading model", "type": "unavailable_error", "code": 503}}, SERVER),
        (529, {"error": {"message": "overloaded", "type": "overloaded_error"}}, SERVER),
        (500, "Internal Server Error", SERVER),
        (502, "<html><body>Bad gateway</body></html>", SERVER),
        (200, "<!DOCTYPE html><html>Log in</html>", SETUP),
        (407, "", SETUP),
        (301, "", SETUP),
        (408, {"error": {"message": "Timeout"}}, LATE),
        (504, "upstream timed out", LATE),
        (None, {"error": {"message": "upstream exploded", "code": "503"}}, SERVER),
        (None, {"error": {"message": "Rate limit exceeded for api_key: 12"}}, RATE),
        (None, {"error": {"message": "No auth credentials found: invalid api key", "code": 401}}, AUTH),
        (200, {"error": "trying to keep the first 9 tokens when context the overflows. context length 8"}, OVERFLOW),
        (None, "{}", SERVER),
        (None, [1, [2]], SERVER),
        (400, {"error": {"message": ["a"]}}, REFUSED),
        (None, {"error": {"message": "x", "code": "9" * 5_000}}, SERVER),
        (None, "[" * 100_000, SERVER),
        (None, '{"error":' * 900 + "1" + "}" * 900, SERVER),
    ],
)  # fmt: skip
def test_kinds(status: int | None, body: object, kind: type[errors.ModelError]) -> None:
    for form in (body, json.dumps(body)) if not isinstance(body, str) else (body,):
        error = error_from(Failure(status, {}, form, model="x"))
        assert type(error) is kind
        assert error.message.endswith((".", "…"))
        assert "\n" not in str(error)


def test_only_what_can_succeed_is_tried_again() -> None:
    assert not any(kind.retry for kind in (AUTH, OVERFLOW, QUOTA, MODEL, WAY, REFUSED, SETUP))
    assert all(kind.retry for kind in (RATE, SERVER, LATE, UNREACHABLE))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "2"}, 2.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "2"}, 0.25),
        ({"retry-after": "Sun, 22 Nov 2026 08:00:30 GMT"}, 30.0),
        ({"retry-after": "Sun, 22 Nov 2026 07:00:00 GMT"}, 0.0),
        ({"llm_provider-retry-after": "60"}, 60.0),
        ({"llm_provider-retry-after-ms": "6500", "llm_provider-retry-after": "7"}, 6.5),
        ({"retry-after": "1", "llm_provider-retry-after": "60"}, 1.0),
        ({"retry-after": "999999"}, 86_400.0),
        *[({"retry-after": bad}, None) for bad in ("soon", "-1", "nan", "inf", "", "Sun, 99 Nov 2026 08:00:30 GMT")],
        ({"retry-after": "Sun, 22 Nov 99999999999999999999 08:00:30 GMT"}, None),
        ({"retry-after-ms": "x", "retry-after": "3"}, 3.0),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    now = datetime(2026, 11, 22, 8, 0, 0, tzinfo=timezone.utc)
    assert retry_after(headers, now) == seconds
    if "date" not in str(headers) and "Nov" not in str(headers):
        error = error_from(Failure(429, headers))
        assert isinstance(error, RATE)
        assert error.retry_after == seconds
        assert error.headers == headers, "they may say what is left"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("List should have at most 4 items", "List should have at most 4 items"),
        ("Incorrect key sk-abcdefgh given", "Incorrect key … given"),
        ("for api_key: a4a6d307ad00fa67176e1099fdbc4f4a09bb527a", "for api_key: …"),
        (
            "Incorrect API key provided: abc123. See https://x.example",
            "Incorrect API key provided: … See https://x.example",
        ),
        ("You can find your API key at https://x.example", "You can find your API key at https://x.example"),
        ("invalid token=hush", "invalid token=…"),
        ("unexpected 'password = 1' here", "unexpected … here"),
        ("a\nb\n  c", "a b c"),
        ("input was {'prompt': 'x'", "input was …"),
        ("the text password = hunter2 is odd", ""),
        ("123", ""),
        ("x" * 31 + " " + "y " * 200, "x" * 31 + " " + ("y " * 64).rstrip()),
    ],
)
def test_servers_words_without_secrets(words: str, said: str) -> None:
    assert quotable(words, sent="a = 1\npassword = hunter2\n") == said


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (401, {"error": {"message": "Incorrect API key provided: sk-live-0123456789"}}, "API key provided: …."),
        (401, {"error": {"message": "The word open-sesame is\nnot known"}}, "The word … is not known."),
        (403, {"detail": "This key may not use the model"}, "use it: This key may not use the model."),
        (429, {"error": {"message": "Limit 3, used 3 per min"}}, "for 7 s: Limit 3, used 3 per min."),
        (429, "", "for 7 s."),
        (401, {"error": {"message": "long " * 100}}, "use it: " + ("long " * 32).strip() + "."),
        (401, {"error": {"message": "odd: password = hunter2"}}, "allowed to use it."),
    ],
)  # fmt: skip
def test_a_key_or_a_limit_is_refused_with_the_providers_own_words(status: int, body: object, said: str) -> None:
    failure = Failure(status, {"retry-after": "7"}, body, sent="password = hunter2\n", key="open-sesame")
    error = error_from(failure)
    assert error.message.endswith(said)
    assert "key=" not in repr(failure)
    if status == 429:
        assert error.remedy.startswith("Set `limits.requests_per_minute`")
