"""Measure code actions through a real server over a pipe, against a scripted model.

    python -m benchmarks.actions [--menus 300] [--cancels 200] [--functions 100]

menu      from the request to the answer, on a file of 10,000 lines, every kind of place
progress  from the choice to the beginning of its progress
cancel    from the cancel at a random moment to the model's server seeing its connection closed
bulk      documenting many functions, 20 at once, 1.2 s for each answer, beside the time that nothing could beat
          and beside a bare client; once more with a rate limit in the middle
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.probe import Probe
from tests.stub import Reply, StubServer, replies

LINES = 10_000
AT_ONCE = 20
ANSWER_SECONDS = 1.2
MENU_BAR_MS, CANCEL_BAR_MS, PROGRESS_BAR_MS, BULK_BAR = 10.0, 50.0, 100.0, 1.15
LONG = replies.chat(["```python\n", *["    x = 1\n"] * 5000]).slowly(0.004)
CAPABILITIES = {
    "window": {"workDoneProgress": True},
    "workspace": {"applyEdit": True, "workspaceEdit": {"documentChanges": True}},
    "textDocument": {
        "codeAction": {
            "dataSupport": True,
            "resolveSupport": {"properties": ["edit"]},
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": [""]}},
        }
    },
    "experimental": {"foretype": {"status": True}},
}


def large_file() -> str:
    """Ten thousand lines as people write them: classes, methods, comments, blank lines."""
    parts = ['"""A large module."""\n\nimport os\n\n']
    number = 0
    while sum(part.count("\n") for part in parts) < LINES:
        number += 1
        parts.append(
            f"\nclass Thing{number}:\n    # What it holds.\n    def __init__(self, name):\n        self.name = name\n"
        )
        for method in range(12):
            parts.append(
                f"\n    def method_{method}(self, value, other=None):\n        # TODO: größer\n"
                f"        if value > {method}:\n            return self.name * value\n        return other\n"
            )
    return "".join(parts)


async def session(stub: StubServer, folder: Path, **actions: Any) -> Probe:
    """A server that is connected to the stub."""
    homes = {name: str(folder / name) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME")}
    probe = await Probe.start(env={**homes, "FORETYPE_BASE_URL": "", "FORETYPE_MODEL": ""})
    probe.answers |= {"window/workDoneProgress/create": None, "workspace/applyEdit": {"applied": True}}
    options = {"model": {"base_url": stub.url, "name": "stub"}, "actions": actions}
    root = (folder / "w").as_uri()
    await probe.initialize(CAPABILITIES, options, root_uri=root, workspaceFolders=[{"uri": root, "name": "w"}])

    def ready(_: object) -> bool:
        seen = [m["params"] for m in probe.received if m.get("method") == "foretype/status"]
        return any(status["busy"] for status in seen) and not seen[-1]["busy"]

    await probe.message(ready)
    return probe


async def menus(probe: Probe, uri: str, text: str, runs: int) -> list[float]:
    """Milliseconds to each menu, at places all over the file, with and without selection and problems."""
    dice, lines = random.Random(1), text.split("\n")
    times = []
    for _ in range(runs):
        line = dice.randrange(len(lines) - 30)
        start = {"line": line, "character": 0}
        end = dice.choice([start, {"line": line + dice.randrange(1, 30), "character": 0}])
        span = {"start": start, "end": end}
        problems = [{"range": span, "message": "undefined name 'x'", "code": "F821", "severity": 1}] * dice.randrange(4)
        params = {"textDocument": {"uri": uri}, "range": span, "context": {"diagnostics": problems}}
        began = time.perf_counter()
        response = await probe.request("textDocument/codeAction", params)
        times.append((response["_at"] - began) * 1000)
    return times


async def cancels(probe: Probe, stub: StubServer, uri: str, runs: int) -> tuple[list[float], list[float]]:
    """Milliseconds from each cancel to the closed stream, and from each choice to the beginning of its progress."""
    dice, loop = random.Random(2), asyncio.get_running_loop()
    here = {"line": 12, "character": 8}
    context = {"textDocument": {"uri": uri}, "range": {"start": here, "end": here}, "context": {"diagnostics": []}}
    items = (await probe.request("textDocument/codeAction", context))["result"]
    item = next(each for each in items if each["title"].startswith("Optimise"))
    closed: list[float] = []
    begun: list[float] = []
    for number in range(runs):
        asked, chosen, seen = len(stub.asked), time.perf_counter(), len(probe.received)
        future = probe.begin("codeAction/resolve", item, f"r{number}")
        await asyncio.sleep(dice.random() * 0.3)
        moment = loop.time()
        probe.notify("$/cancelRequest", {"id": f"r{number}"})
        await future
        starts = [
            m
            for m in probe.received[seen:]
            if m.get("method") == "$/progress" and m["params"]["value"]["kind"] == "begin"
        ]
        begun += [(starts[0]["_at"] - chosen) * 1000] if starts else []
        if len(stub.asked) > asked:
            request = stub.asked[-1]
            await asyncio.wait_for(request.left.wait(), 10)
            if request.closed_at is not None and request.closed_at >= moment:
                closed.append((request.closed_at - moment) * 1000)
    return closed, begun


def documented(limit_at: int = 0) -> Any:
    """A model that documents; it refuses a few questions from the one with this number on."""
    count = 0

    def answer(request: Any) -> Reply:
        nonlocal count
        count += 1
        if limit_at and limit_at <= count < limit_at + 3:
            return replies.rate_limited("1")
        return replies.chat(["```python\n", '"""What it does."""', "\n```"]).slowly(0.0, ANSWER_SECONDS)

    return answer


def processor_seconds(probe: Probe) -> float:
    """What the server's process has used so far, where the system tells (Linux)."""
    try:
        fields = Path(f"/proc/{probe.process.pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return float("nan")
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def bulk(folder: Path, functions: int, limit_at: int = 0) -> tuple[float, float, int]:
    """Seconds that documenting takes, on the clock and of the server's processor time; how many were documented."""
    text = "".join(f"def function_{n}(x):\n    return x + {n}\n\n\n" for n in range(functions))
    async with StubServer(documented(limit_at)) as stub:
        probe = await session(stub, folder, concurrency=AT_ONCE)
        uri = (folder / "w" / f"bulk{limit_at}.py").as_uri()
        probe.open(uri, text)
        began, used = time.perf_counter(), processor_seconds(probe)
        argument = {"task": "document", "uri": uri, "bulk": True}
        params = {"command": "foretype.action", "arguments": [argument]}
        response = await probe.request("workspace/executeCommand", params, timeout=120)
        seconds, used = time.perf_counter() - began, processor_seconds(probe) - used
        assert response["result"]["applied"], response
        edit = next(m for m in probe.received if m.get("method") == "workspace/applyEdit")["params"]["edit"]
        await probe.close()
        return seconds, used, sum(each["newText"].count('"""What') for each in edit["documentChanges"][0]["edits"])


async def bare(questions: int) -> float:
    """Seconds that the same number of questions takes a client that does nothing else: what this machine allows now."""
    async with StubServer(documented()) as stub:
        waiting = iter(range(questions))
        body = b'{"messages": [], "stream": true}'
        head = b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body)

        async def ask() -> None:
            reader, writer = await asyncio.open_connection("127.0.0.1", stub.port)
            for _ in waiting:
                writer.write(head + body)
                await reader.readuntil(b"\r\n0\r\n\r\n")
            writer.close()

        began = time.perf_counter()
        await asyncio.gather(*(ask() for _ in range(AT_ONCE)))
        return time.perf_counter() - began


def row(name: str, times: Sequence[float], bar: str) -> str:
    """One line of the report."""
    ordered = sorted(times)
    p95 = ordered[int(len(ordered) * 0.95)]
    return f"{name:44} p50 {statistics.median(ordered):6.1f} ms   p95 {p95:6.1f} ms   n {len(ordered):4}   bar: {bar}"


async def measure(options: argparse.Namespace) -> None:
    """All of it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "w").mkdir()
        text = large_file()
        async with StubServer(LONG) as stub:
            probe = await session(stub, folder)
            uri = (folder / "w" / "large.py").as_uri()
            probe.open(uri, text)
            await menus(probe, uri, text, 20)
            used = processor_seconds(probe)
            times = await menus(probe, uri, text, options.menus)
            used = (processor_seconds(probe) - used) * 1000 / len(times)
            bar = f"p95 10 ms   ({used:.1f} ms of processor time each)"
            print(row(f"menu, {text.count(chr(10)):,} lines", times, bar))
            small = (folder / "w" / "small.py").as_uri()
            probe.open(small, text[: text.index("class Thing2")])
            closed, begun = await cancels(probe, stub, small, options.cancels)
            print(row("progress begins after the choice", begun, "100 ms"))
            print(row("stream closed after the cancel", closed, "median 50 ms"))
            await probe.close()
        rounds = -(-options.functions // AT_ONCE)
        ideal = rounds * ANSWER_SECONDS
        alone = await bare(options.functions)
        print(
            f"bulk, a bare client, {options.functions} questions: {alone:.2f} s = {alone / ideal:.2f} x {ideal:.1f} s"
        )
        for limit_at in (0, options.functions // 2):
            seconds, used, done = await bulk(folder, options.functions, limit_at)
            said = "three refused for 1 s in the middle" if limit_at else "nothing refused"
            what = f"bulk, {done} of {options.functions} documented, {said}"
            print(
                f"{what}: {seconds:.2f} s = {seconds / ideal:.2f} x {ideal:.1f} s, "
                f"{used:.2f} s of processor time   bar, nothing refused: {BULK_BAR} x"
            )


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--menus", type=int, default=300)
    parser.add_argument("--cancels", type=int, default=200)
    parser.add_argument("--functions", type=int, default=100)
    asyncio.run(measure(parser.parse_args()))


if __name__ == "__main__":
    main()
