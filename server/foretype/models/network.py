"""Names what went wrong between here and the server: exceptions of the SDK and of the network below it.

Imports the SDK only when one of its exceptions is at hand, at which time it is loaded anyway.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from foretype.errors import MisconfiguredError, ModelError, TimeoutExceededError, UnreachableError
from foretype.models.failures import Failure, error_from

if TYPE_CHECKING:
    from foretype.models.provider import Endpoint


def network_errors() -> tuple[type[Exception], ...]:
    """What the SDK and its transport raise when a request fails."""
    import httpx2
    import openai

    return (openai.OpenAIError, httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, OSError, UnicodeError)


def refusal_in(error: BaseException) -> tuple[int, str] | None:
    """Status and body where the server answered with an error; None where there was no answer."""
    import openai

    return (error.status_code, error.response.text) if isinstance(error, openai.APIStatusError) else None


def was_reset_before_answer(error: BaseException) -> bool:
    """Whether the server dropped the connection without one byte of answer.

    That is what a kept-alive connection looks like when the server closed it at the moment of reuse: the
    request was not read, and asking again on a new connection is safe.
    """
    import httpx2
    import openai

    if not isinstance(error, openai.APIConnectionError) or isinstance(error, openai.APITimeoutError):
        return False
    causes = (httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.WriteError)
    return isinstance(error.__cause__, causes)


def error_of(error: Exception, endpoint: Endpoint, sent: str = "") -> ModelError:
    """The error of the tree for an exception of `network_errors()`. `sent` is the prompt: never quoted."""
    import openai

    if isinstance(error, openai.APIStatusError):
        headers = {name.lower(): value for name, value in error.response.headers.items()}
        body, key = error.response.text, endpoint.key or ""
        return error_from(Failure(error.status_code, headers, body, model=endpoint.model, sent=sent, key=key))
    where = place(endpoint.base_url)
    if endpoint.proxy and not is_loopback(endpoint.base_url):
        where += f" through the proxy {place(endpoint.proxy)}"
    chain = list(_chain(error))
    if any(_is_timeout(cause) for cause in chain):
        return TimeoutExceededError(f"No connection to {where} in time.", "Check the network, or raise the time limit.")
    return _unreachable(chain, where)


def _unreachable(chain: list[BaseException], where: str) -> ModelError:
    words = " ".join(str(cause) for cause in chain).lower()
    names = {type(cause).__name__ for cause in chain}
    if "wrong_version_number" in words or "record layer" in words or "http_request" in words:
        return MisconfiguredError(
            f"{where} does not speak TLS.", "Write http:// instead of https:// in `model.base_url`."
        )
    if "certificate" in words or any(isinstance(cause, ssl.SSLCertVerificationError) for cause in chain):
        return MisconfiguredError(
            f"The certificate of {where} is not trusted.",
            "Name its authority's certificate in `model.ca_file`, or add it to the system's store.",
        )
    if "ProxyError" in names:
        return UnreachableError(
            f"The proxy did not connect to {where}.", "Check `model.proxy`, HTTPS_PROXY and NO_PROXY."
        )
    if names & {"UnsupportedProtocol", "InvalidURL"}:
        return MisconfiguredError(
            "The address of the model's server is not valid.", "Set `model.base_url` to an http(s) address."
        )
    if names & {"LocalProtocolError", "UnicodeEncodeError"}:
        return MisconfiguredError(
            "The key or a header holds a character that HTTP does not allow.", "Set the key and headers anew."
        )
    if "refused" in words or "all connection attempts failed" in words:
        return UnreachableError(f"Nothing answers at {where}.", "Start the model's server, or check the address.")
    if any(hint in words for hint in ("name or service", "nodename", "getaddrinfo", "name resolution")):
        return UnreachableError(f"There is no host {where}.", "Check the spelling of `model.base_url`.")
    if names & {"RemoteProtocolError", "ReadError", "WriteError"}:  # a close and a reset are the same refusal
        return UnreachableError(
            f"{where} hung up, or does not speak HTTP.",
            "Check `model.base_url` (https:// where the server wants TLS), then the server's log.",
        )
    return UnreachableError(f"The connection to {where} failed.", "Check the network and `model.base_url`.")


def place(base_url: str) -> str:
    """Host and port of an address, without the user, password and path that it may hold."""
    try:
        parts = urlsplit(base_url)
        port = parts.port
    except ValueError:
        return "the address"
    host = parts.hostname or "the address"
    return f"{host}:{port}" if port else host


def is_address(base_url: str) -> bool:
    """Whether this can be the address of a server: http or https, a host, and a port if any."""
    try:
        parts = urlsplit(base_url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def is_loopback(base_url: str) -> bool:
    """Whether the address is this machine itself."""
    try:
        host = urlsplit(base_url).hostname or ""
    except ValueError:
        return False
    return host in ("localhost", "::1") or host.startswith("127.") or host.endswith(".localhost")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _is_timeout(error: BaseException) -> bool:
    return isinstance(error, TimeoutError) or type(error).__name__.endswith(("Timeout", "TimeoutError"))
