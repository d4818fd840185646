"""One session: a stub of a model, a server (or the naive policy) before it, and a person who types into some files."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from benchmarks.door.measure import processor_time
from benchmarks.embedded.git import Repository, code_files
from tests.probe import Probe
from tests.protocol.presets import NEOVIM, VS_CODE
from tests.stub import StubServer

from .editor import NEOVIM_PAUSE, Backend, Desk, ServerBackend
from .log import Log
from .model import FAST, Model, Pace
from .naive import NaiveBackend
from .page import Page
from .person import ACCEPTS, Person

SWITCH: Final = 0.10
"""Chance that the person turns to another open file at the end of a line."""

SWITCH_PAUSE: Final = 0.7
"""Seconds that this takes: to look, not to think; idle time says nothing here."""

OPEN_PAGES: Final = 3

NO_MODEL: Final = "none"
"""In place of a model's name: the embedded engine alone."""

_PATIENCE: Final = 60.0
_EXPECTED: Final = (-32800, -32801)  # cancelled; the content was modified


@dataclass(frozen=True, slots=True)
class Plan:
    """How a session goes. `model` is the configured name, which decides how the model is asked, or NO_MODEL."""

    pace: Pace = FAST
    keys: int = 600
    seed: int = 1
    editor: str = "vscode"
    model: str = "qwen2.5-coder"
    accepts: float = ACCEPTS
    options: dict[str, Any] = field(default_factory=dict)


def write_workspace(repository: Repository, commit: str, folder: Path) -> None:
    """Check the code of a commit out, for the workspace index."""
    for path, text in code_files(repository, commit):
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


@asynccontextmanager
async def server(plan: Plan, url: str, folder: Path) -> AsyncIterator[Probe]:
    """The real server as a process, connected to the model and with its workspace indexed."""
    preset = VS_CODE if plan.editor == "vscode" else NEOVIM
    with tempfile.TemporaryDirectory() as place:
        probe = await Probe.start(env=_environment(plan, url, place))
        try:
            probe.answers = {"workspace/configuration": [None], "client/registerCapability": None}
            probe.answers |= {"window/workDoneProgress/create": None}
            capabilities = {**preset["capabilities"], "experimental": {"foretype": {"status": True}}}
            probe.initialized = await probe.initialize(
                capabilities,
                plan.options or None,
                clientInfo=preset["clientInfo"],
                workspaceFolders=[{"uri": folder.as_uri(), "name": folder.name}],
            )
            if plan.model != NO_MODEL:
                await _connected(probe)
            await _indexed(probe.process.pid)
            yield probe
            with contextlib.suppress(asyncio.TimeoutError):
                await probe.close()
        finally:
            await probe.stop()


def _environment(plan: Plan, url: str, home: str) -> dict[str, str]:
    """Far from this user's settings, keys and proxies; connected to the stub, or to no model."""
    ours = {name: "" for name in os.environ if name.startswith(("FORETYPE_", "OPENAI_"))}
    proxies = {name: "" for name in os.environ if name.lower() in ("http_proxy", "https_proxy", "all_proxy")}
    homes = {f"XDG_{kind}_HOME": home for kind in ("CONFIG", "CACHE", "STATE", "DATA")} | {"HOME": home}
    model = {} if plan.model == NO_MODEL else {"FORETYPE_BASE_URL": url, "FORETYPE_MODEL": plan.model}
    return {**ours, **proxies, **homes, **model}


async def _connected(probe: Probe) -> None:
    """Wait until the server has connected to its model, as its status says."""

    def settled(_: object) -> bool:
        methods = (message for message in probe.received if message.get("method") == "foretype/status")
        seen = [message["params"]["busy"] for message in methods]
        return any(seen) and not seen[-1]

    await probe.message(settled, _PATIENCE)


async def _indexed(pid: int) -> None:
    """Wait until the server and its index's worker have come to rest."""
    deadline = asyncio.get_running_loop().time() + _PATIENCE
    quiet = 0
    before = used(pid)
    while quiet < 3 and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(0.5)
        now = used(pid)
        quiet = quiet + 1 if 0 <= now - before < 0.03 else 0
        before = now


def children(pid: int) -> list[int]:
    """The processes that a process has started, and theirs."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in map(int, task.read_text().split()):
                found += [child, *children(child)]
    return found


def used(pid: int) -> float:
    """Seconds of processor time of a process and of those that it started."""
    total = 0.0
    for process in [pid, *children(pid)]:
        with contextlib.suppress(OSError):
            total += processor_time(process)
    return total


async def play(pages: Sequence[Page], plan: Plan, folder: Path, *, naive: bool = False) -> Log:
    """Type into the pages until there are keys enough, with the server or without one."""
    log = Log()
    model = Model(pages, plan.pace)
    async with StubServer(model) as stub, contextlib.AsyncExitStack() as stack:
        stub.model_names = (plan.model,)
        probe: Probe | None = None
        if not naive:
            probe = await stack.enter_async_context(server(plan, stub.url, folder))
        before = used(probe.process.pid) if probe else 0.0
        await type_pages(backend_of(probe, stub.url, plan), log, list(pages), plan)
        if probe is not None:
            log.cpu = used(probe.process.pid) - before
            log.popups, log.errors = popups(probe), errors(probe)
        await asyncio.sleep(2 * plan.pace.first)  # so that what is on its way is counted, too
    log.writings = model.writings
    return log


def backend_of(probe: Probe | None, url: str, plan: Plan) -> Backend:
    """What stands behind the screen."""
    if probe is None:
        return NaiveBackend(url)
    return ServerBackend(probe, 0.0 if plan.editor == "vscode" else NEOVIM_PAUSE)


def popups(probe: Probe) -> list[str]:
    """What was said in a window that comes up by itself."""
    methods = ("window/showMessage", "window/showMessageRequest")
    return [str(message["params"]) for message in probe.received if message.get("method") in methods]


def errors(probe: Probe) -> list[str]:
    """What the server answered with an error, cancelled requests aside."""
    found = [message["error"] for message in probe.received if message.get("error")]
    return [str(error) for error in found if error.get("code") not in _EXPECTED]


async def type_pages(backend: Backend, log: Log, pages: list[Page], plan: Plan) -> None:
    """Open a few pages, and type on in one of them or turn to another, until all is typed or keys are enough."""
    person, turns = Person(str(plan.seed), plan.accepts), random.Random(f"{plan.seed} turns")
    desk = Desk(backend, log)
    waiting = list(pages)
    at_hand: list[Page] = []
    while (at_hand or waiting) and len(log.keys) < plan.keys:
        while waiting and len(at_hand) < OPEN_PAGES:
            at_hand.append(waiting.pop(0))
        page = turns.choice(at_hand)
        if page is not desk.page:
            desk.show(page)
            await asyncio.sleep(SWITCH_PAUSE)
        while not page.done and len(log.keys) < plan.keys:
            await press(desk, person)
            if page.before_caret.strip() == "" and turns.random() < SWITCH and len(at_hand) > 1:
                break
        if page.done:
            at_hand.remove(page)
    desk.show(Page("untitled:none", "plaintext", "", "", "", opened=True))
    log.chances = person.chances
    log.characters = sum(len(page.typed) for page in pages)


async def press(desk: Desk, person: Person) -> None:
    """Wait as long as the hands need, then let one key fall."""
    page = desk.page
    if page is None:
        raise RuntimeError("no page is shown")
    await asyncio.sleep(person.pause(page))
    key = person.press(page, desk.visible, desk.since)
    if key.kind == "accept":
        desk.accept()
    else:
        desk.type(key.kind, key.edit)
