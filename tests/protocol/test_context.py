"""What stands in a prompt beside the document, seen by the endpoint itself: a scripted stub that records requests."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from tests.protocol.test_model import BY_HAND, OPTED_IN, statuses
from tests.stub import StubServer, replies

pytestmark = pytest.mark.asyncio

METHOD = "textDocument/inlineCompletion"

PRICING = '''"""Prices."""


class PriceTable:
    """What things cost."""

    def lookup_by_article(self, article: str) -> int:
        return self._rows[article]

    def discounted_for_members(self, article: str) -> int:
        return self.lookup_by_article(article) * 9 // 10
'''
ORDER = '''from pricing import PriceTable


def total_of(order, table: PriceTable) -> int:
    """What an order costs."""
    result = 0
    for article in order:
        result += table
    return result
'''
SECRET = "credential_of_somebody"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "pricing.py").write_text(PRICING)
    (tmp_path / "order.py").write_text(ORDER)
    (tmp_path / ".env").write_text(f"PRICE_TABLE={SECRET}\n")
    for number in range(20):
        (tmp_path / f"other_{number}.py").write_text(f"def nothing_{number}():\n    return {number}\n")
    return tmp_path


async def opened(session, stub: StubServer, folder: Path, **more: object):
    """A session on the folder that is connected to the stub, with order.py open."""
    options = {"model": {"base_url": stub.url, "name": "stub"}, "completion": {"prefetch": "never"}, **more}
    probe = await session(OPTED_IN, options, workspaceFolders=[{"uri": folder.as_uri(), "name": "shop"}])

    def settled(_: dict) -> bool:
        seen = statuses(probe)
        return any(status["busy"] for status in seen) and not seen[-1]["busy"]

    await probe.message(settled)
    probe.open((folder / "order.py").as_uri(), ORDER)
    return probe


def at(folder: Path, line: int, character: int) -> dict:
    uri = (folder / "order.py").as_uri()
    return {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}, "context": BY_HAND}


async def asked_until(probe, stub: StubServer, folder: Path, wanted: str) -> str:
    """Ask until a prompt holds what is wanted: the index takes a moment.

    Each time with another text, since nobody is asked the same twice, and on another line than before, since what
    changes while one types gets into a prompt when the line changes.
    """
    uri = (folder / "order.py").as_uri()
    for _ in range(80):
        probe.version = getattr(probe, "version", 1) + 1
        line = (7, 8)[probe.version % 2]
        column = len(ORDER.split("\n")[line]) + (probe.version - 2) // 2
        before = len(stub.asked)
        await probe.request(METHOD, at(folder, line, column))
        if len(stub.asked) > before:
            prompt = json.dumps(stub.asked[-1].body)
            if wanted in prompt:
                return prompt
        probe.insert(uri, probe.version, line, column, "x")
        await asyncio.sleep(0.2)
    raise AssertionError(f"no prompt held {wanted}")


async def test_the_definition_from_another_file_is_in_the_prompt(session, shop):
    async with StubServer(replies.chat(["x"])) as stub:
        probe = await opened(session, stub, shop)
        prompt = await asked_until(probe, stub, shop, "lookup_by_article")
        assert "pricing.py" in prompt
        assert SECRET not in prompt


async def test_diagnostics_that_the_client_tells_are_in_the_prompt(session, shop):
    async with StubServer(replies.chat(["x"])) as stub:
        probe = await opened(session, stub, shop)
        await asked_until(probe, stub, shop, "lookup_by_article")
        uri = (shop / "order.py").as_uri()
        place = {"start": {"line": 7, "character": 8}, "end": {"line": 7, "character": 14}}
        told = [{"range": place, "message": "unsupported operand: gebraeuchlich_name"}, {"message": "no place"}, 7]
        probe.notify("foretype/didChangeDiagnostics", {"uri": uri, "diagnostics": told})
        prompt = await asked_until(probe, stub, shop, "gebraeuchlich_name")
        assert "line 8" in prompt


@pytest.mark.parametrize("indexed", [True, False])
async def test_what_was_changed_in_another_file_is_in_the_prompt(session, shop, indexed):
    async with StubServer(replies.chat(["x"])) as stub:
        probe = await opened(session, stub, shop, index={"enable": indexed})
        other = (shop / "other_3.py").as_uri()
        probe.open(other, "def nothing_3():\n    return 3\n")
        probe.insert(other, 2, 1, 4, "result_of_the_table = 3\n    ")
        prompt = await asked_until(probe, stub, shop, "result_of_the_table")
        assert "other_3.py" in prompt


@pytest.mark.parametrize(
    "params",
    [None, 7, {}, {"uri": 3}, {"uri": "file:///a.py", "diagnostics": 3}, {"uri": "untitled:a", "diagnostics": [None]}],
)
async def test_nonsense_is_taken_for_nothing(session, shop, params):
    async with StubServer(replies.chat(["x"])) as stub:
        probe = await opened(session, stub, shop)
        for method in ("foretype/didChangeDiagnostics", "foretype/didCopy", "textDocument/didFocus"):
            probe.notify(method, params)
        assert (await probe.request(METHOD, at(shop, 7, 23)))["result"] is not None
