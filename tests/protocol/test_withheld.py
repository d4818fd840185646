"""Nothing that must stay on the machine is in any request that a model's server saw: the real server, every way in."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.planted import Planted, planted
from tests.probe import Probe
from tests.stub import StubServer, replies

pytestmark = pytest.mark.asyncio

METHOD = "textDocument/inlineCompletion"
STATUS = {"textDocument": {"inlineCompletion": {}}, "experimental": {"foretype": {"status": True}}}
CORPUS = planted()
MARK = "xyzzy"
"""In every text that may be sent, so that a test cannot pass because nothing was."""
PLACEHOLDER = "WITHHELD_SECRET"
SECRET = next(each for each in CORPUS if each.kind == "github personal")
TOKEN = SECRET.text[SECRET.at : SECRET.at + SECRET.size]


def strings(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from strings(key)
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


class Sent:
    """All that the stub has seen: bodies, addresses and headers."""

    def __init__(self, stub: StubServer) -> None:
        seen = [[each.path, each.headers, each.body] for each in stub.received]
        self.text = "\0".join(strings(seen))
        self.pieces = {self.text[at : at + 8] for at in range(len(self.text) - 7)}

    def shows(self, secret: Planted) -> str:
        for core in secret.cores:
            for at in range(len(core) - 7):
                if core[at : at + 8] in self.pieces:
                    return core[at : at + 8]
        return ""


async def connected(start, stub: StubServer, root: Path | None = None, env=None, **options: object) -> Probe:
    """A server of its own over standard input and output, connected to the stub."""
    probe = await start("--log-level", "debug", env=env)
    model = {"base_url": stub.url, "name": "stub", **options.pop("model", {})}
    completion = {"alternatives": 1, "prefetch": "never", **options.pop("completion", {})}
    more = {"root_uri": root.as_uri()} if root else {}
    await probe.initialize(STATUS, {"model": model, "completion": completion, **options}, **more)

    def settled(_: dict) -> bool:
        seen = [each["params"] for each in probe.received if each.get("method") == "foretype/status"]
        return any(status["busy"] for status in seen) and not seen[-1]["busy"]

    await probe.message(settled)
    return probe


def where(text: str, offset: int) -> dict[str, int]:
    before = text[:offset]
    return {"line": before.count("\n"), "character": offset - before.rfind("\n") - 1}


async def ask(probe: Probe, uri: str, place: dict[str, int], **more: object) -> dict:
    params = {"textDocument": {"uri": uri}, "position": place, "context": {"triggerKind": 1}, **more}
    return await probe.request(METHOD, params)


def last_status(probe: Probe) -> dict:
    return [each["params"] for each in probe.received if each.get("method") == "foretype/status"][-1]


@pytest.mark.parametrize("name", ["stub", "qwen2.5-coder-7b"])
async def test_no_planted_secret_reaches_a_model(start, name: str):
    """Each in a document of its own; asked above it, in it, and behind it; by chat, and by FIM."""
    async with StubServer(lambda request: replies.completions([" # x"])) as stub:
        stub.model_names = (name,)
        mode = {"name": name, "mode": "chat" if name == "stub" else "fim"}
        probe = await connected(start, stub, model=mode)
        corpus = CORPUS if name == "stub" else CORPUS[::4]
        for number, secret in enumerate(corpus):
            text = f"{MARK} = {number}\n{secret.text}"
            at = secret.at + len(text) - len(secret.text)
            uri = f"file:///{number}/{secret.path}"
            probe.open(uri, text, "python")
            for offset in (text.index("\n"), at + secret.size // 2, text.index("\n", at + secret.size)):
                await ask(probe, uri, where(text, offset))
            probe.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        sent = Sent(stub)
        assert len(stub.asked) >= len(corpus)
        assert sent.text.count(MARK) >= len(corpus)
        assert PLACEHOLDER in sent.text
        assert {secret.kind: piece for secret in corpus if (piece := sent.shows(secret))} == {}
        assert await probe.close() == 0
        said = json.dumps([each for each in probe.received if "method" in each]) + bytes(probe.errors).decode()
        assert [secret.kind for secret in corpus if secret.seen_in(said)] == []
        assert "secret is withheld from the model" in said
        assert "The cursor stands in what looks like a secret" in said


def workspace(root: Path) -> tuple[Path, dict[str, Path]]:
    """A workspace in git, and its forbidden files by what is forbidden about them."""
    work, home = root / "work", root / "home"
    names = {
        "environment": ".env",
        "stage": ".env.production",
        "direnv": ".envrc",
        "key": "id_rsa",
        "certificate": "server.pem",
        "capitals": "SERVER.KEY",
        "key store": "release.keystore",
        "credentials": "credentials.json",
        "npm": ".npmrc",
        "pypi": ".pypirc",
        "netrc": ".netrc",
        "terraform": "prod.tfvars",
        "terraform state": "terraform.tfstate",
        "kube": ".kube/config",
        "cloud": ".aws/credentials",
        "docker": ".docker/config.json",
        "php": "wp-config.php",
        "account": "service-account-prod.json",
        "lock": "poetry.lock",
        "npm lock": "package-lock.json",
        "data": "people.csv",
        "notebook": "analysis.ipynb",
        "ignored": "build/made.py",
        "ignored by name": "local_settings.py",
        "ignored below": "deep/er/local_settings.py",
        "own ignore file": "private/notes.py",
        "own ignore file below": "deep/own.py",
        "settings": "vault/a.py",
        "version control": ".git/config",
    }
    files = {why: work / name for why, name in names.items()}
    files["outside"] = root / "elsewhere.py"
    files["outside, beside"] = root / "work2" / "a.py"
    files["home"] = home / ".ssh" / "config"
    subprocess.run(["git", "init", "-q", str(work)], check=True)
    for file in files.values():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x = 1\n", encoding="utf-8")
    (work / ".gitignore").write_text("build/\nlocal_settings.py\n", encoding="utf-8")
    (work / ".foretypeignore").write_text("private/\n", encoding="utf-8")
    (work / "deep" / ".foretypeignore").write_text("own.py\n", encoding="utf-8")
    (work / "ordinary.py").write_text("x = 1\n", encoding="utf-8")
    links = {
        "link to a key": (work / "config.py", home / ".ssh" / "config"),
        "link out": (work / "linked.py", root / "elsewhere.py"),
        "link to a secret inside": (work / "plain.py", work / ".env"),
        "link to an ignored file": (work / "fine.py", work / "build" / "made.py"),
        "link of a link": (work / "twice.py", work / "linked.py"),
        "link to nothing": (work / "dangling.py", root / "nothing.py"),
    }
    for why, (link, target) in links.items():
        link.symlink_to(target)
        files[why] = link
    (work / "folder").symlink_to(home / ".ssh")
    files["link to a folder"] = work / "folder" / "config"
    (work / "out").symlink_to(root / "work2")
    files["link to a folder outside"] = work / "out" / "a.py"
    return work, files


async def test_no_forbidden_file_reaches_a_model(start, tmp_path: Path):
    """Whether it is on the disk already, is a link, or is only what an editor calls a document."""
    work, files = workspace(tmp_path)
    virtual = {
        "git revision": f"git:{work}/.env?ref=HEAD",
        "remote": "vscode-remote://ssh-remote+host/home/me/.ssh/id_ed25519",
        "virtual": "vscode-vfs://github/o/r/secrets.yaml",
        "untitled": "untitled:/w/.env.local",
        "cell": "vscode-notebook-cell:/w/.aws/x.ipynb#W0",
        "excluded": f"git:{work}/vault/a.py",
        "written otherwise": f"file://{work}/%2Eenv",
        "with dots": f"file://{work}/deep/../.env",
        "with a host": f"file://localhost{work}/.env",
    }
    forbidden = {**{why: file.as_uri() for why, file in files.items()}, **virtual}
    async with StubServer(replies.chat([" # x"])) as stub:
        probe = await connected(start, stub, work, exclude=["vault/"])
        for number, (why, uri) in enumerate(forbidden.items()):
            probe.open(uri, f"# {MARK}{number}x\nvalue = 1\n")
            await ask(probe, uri, {"line": 2, "character": 0})
            status = last_status(probe)
            assert status["kind"] == "Inactive", (why, status)
            assert status["message"], why
            probe.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        assert stub.asked == []
        for uri in ((work / "ordinary.py").as_uri(), (work / "new" / "file.py").as_uri(), "untitled:Untitled-1"):
            probe.open(uri, f"# {MARK} fine\n")
            await ask(probe, uri, {"line": 1, "character": 0})
            assert last_status(probe)["kind"] == "Normal"
        assert len(stub.asked) == 3
        assert Sent(stub).text.count(f"{MARK} fine") >= 3


async def test_what_is_ignored_from_now_on_is_withheld_from_now_on(start, tmp_path: Path):
    work, _ = workspace(tmp_path)
    uri = (work / "ordinary.py").as_uri()
    async with StubServer(replies.chat([" # x"])) as stub:
        probe = await connected(start, stub, work)
        probe.open(uri, f"# {MARK}\n")
        await ask(probe, uri, {"line": 1, "character": 0})
        assert len(stub.asked) == 1
        with (work / ".gitignore").open("a", encoding="utf-8") as file:
            file.write("ordinary.py\n")
        changes = [{"uri": (work / ".gitignore").as_uri(), "type": 2}]
        probe.notify("workspace/didChangeWatchedFiles", {"changes": changes})
        probe.insert(uri, 2, 1, 0, "y = ")
        await ask(probe, uri, {"line": 1, "character": 4})
        assert len(stub.asked) == 1
        assert "Git ignores" in last_status(probe)["message"]


@pytest.mark.parametrize(
    ("setting", "why"),
    [("outside_workspace", "outside"), ("outside_workspace", "link out"), ("git_ignored", "ignored")],
)
async def test_who_wants_more_shown_can_say_so(start, tmp_path: Path, setting: str, why: str):
    work, files = workspace(tmp_path)
    async with StubServer(replies.chat([" # x"])) as stub:
        probe = await connected(start, stub, work, context={setting: True})
        uri = files[why].as_uri()
        probe.open(uri, f"# {MARK}\n")
        await ask(probe, uri, {"line": 1, "character": 0})
        assert len(stub.asked) == 1


async def test_names_carry_no_secret(start, tmp_path: Path):
    """Names of files and folders, and of languages, stay what they are but for secrets."""
    async with StubServer(replies.chat([" # x"])) as stub:
        probe = await connected(start, stub, tmp_path)
        for uri, language in (
            ((tmp_path / f"{TOKEN}.py").as_uri(), "python"),
            ((tmp_path / TOKEN / "a.py").as_uri(), "python"),
            ((tmp_path / "a.py").as_uri(), TOKEN),
            ((tmp_path / "b.py").as_uri(), f"python\n\n{TOKEN}"),
        ):
            probe.open(uri, f"# {MARK}\n", language)
            await ask(probe, uri, {"line": 1, "character": 0})
        assert len(stub.asked) == 4
        assert Sent(stub).shows(SECRET) == ""


async def test_what_is_selected_in_the_popup_carries_no_secret(start):
    text = f"# {MARK}\nvalue = \n"
    async with StubServer(replies.chat([" # x"])) as stub:
        probe = await connected(start, stub)
        probe.open("file:///a.py", text)
        here = {"line": 1, "character": 8}
        for item in (f'"{TOKEN}"', f'call("{TOKEN}", other=1).', TOKEN):
            selected = {"range": {"start": here, "end": here}, "text": item}
            context = {"triggerKind": 1, "selectedCompletionInfo": selected}
            await ask(probe, "file:///a.py", here, context=context)
        probe.insert("file:///a.py", 2, 0, 0, " ")
        params = {"textDocument": {"uri": "file:///a.py"}, "position": {"line": 2, "character": 0}}
        await probe.request("textDocument/completion", params)
        assert stub.asked
        assert Sent(stub).shows(SECRET) == ""


async def test_asking_ahead_shows_no_secret(start):
    """The text that is asked ahead of holds what was suggested as well."""
    async with StubServer(replies.chat(["connect(first, second)"])) as stub:
        probe = await connected(start, stub, completion={"prefetch": "always"})
        probe.open("file:///a.py", f'# {MARK}\nuse("{TOKEN}")\nvalue = \nuse("{TOKEN}")\n')
        await ask(probe, "file:///a.py", {"line": 2, "character": 8})
        probe.insert("file:///a.py", 2, 2, 8, "conn")
        await ask(probe, "file:///a.py", {"line": 2, "character": 12}, context={"triggerKind": 2})
        await stub.request(1)
        sent = Sent(stub)
        assert "connect(first, second)" in sent.text
        assert sent.text.count(PLACEHOLDER) >= 4
        assert sent.shows(SECRET) == ""


async def test_alternatives_show_no_secret(start):
    async with StubServer(replies.chat(["connect(first, second)"])) as stub:
        probe = await connected(start, stub, completion={"alternatives": 3})
        probe.open("file:///a.py", f'# {MARK}\nuse("{TOKEN}")\nvalue = \nuse("{TOKEN}")\n')
        await ask(probe, "file:///a.py", {"line": 2, "character": 8})
        assert len(stub.asked) >= 3
        assert Sent(stub).shows(SECRET) == ""


async def test_a_secret_while_it_is_typed_and_after(start):
    """Key by key in a document, then taken out again: no request in between knows it, nor does a later one."""
    named = next(each for each in CORPUS if each.kind == "named 0 24")
    async with StubServer(replies.chat([" # x"])) as stub:
        probe = await connected(start, stub)
        probe.open("file:///a.py", f"# {MARK}\nbefore = 1\n\nafter = 2\n")
        await ask(probe, "file:///a.py", {"line": 1, "character": 10})
        line = f'PASSWORD = "{named.text[named.at : named.at + named.size]}"'
        for column, char in enumerate(line):
            probe.insert("file:///a.py", column + 2, 2, column, char)
            await ask(probe, "file:///a.py", {"line": 2, "character": column + 1})
        whole = {"start": {"line": 2, "character": 0}, "end": {"line": 2, "character": len(line)}}
        document = {"uri": "file:///a.py", "version": len(line) + 2}
        change = {"textDocument": document, "contentChanges": [{"range": whole, "text": ""}]}
        probe.notify("textDocument/didChange", change)
        probe.open("file:///b.py", f"# {MARK} other\n")
        await ask(probe, "file:///b.py", {"line": 1, "character": 0})
        sent = Sent(stub)
        assert "PASSWORD = " in sent.text
        assert sent.shows(named) == ""


async def test_what_stands_for_a_secret_is_never_inserted(start):
    script = [
        replies.chat([f'"{PLACEHOLDER}")']),
        replies.chat(["first()\n", "use(", '"WITH', f'{PLACEHOLDER[4:]}")\n', "third()\n"]),
    ]
    async with StubServer(*script) as stub:
        probe = await connected(start, stub)
        probe.open("file:///a.py", f'use("{TOKEN}")\n\n')
        assert (await ask(probe, "file:///a.py", {"line": 1, "character": 0}))["result"]["items"] == []
        probe.insert("file:///a.py", 2, 2, 0, "if x:\n    ")
        found = (await ask(probe, "file:///a.py", {"line": 3, "character": 4}))["result"]["items"]
        assert PLACEHOLDER not in json.dumps(found)
        assert [item["insertText"] for item in found] == ["first()"]
        assert len(stub.asked) == 2


async def test_other_files_of_the_workspace_are_shown_without_their_secrets(start, tmp_path: Path):
    """Open, visited, edited and on the disk: whatever else stands in a prompt has passed the gate."""
    work, files = workspace(tmp_path)
    corpus = [each for each in CORPUS if each.path.endswith((".py", ".ts", ".go", ".java", ".json", ".yaml"))][::3]
    for number, secret in enumerate(corpus):
        body = f"def connect_{number}(client):\n    return client\n\n{secret.text}"
        (work / f"module_{number}_{secret.path}").write_text(body, encoding="utf-8")
    for file in files.values():
        if not file.is_symlink() and file.is_file():
            file.write_text("forbiddenname = connect_1(client)\n" * 3, encoding="utf-8")
    async with StubServer(replies.chat([" # x"])) as stub:
        probe = await connected(start, stub, work, context={"max_tokens": 8192}, exclude=["vault/"])
        for number, secret in enumerate(corpus[:20]):
            uri = (work / f"module_{number}_{secret.path}").as_uri()
            probe.open(uri, f"def connect_{number}(client):\n    return client\n\n{secret.text}")
            probe.insert(uri, 2, 0, 0, f"# edited {number}\n")
        for file in files.values():
            probe.open(file.as_uri(), "forbiddenname = connect_1(client)\n" * 3)
        uri = (work / "main.py").as_uri()
        probe.open(uri, f"# {MARK}\nfrom module import connect_1, connect_2\n\n")
        for number in range(40):
            probe.insert(uri, number + 2, number + 2, 0, f"connect_{number}(client)\n")
            await ask(probe, uri, {"line": number + 3, "character": 0})
            await asyncio.sleep(0.05)  # collectors work beside the keys
        sent = Sent(stub)
        assert len(stub.asked) >= 30, last_status(probe)
        assert {secret.kind: piece for secret in corpus if (piece := sent.shows(secret))} == {}
        assert "forbiddenname" not in sent.text
        # If no other file was shown at all, all this proves nothing.
        assert "return client" in sent.text


async def test_nothing_that_is_counted_on_the_disk_holds_a_secret(start, tmp_path: Path):
    state = tmp_path / "state"
    state.mkdir()
    async with StubServer(replies.chat([" # x"])) as stub:
        probe = await connected(start, stub, env={"XDG_STATE_HOME": str(state)})
        probe.open("file:///a.py", f'# {MARK}\nuse("{TOKEN}")\n')
        await ask(probe, "file:///a.py", {"line": 2, "character": 0})
        assert await probe.close() == 0
    files = [file for file in state.rglob("*") if file.is_file()]
    assert files
    for file in files:
        data = file.read_bytes()
        assert TOKEN.encode()[:12] not in data
        assert MARK.encode() not in data


async def test_the_command_line_withholds_the_same(tmp_path: Path, surroundings: dict[str, str]):
    work, files = workspace(tmp_path)
    (work / "main.py").write_text(f'# {MARK}\nuse("{TOKEN}")\nvalue = \n', encoding="utf-8")
    async with StubServer(replies.chat(["read(1)"])) as stub:

        async def complete(place: str) -> tuple[int, str]:
            command = [sys.executable, "-m", "foretype", "complete", place, "--set", f"model.base_url={stub.url}"]
            running = await asyncio.create_subprocess_exec(
                *command,
                *("--set", "model.name=stub", "--set", "index.enable=false"),
                env={**surroundings, "PATH": ""},
                cwd=work,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
            )
            said, _ = await asyncio.wait_for(running.communicate(), 60)
            return running.returncode or 0, said.decode()

        code, said = await complete("main.py:3:9")
        assert code == 0, said
        assert "1 secret is withheld" in said
        assert len(stub.asked) == 1
        for why in ("ignored", "link out"):
            _, said = await complete(f"{files[why]}:1:6")
            assert "no model is shown it" in said, (why, said)
        assert len(stub.asked) == 1
        assert Sent(stub).shows(SECRET) == ""
