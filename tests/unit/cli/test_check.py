"""`foretype check`: all is well with nothing configured; each fault of an endpoint has its sentence and its remedy."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from foretype.cli.check.machine import _ago
from foretype.syntax.grammars import installed
from tests.stub import Reply, StubServer, replies
from tests.unit.cli.running import Home

pytestmark = pytest.mark.asyncio

SECRET = "sk-live-0123456789abcdef"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


async def findings(home: Home, *arguments: str, **environ: str) -> tuple[int | None, dict[str, dict[str, Any]]]:
    """The exit code and the last finding of each topic."""
    ran = await home.call("check", "--json", *arguments, **environ)
    assert SECRET not in ran.out + ran.err
    assert "Traceback" not in ran.err
    content = json.loads(ran.out)
    assert content["ok"] is (ran.code == 0)
    return ran.code, {finding["topic"]: finding for finding in content["findings"]}


async def test_nothing_configured_is_fine_and_says_how_to_go_on(home: Home) -> None:
    ran = await home.run("check", OPENAI_API_KEY=SECRET)
    assert ran.code == 0, ran.err
    assert "the embedded engine answers, and nothing leaves this machine" in ran.out
    assert 'base_url = "http://localhost:8080/v1"' in ran.out
    assert "OPENAI_API_KEY is set; by itself it switches nothing on." in ran.out
    assert "\x1b" not in ran.out
    assert SECRET not in ran.out
    assert ran.out.endswith("All is well.\n")


async def test_the_index_is_looked_at_and_not_built(home: Home) -> None:
    (home.folder / "project").mkdir()
    (home.folder / "project" / "a.py").write_text("def f(x):\n    return x\n")
    _, found = await findings(home, "--workspace", "project")
    assert found["index"]["data"]["files"] == 0
    assert (await home.call("index", "project")).code == 0
    _, found = await findings(home, "--workspace", "project")
    assert (found["index"]["data"]["files"], found["index"]["data"]["complete"]) == (1, True)
    search = found["search"]
    assert [search["data"][key] for key in ("files", "chunks", "symbols")] == [1, 1, 1]
    assert search["data"]["size"] > 0
    assert 0 <= search["data"]["seconds_old"] < 60
    assert "has 1 file, 1 chunk, 1 symbol (" in search["text"]
    assert search["text"].endswith("last written less than a minute ago.")
    (database,) = (home.folder / "cache").rglob("search-*.sqlite")
    database.write_bytes(b"nothing of ours" * 1_000)
    _, found = await findings(home, "--workspace", "project")
    assert found["search"]["state"] == "warning"
    database.unlink()
    _, found = await findings(home, "--workspace", "project")
    assert found["search"]["text"].startswith("There is no search database")
    _, found = await findings(home, "--set", "index.enable=false")
    assert "switched off (--set index.enable)" in found["index"]["text"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "less than a minute ago"), (60, "1 minute ago"), (7_300, "2 hours ago"), (86_400 * 9 + 5, "9 days ago")],
)
async def test_how_long_ago(seconds: float, words: str) -> None:
    assert _ago(seconds) == words


async def test_the_grammars_that_are_installed_are_named(home: Home) -> None:
    _, found = await findings(home)
    assert found["grammars"]["data"]["grammars"] == list(installed())
    ran = await home.call("check")
    assert ", ".join(installed()) in ran.out or not installed()


async def test_each_setting_is_shown_with_its_source(home: Home) -> None:
    (home.folder / "config" / "foretype").mkdir(parents=True)
    file = home.folder / "config" / "foretype" / "config.toml"
    file.write_text(f'[model]\nheaders = {{ X-Key = "{SECRET}" }}\n[completion]\nmax_lines = 5\n')
    ran = await home.call("check", "--set", "enable.go=false")
    assert f"completion.max_lines = 5   ({file})" in ran.out
    assert "enable.go = false   (--set enable.go)" in ran.out
    assert f"model.headers.X-Key = (hidden)   ({file})" in ran.out
    assert SECRET not in ran.out


async def test_a_bad_setting_is_wrong(home: Home) -> None:
    code, found = await findings(home, "--set", "completion.max_lines=many")
    assert (code, found["settings"]["state"]) == (1, "failure")
    assert found["settings"]["remedy"]


async def test_a_cache_that_cannot_be_written_is_wrong(home: Home) -> None:
    (home.folder / "in the way").write_text("a file where a folder should be")
    code, found = await findings(home, XDG_CACHE_HOME=str(home.folder / "in the way"))
    assert (code, found["cache"]["state"]) == (1, "failure")
    assert "XDG_CACHE_HOME" in found["cache"]["remedy"]


async def test_trust_is_shown(home: Home) -> None:
    _, found = await findings(home)
    assert found["workspace"]["data"] == {"folder": str(home.folder), "trusted": False}
    assert found["workspace"]["text"].endswith(" is not trusted, and has no settings of its own.")
    assert found["workspace"]["remedy"] == "", "there is nothing that trusting it would change"
    file = home.folder / "foretype.toml"
    file.write_text("[completion]\nmax_lines = 3\n")
    _, found = await findings(home)
    assert found["workspace"]["details"] == [f"its settings: {file}"]
    assert f"foretype trust {home.folder}" in found["workspace"]["remedy"]
    assert (await home.call("trust", ".")).code == 0
    _, found = await findings(home)
    assert (found["workspace"]["data"]["trusted"], found["workspace"]["state"]) == (True, "ok")


async def test_no_such_workspace(home: Home) -> None:
    ran = await home.call("check", "--workspace", "nowhere")
    assert (ran.code, ran.out) == (2, "")
    assert "is not a folder" in ran.err


async def test_a_working_endpoint(home: Home) -> None:
    async with StubServer(replies.chat(["first ", "+ second"])) as stub:
        code, found = await findings(home, FORETYPE_BASE_URL=stub.url, FORETYPE_MODEL="stub", OPENAI_API_KEY=SECRET)
        assert len(stub.asked) == 1
        assert stub.asked[0].headers["authorization"] == f"Bearer {SECRET}"
    assert code == 0
    assert found["key"]["data"] == {"source": "environment variable OPENAI_API_KEY"}
    assert found["endpoint"]["data"]["base_url_from"] == "environment variable FORETYPE_BASE_URL"
    assert found["server"]["text"].endswith("The server has 'stub'.")
    assert found["mode"]["data"] == {"mode": "chat"}
    assert found["answer"]["data"]["first_text_ms"] > 0
    assert found["answer"]["data"]["characters"] == len("first + second")
    assert found["answer"]["text"].startswith("stub answers: first text after ")


async def test_an_address_without_a_model_is_said_once_with_the_models_that_are_there(home: Home) -> None:
    async with StubServer(replies.chat(["first"])) as stub:
        stub.model_names = ("coder", "writer")
        code, found = await findings(home, FORETYPE_BASE_URL=stub.url)
    assert code == 0
    assert (found["endpoint"]["state"], found["server"]["state"]) == ("warning", "ok")
    assert "no model is named" in found["endpoint"]["text"]
    assert found["server"]["text"].endswith(" can be reached. It has coder, writer.")
    assert found["answer"]["text"].startswith("The server answers, asked without a model's name: first text after ")


FAULTS: dict[str, tuple[Reply, str, str]] = {
    "wrong key": (
        replies.error(401, f"Incorrect API key provided: {SECRET}"),
        "missing, wrong, or not allowed to use it: Incorrect API key provided: ….",
        "FORETYPE_API_KEY",
    ),
    "unknown model": (replies.error(404, "no", code="model_not_found"), "does not have the model 'stub'", "model.name"),
    "a proxy's page": (replies.page(), "A web page came back", "model.base_url"),
    "hang": (replies.hang(), "did not begin to answer within 1 s", "model.timeouts"),
    "no text": (replies.chat([]), "no text", "model.mode"),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_faults_of_an_answer(home: Home, name: str) -> None:
    reply, words, remedy = FAULTS[name]
    async with StubServer(reply) as stub:
        code, found = await findings(
            *(home, "--set", "model.timeouts.first_token=1"),
            FORETYPE_BASE_URL=stub.url,
            FORETYPE_MODEL="stub",
            FORETYPE_API_KEY=SECRET,
        )
    assert code == (0 if name == "no text" else 1)
    assert words in found["answer"]["text"]
    assert remedy in found["answer"]["remedy"]


async def answer_rudely(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """As a TLS server answers somebody who does not speak TLS: with an alert."""
    await reader.read(1)
    writer.write(b"\x15\x03\x01\x00\x02\x02\x46")
    writer.close()


async def answer_plainly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """As a plain HTTP server answers bytes that are no HTTP."""
    await reader.read(1)
    writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
    writer.close()


async def keep_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take everything and say nothing until the other side leaves."""
    while await reader.read(1000):
        pass
    writer.close()


@pytest.mark.parametrize(
    ("server", "scheme", "words", "remedy"),
    [
        (answer_rudely, "http", "hung up, or does not speak HTTP", "https://"),
        (answer_plainly, "https", "does not speak TLS", "http://"),
        (keep_silent, "http", "did not answer within 1 s", "log"),
        (None, "http", "Nothing answers at", "Start the model's server"),
    ],
)
async def test_faults_of_a_server(home: Home, server: Any, scheme: str, words: str, remedy: str) -> None:
    listener = await asyncio.start_server(server or keep_silent, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    if server is None:
        listener.close()
    code, found = await findings(
        *(home, "--set", "model.timeouts.first_token=1"),
        FORETYPE_BASE_URL=f"{scheme}://127.0.0.1:{port}/v1",
        FORETYPE_MODEL="stub",
    )
    listener.close()
    await listener.wait_closed()
    assert code == 1
    assert words in found["server"]["text"]
    assert remedy in found["server"]["remedy"]
    assert "answer" not in found  # a server that is not there need not be asked twice
    assert found["key"]["data"] == {"source": None}
