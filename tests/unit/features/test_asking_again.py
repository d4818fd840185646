"""An asker in front of servers that refuse: one other way, one shorter prompt, remembered; and never a loop."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from foretype.errors import ConfigurationError, ForetypeError, ModelError, WayRefusedError
from foretype.features.ask import ModelAsker, connect
from foretype.scheduling.extent import line_extent
from foretype.settings.model import Context, Model, Settings
from foretype.text.document import Document
from foretype.text.lines import Lines
from foretype.text.positions import Position
from tests.stub import Received, Reply, StubServer, replies

pytestmark = pytest.mark.asyncio

LINES = "".join(f"value_{number} = {number}\n" for number in range(400))
DOCUMENT = Document("untitled:x", "python", 0, Lines(LINES + "total = "))
END = Position(400, 8)
EXTENT = line_extent(Settings().completion)
NO_PAGE = replies.error(404, "no such page")
NO_SUFFIX = replies.error(400, "suffix is not currently supported", param="suffix")


def settings(stub: StubServer, name: str = "qwen2.5-coder", tokens: int = 2048, **model: Any) -> Settings:
    return Settings(model=Model(**{"base_url": stub.url, "name": name, **model}), context=Context(tokens))


async def text_of(asker: ModelAsker) -> str:
    async with asker.opener(DOCUMENT, END, EXTENT)() as pieces:
        return "".join([piece async for piece in pieces])


def by_path(answers: Mapping[str, Reply]) -> Any:
    def reply(request: Received) -> Reply:
        return next((answer for end, answer in answers.items() if request.path.endswith(end)), NO_PAGE)

    return reply


async def test_a_refused_way_is_replaced_once_and_remembered() -> None:
    script = by_path({"/chat/completions": replies.chat(["sum(", "values)"])})
    async with StubServer(script) as stub:
        asker = await connect(settings(stub), None)
        assert asker.choice.mode == "fim"
        assert [await text_of(asker) for _ in range(2)] == ["sum(values)"] * 2
        await asker.close()
    assert [request.path for request in stub.asked] == ["/v1/completions", *["/v1/chat/completions"] * 2]
    assert asker.choice.mode == "chat"
    assert "refused a fill-in-the-middle prompt" in asker.note


async def test_a_way_that_the_user_set_is_not_replaced() -> None:
    async with StubServer(NO_SUFFIX) as stub:
        asker = await connect(settings(stub, mode="suffix"), None)
        with pytest.raises(WayRefusedError) as caught:
            await text_of(asker)
        await asker.close()
    assert len(stub.asked) == 1
    assert "model.mode" in caught.value.remedy


async def test_where_every_way_is_refused_the_error_says_so_and_nothing_is_remembered() -> None:
    async with StubServer(NO_PAGE) as stub:
        asker = await connect(settings(stub), None)
        for _ in range(2):
            with pytest.raises(WayRefusedError):
                await text_of(asker)
        # Both ways were tried once; then the endpoint is left alone, since only the user can mend this.
        assert len(stub.asked) == 2
        assert "not" in asker.resting
        await asker.close()
    assert (asker.choice.mode, asker.note) == ("fim", "")


OVERFLOWS = {
    "llama.cpp": replies.error(400, "x", type="exceed_context_size_error", n_prompt_tokens=2000, n_ctx=1000),
    "OpenAI": replies.error(400, "too long", code="context_length_exceeded"),
    "LM Studio, in a 200": Reply(
        headers=replies.SSE, steps=[replies.event({"error": "prompt is greater than the context length"})]
    ),
}


@pytest.mark.parametrize("shape", OVERFLOWS)
async def test_a_prompt_that_is_too_long_is_cut_once_and_the_limit_remembered(shape: str) -> None:
    answer = replies.completions(["1"])
    async with StubServer(OVERFLOWS[shape], answer, answer) as stub:
        asker = await connect(settings(stub), None)
        assert [await text_of(asker) for _ in range(2)] == ["1", "1"]
        await asker.close()
    sizes = [len(request.body["prompt"]) for request in stub.asked]
    assert len(sizes) == 3
    assert sizes[1] == sizes[2] < sizes[0] * 0.6
    assert "Prompts are cut to" in asker.note


async def test_a_prompt_that_stays_too_long_is_not_tried_a_third_time() -> None:
    async with StubServer(OVERFLOWS["OpenAI"]) as stub:
        asker = await connect(settings(stub), None)
        with pytest.raises(ModelError):
            await text_of(asker)
        await asker.close()
    assert len(stub.asked) == 2


async def test_after_the_first_text_nothing_is_asked_again() -> None:
    broken = replies.cut(replies.completions(["12", "3"]), 1)
    async with StubServer(broken) as stub:
        asker = await connect(settings(stub), None)
        async with asker.opener(DOCUMENT, END, EXTENT)() as pieces:
            got = await anext(pieces)
            with pytest.raises(ModelError):
                await anext(pieces)
        await asker.close()
    assert (got, len(stub.asked)) == ("12", 1)


async def test_the_context_that_the_server_names_is_kept_from_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = {"id": "qwen2.5-coder", "max_model_len": 1024}
    async with StubServer(replies.completions(["1"])) as stub:
        monkeypatch.setattr(stub, "_about", lambda _: replies.whole(200, json.dumps({"data": [entry]})))
        asker = await connect(settings(stub), None)
        await text_of(asker)
        await asker.close()
    (request,) = stub.asked
    assert asker.counter.count(request.body["prompt"]) <= 729


async def refusal_of(**chosen: Any) -> ForetypeError:
    async with StubServer() as stub:
        with pytest.raises(ForetypeError) as caught:
            await connect(settings(stub, **chosen), None)
        assert stub.asked == []
    return caught.value


async def test_what_can_only_fail_is_said_when_connecting() -> None:
    assert "context.max_tokens" in (await refusal_of(name="llama", tokens=100)).remedy
    assert "fills in the middle is not known" in (await refusal_of(name="llama", mode="fim")).message
    nowhere = "https://no-such-host.invalid/v1"
    assert isinstance(await refusal_of(base_url=nowhere, ca_file="/no/such/file.pem"), ConfigurationError)
    assert "model.proxy" in (await refusal_of(proxy="proxy.lan")).remedy


async def test_a_path_too_long_for_the_budget_is_no_error() -> None:
    document = Document("file:///" + "folder/" * 300 + "x.py", "python", 0, Lines("a = "))
    async with StubServer(replies.chat(["1"])) as stub:
        asker = await connect(settings(stub, "llama", 256), None)
        async with asker.opener(document, Position(0, 4), EXTENT)() as pieces:
            assert "".join([piece async for piece in pieces]) == "1"
        await asker.close()
