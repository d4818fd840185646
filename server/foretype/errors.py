"""Everything that can go wrong on purpose: what to tell the user, the remedy, and whether trying again can help.

    ForetypeError
    ├── ConfigurationError          a setting, file or key is wrong
    ├── UnknownFormatError          a cache or index file of another version, or a damaged one
    └── ModelError                  the model's server did not give an answer
        ├── UnreachableError        no connection now: nothing listens, no network, no such host
        ├── MisconfiguredError      what answers is no model's server, or not as set up: TLS, proxy, redirect, a page
        ├── AuthenticationError     the key is missing, wrong, or not allowed to do this
        ├── UnknownModelError       the server does not have this model, or not this address
        │   └── WayRefusedError     the server does not take this way of asking; another may work
        ├── RateLimitedError        too many requests or tokens for now; carries `retry_after`
        │   └── LimitReachedError   by our own count: nothing was sent
        ├── QuotaError              the account has run out; waiting does not help
        ├── ContextOverflowError    the prompt is longer than the model can take
        ├── RefusedError            the server understood and declined (content filter, bad parameter)
        ├── ServerError             the server failed; it may work in a moment
        ├── TimeoutExceededError    no answer, or no further token, in time
        └── StreamBrokenError       the answer ended in the middle; carries what came

`retry` says whether the same request can succeed later without the user doing anything. Messages are one
sentence, remedies one imperative sentence; neither ever holds a key, a prompt or a traceback.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class ForetypeError(Exception):
    """The root: a message for the user and, where there is one, a remedy."""

    retry: ClassVar[bool] = False

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".rstrip()


class ConfigurationError(ForetypeError):
    """A setting, a configuration file or a key that cannot be used."""


class UnknownFormatError(ForetypeError):
    """A cache or index file that another version wrote, or that is damaged; it can be built anew."""


class ModelError(ForetypeError):
    """The model's server gave no usable answer. `status` is the HTTP status, where there was one."""

    def __init__(self, message: str, remedy: str = "", *, status: int | None = None) -> None:
        super().__init__(message, remedy)
        self.status = status


class UnreachableError(ModelError):
    """No connection could be made now: nothing listens there, the network is away, or the name is not known."""

    retry = True


class MisconfiguredError(ModelError):
    """The way to the server is set up wrongly, so that trying again cannot help.

    TLS where there is none or the reverse, a certificate that is not trusted, a redirect, a proxy that wants a name, or
    a web page in place of an answer.
    """


class AuthenticationError(ModelError):
    """The key is missing, wrong, or not allowed to use this model (401, 403)."""


class UnknownModelError(ModelError):
    """The server has no such model or no such address (404, 405, 501)."""


class WayRefusedError(UnknownModelError):
    """The server does not take this way of asking this model; another way may work."""


class RateLimitedError(ModelError):
    """Too many requests or tokens for now. `retry_after` is in seconds, None where the server does not say.

    `headers` are the answer's, names in lower case: they may say what is left, and when more will be.
    """

    retry = True

    def __init__(
        self,
        message: str,
        remedy: str = "",
        *,
        status: int | None = None,
        retry_after: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, remedy, status=status)
        self.retry_after = retry_after
        self.headers = dict(headers or {})


class LimitReachedError(RateLimitedError):
    """The user's own limits, or what the server said is left, have no room for this request: nothing was sent."""


class QuotaError(ModelError):
    """The account's credit or quota is used up; waiting a minute does not help."""


class ContextOverflowError(ModelError):
    """The prompt and the answer together are longer than the model's context window.

    `limit` is that window and `prompt_tokens` the prompt as the server counted it, where it says so.
    """

    def __init__(
        self,
        message: str,
        remedy: str = "",
        *,
        status: int | None = None,
        limit: int | None = None,
        prompt_tokens: int | None = None,
    ) -> None:
        super().__init__(message, remedy, status=status)
        self.limit = limit
        self.prompt_tokens = prompt_tokens


class RefusedError(ModelError):
    """The server understood the request and declined it."""


class ServerError(ModelError):
    """The server failed (5xx, or an error inside a stream)."""

    retry = True


class TimeoutExceededError(ModelError):
    """No connection, no first token or no further token in time."""

    retry = True


class StreamBrokenError(ModelError):
    """The answer stopped in the middle. `partial` is the text that had come."""

    retry = True

    def __init__(self, message: str, remedy: str = "", *, status: int | None = None, partial: str = "") -> None:
        super().__init__(message, remedy, status=status)
        self.partial = partial
