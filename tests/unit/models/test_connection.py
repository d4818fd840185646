"""The connection: nothing loaded early, kept warm, and only the headers that are meant to go."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from dataclasses import replace

import pytest

from foretype.errors import AuthenticationError, ConfigurationError, MisconfiguredError, ModelError, UnreachableError
from foretype.models.connection import Connection
from foretype.models.openai_chat import ChatProvider
from foretype.models.provider import ChatPrompt, Endpoint, Message, Provider
from tests.stub import StubServer, replies
from tests.unit.models.asking import CHAT, ask, ask_stub, endpoint


def test_importing_loads_no_sdk() -> None:
    program = (
        "import sys, foretype.models.registry, foretype.prompts.chat_fill, foretype.prompts.writer;"
        "print(sorted({'openai', 'httpx2', 'tiktoken', 'tenacity', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_key_is_not_in_a_repr() -> None:
    assert "sk-1" not in repr(Endpoint("http://x/v1", "m", key="sk-1", headers={"api-key": "sk-1"}))


@pytest.mark.parametrize(
    "bad",
    [
        {"base_url": "localhost:8080"},
        {"base_url": ""},
        {"key": "sk\n1"},
        {"key": "schlüssel"},
        {"headers": {"a": "\r"}},
    ],
)
def test_what_can_only_fail_later_is_refused(bad: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Connection(replace(Endpoint("http://x/v1", "m"), **bad))  # type: ignore[arg-type]
    assert "sk" not in str(caught.value).split()


@pytest.mark.asyncio
async def test_an_open_connection_is_used_again() -> None:
    async with StubServer(replies.chat(["a"]), replies.chat(["b"]), replies.completions(["c"])) as stub:
        connection = Connection(endpoint(stub))
        provider: Provider = ChatProvider(connection)
        assert isinstance(provider, Provider)
        await connection.get("/models")
        assert [(await ask(provider, CHAT)).text for _ in range(2)] == ["a", "b"]
        assert stub.connections == 1
        await connection.aclose()
        with pytest.raises(ModelError):
            await connection.client()


@pytest.mark.asyncio
async def test_a_question_to_the_server_tells_what_is_wrong() -> None:
    async with StubServer() as stub:
        pass
    connection = Connection(endpoint(stub))
    with pytest.raises(UnreachableError):
        await connection.get("/models")
    await connection.aclose()


@pytest.mark.asyncio
async def test_closing_while_loading() -> None:
    connection = Connection(Endpoint("http://127.0.0.1:9/v1", "m"))
    loading, waiting = asyncio.ensure_future(connection.client()), asyncio.ensure_future(connection.client())
    await asyncio.sleep(0)
    loading.cancel()
    await connection.aclose()
    assert not waiting.done()  # nothing was waited for
    with pytest.raises(ModelError):
        await waiting


@pytest.mark.asyncio
async def test_the_environment_adds_nothing(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, "from-the-environment")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://from-the-environment.invalid")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Ambient: from-the-environment\nAuthorization: Bearer ambient")
    monkeypatch.setenv("HTTP_PROXY", "http://from-the-environment.invalid")
    caplog.set_level(logging.INFO)
    async with StubServer() as stub:
        assert (await ask_stub(stub, key=None)).error is None
        assert (await ask_stub(stub, headers={"Api-Key": "own"})).error is None
    without_key, with_key = stub.asked
    assert "authorization" not in without_key.headers
    assert with_key.headers["authorization"] == "Bearer sk-secret"
    assert with_key.headers["api-key"] == "own"
    for request in stub.asked:
        assert "from-the-environment" not in str(request.headers)
        assert not [name for name in request.headers if name.startswith("x-stainless")]
    assert "secret_prompt" not in caplog.text


@pytest.mark.asyncio
async def test_loopback_is_never_reached_through_a_proxy() -> None:
    async with StubServer(replies.chat(["x"])) as stub:
        assert (await ask_stub(stub, proxy="http://no-such-proxy.invalid:3128")).text == "x"


@pytest.mark.asyncio
async def test_a_proxy_that_is_not_there() -> None:
    async with StubServer() as gone:
        pass
    outcome = await ask_stub(gone, base_url="http://models.invalid/v1", proxy=f"http://127.0.0.1:{gone.port}")
    assert isinstance(outcome.error, UnreachableError)
    assert f"through the proxy 127.0.0.1:{gone.port}" in outcome.error.message


@pytest.mark.asyncio
async def test_redirects_are_not_followed() -> None:
    async with StubServer() as other:
        moved = replies.whole(307, "", {"Location": f"{other.url}/chat/completions"})
        async with StubServer(moved) as stub:
            outcome = await ask_stub(stub)
        assert isinstance(outcome.error, MisconfiguredError)
        assert "model.base_url" in outcome.error.remedy
        assert other.received == []


@pytest.mark.asyncio
async def test_tls_where_there_is_none() -> None:
    async with StubServer() as stub:
        outcome = await ask_stub(stub, base_url=stub.url.replace("http:", "https:"))
    assert isinstance(outcome.error, MisconfiguredError)
    assert "http:// instead of https://" in outcome.error.remedy


@pytest.mark.asyncio
async def test_no_such_host() -> None:
    async with StubServer() as stub:
        outcome = await ask_stub(stub, base_url="http://no-such-host.invalid/v1")
    assert isinstance(outcome.error, UnreachableError)
    assert "no-such-host.invalid" in outcome.error.message


@pytest.mark.asyncio
async def test_wrong_key() -> None:
    async with StubServer(replies.error(401, "Incorrect API key provided: sk-secret")) as stub:
        outcome = await ask_stub(stub)
    assert isinstance(outcome.error, AuthenticationError)
    assert "sk-secret" not in str(outcome.error)


@pytest.mark.asyncio
@pytest.mark.parametrize(("name", "value"), [("HTTPS_PROXY", "no proxy"), ("SSL_CERT_FILE", "/no/such/file.pem")])
async def test_a_bad_environment(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    async with StubServer() as stub:
        outcome = await ask_stub(stub, base_url="https://no-such-host.invalid/v1")
    assert isinstance(outcome.error, (MisconfiguredError, UnreachableError))
    assert value not in str(outcome.error)


@pytest.mark.asyncio
async def test_half_surrogates_are_sent_as_question_marks() -> None:
    request = replace(CHAT, prompt=ChatPrompt((Message("user", "a\ud800b\u00e9"),)))
    async with StubServer() as stub:
        assert (await ask_stub(stub, request)).error is None
        assert stub.asked[0].body["messages"][0]["content"] == "a?b\u00e9"
