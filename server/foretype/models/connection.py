"""One client per endpoint: the SDK with a connection of our own, kept warm and closed at the end.

The SDK takes a second to import and tens of megabytes, so it is loaded when first needed, in a thread. Each
request leaves with the headers that are set here and no others: the SDK would add an organisation, a
project, further headers and a key from its environment variables, to whatever server is configured, and
describe the machine in `x-stainless-*`.
"""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from foretype import __version__
from foretype.errors import ConfigurationError, MisconfiguredError, ModelError, TimeoutExceededError
from foretype.garbage import loading
from foretype.models.deadline import until
from foretype.models.dialects import address_of, dialect_of
from foretype.models.learned import Learned
from foretype.models.network import error_of, is_address, is_loopback, network_errors, place
from foretype.models.provider import Endpoint

if TYPE_CHECKING:
    import ssl

    import httpx2
    from openai import AsyncOpenAI

# The SDK refuses to start without a key; this one never leaves, see `_Headers`.
_NO_KEY = "none"
# Servers and proxies commonly drop an idle connection after 60 s or more; the library's own 5 s would open
# a new one (TCP and TLS) for almost every suggestion.
_KEEP_ALIVE_SECONDS = 120
_PLAIN_HEADERS = ("host", "accept", "accept-encoding", "connection", "content-type", "content-length")


class Connection:
    """The way to one endpoint. Cheap to make; loads the SDK and connects when first used."""

    def __init__(self, endpoint: Endpoint) -> None:
        _check(endpoint)
        self.endpoint = endpoint
        self.learned = Learned()
        self._client: AsyncOpenAI | None = None
        self._making: asyncio.Future[AsyncOpenAI] | None = None
        self._closed = False

    async def client(self) -> AsyncOpenAI:
        """The SDK's client, loaded and built in a thread the first time."""
        if self._client is None:
            self._check_open()
            if self._making is None:
                self._making = asyncio.ensure_future(asyncio.to_thread(_load_client, self.endpoint))
            # One request may be cancelled while it waits; the others still want the client.
            try:
                client = await asyncio.shield(self._making)
            except (ValueError, OSError, ImportError) as error:
                raise MisconfiguredError(
                    f"The connection to the model cannot be set up ({type(error).__name__}).",
                    "Check `model.base_url`, the proxy's variables and SSL_CERT_FILE.",
                ) from None
            self._check_open()  # closed meanwhile
            self._client = client
        return self._client

    def _check_open(self) -> None:
        if self._closed:
            raise ModelError("The connection to the model was closed.")

    async def get(self, path: str) -> str:
        """The body of a GET; the path is below the base address, or a whole address.

        Raises a `ModelError` for any status but success.
        """
        return await self._ask("GET", path, None)

    async def post(self, path: str, body: object) -> str:
        """The same with a POST. Only for questions about the server itself: prompts go through streaming.py."""
        return await self._ask("POST", path, body)

    async def _ask(self, method: str, path: str, body: object) -> str:
        import httpx2

        client = await self.client()
        limit = self.endpoint.limits.first_token
        try:
            moment = asyncio.get_running_loop().time() + limit
            if method == "GET":
                response = await until(moment, client.get(path, cast_to=httpx2.Response))
            else:
                response = await until(moment, client.post(path, cast_to=httpx2.Response, body=body))
        except asyncio.TimeoutError:
            raise TimeoutExceededError(
                f"{place(self.endpoint.base_url)} did not answer within {limit:g} s.", "Look into its log."
            ) from None
        except network_errors() as error:
            raise error_of(error, self.endpoint) from None
        return response.text

    async def aclose(self) -> None:
        """Close every connection. Answers that are still on their way break off.

        A client that is still being made is not waited for, which can take seconds: it has connected to nothing.
        """
        self._closed = True
        if self._making is not None and self._client is None:
            self._making.add_done_callback(lambda made: made.cancelled() or made.exception())  # nobody else may look
        if self._client is not None:
            client, self._client = self._client, None
            await client.close()


def _check(endpoint: Endpoint) -> None:
    """Refuse what could only fail later, and less clearly."""
    if not is_address(endpoint.base_url):
        raise ConfigurationError(
            "The address of the model's server is not an http:// or https:// address.",
            "Set `model.base_url`, for example to http://127.0.0.1:8080/v1.",
        )
    if endpoint.proxy and not is_address(endpoint.proxy):
        raise ConfigurationError(
            "The proxy's address is not an http:// or https:// address.", "Set `model.proxy` anew, or remove it."
        )
    for text in (endpoint.key or "", *endpoint.headers, *endpoint.headers.values()):
        if not (text.isascii() and text.isprintable()):
            raise ConfigurationError(
                "The key or a header holds a character that HTTP does not allow.", "Set the key and headers anew."
            )


def _load_client(endpoint: Endpoint) -> AsyncOpenAI:
    """Import and build everything that the first request would otherwise wait for. Runs in a thread."""
    with loading("SDK"):
        return _make_client(endpoint)


def _make_client(endpoint: Endpoint) -> AsyncOpenAI:
    import httpx2
    import openai
    import tenacity  # noqa: F401  (needed by the first request)

    # OPENAI_LOG=debug would print parts of requests to stderr, which editors keep in log files.
    logging.getLogger("openai").setLevel(logging.WARNING)
    limits = endpoint.limits
    address, query = address_of(endpoint)
    local = is_loopback(endpoint.base_url)
    http_client = httpx2.AsyncClient(
        # The read limit only guards against a forgotten one: the real limits are kept around the iteration.
        timeout=httpx2.Timeout(connect=limits.connect, read=600, write=30, pool=30),
        limits=httpx2.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=_KEEP_ALIVE_SECONDS),
        # A proxy is for the outside; loopback is never reached through one.
        trust_env=not local,
        proxy=None if local else endpoint.proxy or None,
        # Without TLS and proxy no certificate is ever looked at; loading the authorities would take time.
        verify=False if local and address.startswith("http:") else _authorities(endpoint.ca_file),
        # Code and key go to the configured address, not to where an answer sends on.
        follow_redirects=False,
        event_hooks={"request": [_Headers(endpoint)]},
    )
    return openai.AsyncOpenAI(
        api_key=endpoint.key or _NO_KEY,
        base_url=address,
        default_query=dict(query),
        max_retries=0,
        http_client=http_client,
    )


def _authorities(ca_file: str) -> ssl.SSLContext:
    """Who may vouch for servers: the system's authorities, SSL_CERT_FILE's, and those in a file of the user's."""
    import httpx2

    context = httpx2.create_ssl_context()
    if ca_file:
        try:
            context.load_verify_locations(cafile=Path(ca_file).expanduser())
        except (OSError, RuntimeError):
            raise ConfigurationError(
                "The file that `model.ca_file` names cannot be read as certificates.",
                "Name a file of certificates in PEM form, or remove the setting.",
            ) from None
    return context


class _Headers:
    """Gives every request exactly the headers that are meant for it."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._own = {"user-agent": f"foretype/{__version__}"}
        if endpoint.key:
            header = dialect_of(endpoint).key_header
            self._own[header] = f"Bearer {endpoint.key}" if header == "authorization" else endpoint.key
        self._own.update({name.lower(): value for name, value in endpoint.headers.items()})

    async def __call__(self, request: httpx2.Request) -> None:
        headers = [(name, request.headers[name]) for name in _PLAIN_HEADERS if name in request.headers]
        request.headers = type(request.headers)([*headers, *self._own.items()])
