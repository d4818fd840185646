"""`foretype check --explain`: the prompt that would be sent, its parts, and what is withheld; and no question asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.stub import StubServer, replies
from tests.unit.cli.running import Home

pytestmark = pytest.mark.asyncio

PLANTED = "AKIA" + "Q3T7Z5W2X9V4B6N8"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    (home.folder / ".git").mkdir()
    (home.folder / "shop.py").write_text("def price_of_basket(basket, discount):\n    return sum(basket) * discount\n")
    (home.folder / "app.py").write_text(f'from shop import price_of_basket\n\nKEY = "{PLANTED}"\n\ntotal = price\n')
    return home


async def test_nothing_configured(home: Home) -> None:
    ran = await home.call("check", "--explain", "app.py:5:14")
    assert ran.code == 0, ran.err
    assert "Nothing is sent from app.py:5:14. No endpoint is configured" in ran.out


async def test_no_such_place(home: Home) -> None:
    for words in ("app.py", "app.py:99:1", "nowhere.py:1:1"):
        ran = await home.run("check", "--explain", words)
        assert ran.code == 2
        assert ran.err.startswith("foretype check: ")


async def test_the_prompt_its_parts_and_what_is_withheld(home: Home) -> None:
    async with StubServer(replies.completions(["no"])) as stub:
        options = ("--set", f"model.base_url={stub.url}", "--set", "model.name=qwen2.5-coder")
        ran = await home.call("check", "--explain", "app.py:5:14", *options)
        as_json = await home.call("check", "--explain", "app.py:5:14", "--json", *options)
        asked = [request.path for request in stub.asked]
    assert ran.code == 0, ran.err
    assert not asked
    assert PLANTED not in ran.out + as_json.out
    assert "asked by a fill-in-the-middle prompt: Qwen Coder fills in the middle." in ran.out
    assert "Withheld: " in ran.out
    assert "in line 3, column 8." in ran.out
    assert "<|fim_suffix|>" in ran.out
    assert "total = price" in ran.out
    content = json.loads(as_json.out)
    kinds = [part["kind"] for part in content["parts"]]
    assert {"template", "prefix", "suffix"} <= set(kinds)
    assert "snippet" in kinds
    assert "shop.py" in [part["path"] for part in content["parts"]]
    assert content["prompt"]["text"] == "".join(part["text"] for part in content["parts"])
    assert 0 < content["tokens"] <= content["budget"] == 2048
    assert content["answer"] > 0
    assert abs(sum(part["tokens"] for part in content["parts"]) - content["tokens"]) <= 2 * len(kinds)


async def test_a_file_that_no_model_may_see(home: Home) -> None:
    (home.folder / ".env").write_text("KEY=1\n")
    async with StubServer(replies.completions(["no"])) as stub:
        options = ("--set", f"model.base_url={stub.url}", "--set", "model.name=qwen2.5-coder")
        ran = await home.call("check", "--explain", ".env:1:1", *options)
    assert ran.code == 0, ran.err
    assert "Nothing is sent from .env:1:1. .env may hold secrets" in ran.out
    assert "KEY=1" not in ran.out
    assert "Nothing of the document is withheld" not in ran.out


async def test_what_is_sent_is_what_is_explained(home: Home) -> None:
    async with StubServer(replies.completions([" + 1", "\n"])) as stub:
        options = ("--set", f"model.base_url={stub.url}", "--set", "model.name=qwen2.5-coder")
        explained = await home.call("check", "--explain", "app.py:5:14", "--json", *options)
        ran = await home.call("complete", "app.py:5:14", *options)
        (asked,) = [request.body for request in stub.asked if request.method == "POST"]
    assert ran.code == 0, ran.err
    content = json.loads(explained.out)
    assert "shop.py" in [part["path"] for part in content["parts"]]
    assert asked["prompt"] == content["prompt"]["text"]
