"""What a conversation keeps, drops and cancels; everything here was wrong in pygls 2.1.1 or in an answer to it."""

from __future__ import annotations

import asyncio
import gc

import pytest

from foretype.errors import UnreachableError
from foretype.lsp.request_error import RequestError
from tests.unit.lsp.sessions import session

pytestmark = pytest.mark.asyncio

URI = "file:///a.py"
COMMAND = "workspace/executeCommand"


@pytest.fixture(autouse=True)
def own_folders(monkeypatch, tmp_path):
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    for name in ("FORETYPE_BASE_URL", "FORETYPE_MODEL", "FORETYPE_LOG"):
        monkeypatch.delenv(name, raising=False)


def opened(text: str = "x = 1\n") -> dict:
    return {"textDocument": {"uri": URI, "languageId": "python", "version": 1, "text": text}}


def typed(version: int) -> dict:
    here = {"line": 0, "character": 0}
    change = {"range": {"start": here, "end": here}, "text": "a"}
    return {"textDocument": {"uri": URI, "version": version}, "contentChanges": [change]}


def kept(server) -> dict[str, int]:
    """The sizes of everything that pygls or the conversation could pile up in."""
    protocol = server.protocol
    return {
        name: len(value)
        for holder in (protocol, server, server.completer, server.documents)
        for name, value in vars(holder).items()
        if hasattr(value, "__len__") and not isinstance(value, (str, bytes))
    }


async def test_notifications_leave_nothing_behind():
    async with session() as client:
        client.notify("textDocument/didOpen", opened())
        await asyncio.sleep(0.2)  # the opening's own work has ended
        before, tasks = kept(client.server), len(asyncio.all_tasks())
        for version in range(2, 2_002):
            client.notify("textDocument/didChange", typed(version))
        await asyncio.sleep(0)
        assert kept(client.server) == before
        assert len(asyncio.all_tasks()) == tasks
        gc.collect()
        futures = [item for item in gc.get_objects() if type(item).__name__ == "Future"]
        assert len(futures) < 100
        assert client.server.documents.get(URI).lines[0].startswith("a" * 2_000)


async def test_requests_leave_nothing_behind():
    async with session() as client:
        client.notify("textDocument/didOpen", opened())
        await asyncio.sleep(0.2)
        place = {"textDocument": {"uri": URI}, "position": {"line": 0, "character": 0}}
        ask = [{"id": number, "method": "textDocument/inlineCompletion", "params": place} for number in range(300)]
        client.send(*ask[:100])
        await asyncio.sleep(0.1)
        before = kept(client.server)
        client.send(*ask[100:])
        client.send(*({"id": f"x{number}", "method": "nobody/knows"} for number in range(100)))
        await asyncio.sleep(0.3)
        assert kept(client.server) == before
        assert all(len(client.answers_to(number)) == 1 for number in range(300))


async def test_cancelling_a_command_reaches_the_command():
    async with session() as client:
        seen = []

        async def command(_arguments):
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                seen.append("cancelled")
                raise

        client.server.protocol.add_command("test.wait", command)
        client.send({"id": 1, "method": COMMAND, "params": {"command": "test.wait"}})
        await asyncio.sleep(0)
        client.notify("$/cancelRequest", {"id": 1})
        client.notify("$/cancelRequest", {"id": 1})
        await asyncio.sleep(0.01)
        assert seen == ["cancelled"]
        (answer,) = client.answers_to(1)
        assert answer["error"]["code"] == -32800


async def test_shutdown_with_a_command_in_flight_is_answered_and_ends_it():
    async with session() as client:
        client.server.protocol.add_command("test.wait", lambda _arguments: asyncio.sleep(3600))
        client.send({"id": 1, "method": COMMAND, "params": {"command": "test.wait"}})
        await asyncio.sleep(0)
        client.send({"id": 2, "method": "shutdown"})
        await asyncio.sleep(0.01)
        assert "result" in client.answers_to(2)[0]
        assert [answer["error"]["code"] for answer in client.answers_to(1)] == [-32800]


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (RequestError(-32803, "no luck"), -32803),
        (UnreachableError("No server answers."), -32803),
        (ValueError("/home/user/secret.py"), -32603),
        (RecursionError(), -32603),
        (object(), -32603),
        (float("nan"), None),
        ({"a": {1: 2}}, None),
        (b"bytes", -32603),
    ],
)
@pytest.mark.parametrize("later", [False, True])
async def test_whatever_a_command_does_it_is_answered_once(outcome, code, later):
    async with session() as client:

        def now(_arguments):
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        async def soon(arguments):
            return now(arguments)

        client.server.protocol.add_command("test.odd", soon if later else now)
        client.send({"id": 1, "method": COMMAND, "params": {"command": "test.odd"}})
        await asyncio.sleep(0.01)
        (answer,) = client.answers_to(1)
        assert answer.get("error", {}).get("code") == code
        assert "secret" not in str(answer)


async def test_a_request_of_ours_that_timed_out_is_forgotten_and_its_late_answer_harmless():
    async with session() as client:
        protocol = client.server.protocol
        waiting = protocol.send_request_async("foretype/apiKey", {})
        other = protocol.send_request_async("foretype/apiKey", {})
        waiting.cancel()
        await asyncio.sleep(0)
        late, good = client.asked("foretype/apiKey")
        client.send({"id": late["id"], "result": {"key": "late"}}, {"id": good["id"], "result": {"key": "good"}})
        assert (await other).key == "good"
        client.send({"id": good["id"], "result": {"key": "again"}})
        assert protocol._request_futures == {}
        assert protocol._result_types == {}


@pytest.mark.parametrize(
    "answer",
    [
        {"error": {"code": -32601, "message": "no"}},
        {"error": {"code": "x"}},
        {"error": "text"},
        {"result": {"class": 1, "type_name": "a b"}},
    ],
)
async def test_any_answer_to_a_request_of_ours_ends_the_wait(answer):
    async with session() as client:
        waiting = client.server.protocol.send_request_async("foretype/apiKey", {})
        (request,) = client.asked("foretype/apiKey")
        client.send({"id": request["id"], **answer}, {"id": {}, "result": 1}, {"id": [1], "error": {}})
        await asyncio.wait([waiting], timeout=5)
        assert waiting.done()
        assert isinstance(waiting.exception(), Exception)
        assert client.server.protocol._request_futures == {}


async def test_the_end_of_the_conversation_ends_waits_for_the_client():
    async with session() as client:
        waiting = client.server.protocol.send_request_async("foretype/apiKey", {})
    await asyncio.wait([waiting], timeout=5)
    assert waiting.cancelled()


async def test_a_failing_background_task_is_logged_and_dropped():
    async with session() as client:

        async def broken():
            raise ValueError("inside")

        client.server.protocol.spawn(broken())
        await asyncio.sleep(0.01)
        logged = [message["params"]["message"] for message in client.asked("window/logMessage")]
        assert any("ValueError" in line for line in logged)


async def test_a_bool_does_not_cancel_request_one():
    async with session() as client:
        client.server.protocol.add_command("test.wait", lambda _arguments: asyncio.sleep(0.05, "slept"))
        client.send({"id": 1, "method": COMMAND, "params": {"command": "test.wait"}})
        client.notify("$/cancelRequest", {"id": True})
        await asyncio.sleep(0.2)
        assert client.answers_to(1)[0].get("result") == "slept"
