"""Measure what an endpoint with a limit sees of three windows, and who waits how long.

    python -m benchmarks.limits [--seconds 130]

The endpoint is a stub that allows 30 requests and 20,000 tokens in any 60 seconds and answers 429 to what is more. Each
of three processes asks for ghost text and for actions at random moments, and works through bulk items all the time; all
three together want about twice as much as is allowed. With the limits set, and, for comparison, without a limiter. In
the middle one window is killed and another begins.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.stub import StubServer, replies
from tests.stub.server import Received

REQUESTS, TOKENS, MINUTE = 30, 20_000, 60.0
WINDOWS = 3


@dataclass
class Endpoint:
    """Counts every request by the moment at which it came in, and keeps its limits strictly."""

    seen: list[tuple[float, int]] = field(default_factory=list)
    refused: int = 0
    _granted: deque[tuple[float, int]] = field(default_factory=deque)

    def __call__(self, request: Received) -> replies.Reply:
        prompt = sum(len(message["content"]) // 4 for message in request.body["messages"])
        tokens = prompt + 20
        self.seen.append((request.at, tokens))
        while self._granted and self._granted[0][0] <= request.at - MINUTE:
            self._granted.popleft()
        if len(self._granted) >= REQUESTS or sum(cost for _, cost in self._granted) + tokens > TOKENS:
            self.refused += 1
            wait = self._granted[0][0] + MINUTE - request.at
            return replies.rate_limited(f"{wait:.1f}")
        self._granted.append((request.at, tokens))
        return _answer(prompt)

    def most(self) -> tuple[int, int]:
        """Requests and tokens of the fullest minute, wherever it begins."""
        most_requests = most_tokens = 0
        for start, _ in self.seen:
            within = [cost for at, cost in self.seen if start <= at < start + MINUTE]
            most_requests, most_tokens = max(most_requests, len(within)), max(most_tokens, sum(within))
        return most_requests, most_tokens


def _answer(prompt: int) -> replies.Reply:
    usage = {"prompt_tokens": prompt, "completion_tokens": 20, "total_tokens": prompt + 20}
    shape = replies.Shape(usage="none", done=False)
    steps = [*replies.chat(["word "] * 20, shape).steps, replies.event({"choices": [], "usage": usage}), replies.DONE]
    return replies.Reply(headers=replies.SSE, steps=steps).slowly(0.01, first=0.2)


async def measure(limits: str, seconds: float) -> tuple[Endpoint, dict[str, list[dict[str, Any]]]]:
    """Let the windows run; returns what the endpoint saw and what became of each kind of request."""
    endpoint = Endpoint()
    told: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as state:
        async with StubServer(endpoint) as stub:
            started = [await _start(stub.url, state, seconds, limits, seed) for seed in range(WINDOWS)]
            reading = [asyncio.ensure_future(_read(process, told)) for process in started]
            await asyncio.sleep(seconds / 2)
            started[0].kill()  # a crash, in the middle of whatever it does
            started.append(await _start(stub.url, state, seconds / 2, limits, WINDOWS))
            reading.append(asyncio.ensure_future(_read(started[-1], told)))
            await asyncio.gather(*reading, *(process.wait() for process in started))
    return endpoint, told


async def _start(url: str, state: str, seconds: float, limits: str, seed: int) -> asyncio.subprocess.Process:
    command = (sys.executable, "-m", "benchmarks.limits.window", url, state, str(seconds), str(seed), limits)
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, cwd=Path.cwd())
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    return process


async def _read(process: asyncio.subprocess.Process, told: dict[str, list[dict[str, Any]]]) -> None:
    assert process.stdout is not None
    async for line in process.stdout:
        said = json.loads(line)
        told[said["kind"]].append(said)


def report(name: str, endpoint: Endpoint, told: dict[str, list[dict[str, Any]]], seconds: float) -> bool:
    """Print one run; whether it kept the limits, and whoever waits at the keyboard waited less than bulk work."""
    requests, tokens = endpoint.most()
    answered = len(endpoint.seen) - endpoint.refused
    print(f"\n{name}")
    print(f"  fullest minute, as the endpoint saw it: {requests} requests, {tokens:,} tokens (allowed: 30, 20,000)")
    print(f"  answers 429: {endpoint.refused}; requests answered: {answered} in {seconds:g} s")
    print(f"  {'':8}{'answered':>10}{'not sent':>10}{'429':>6}   waited until sent, ms: median, mean, p95")
    means: dict[str, float] = {}
    for kind in ("ghost", "action", "bulk"):
        outcomes = Counter(said["outcome"] for said in told[kind])
        # What still waited at the end has waited at least so long.
        waits = sorted(said["ms"] for said in told[kind] if said["outcome"] in ("answered", "cut off")) or [0.0]
        middle, mean, late = waits[len(waits) // 2], sum(waits) / len(waits), waits[int(len(waits) * 0.95)]
        means[kind] = mean
        numbers = f"{outcomes['answered']:>10}{outcomes['not sent']:>10}{outcomes['429']:>6}"
        print(f"  {kind:8}{numbers}   {middle:10,.1f} {mean:10,.1f} {late:10,.1f}")
    first = max(means["ghost"], means["action"]) < means["bulk"]
    return first and requests <= REQUESTS and tokens <= TOKENS and not endpoint.refused


def main() -> None:
    """Measure with and without, and say whether the limits were kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=130.0, help="of each run; more than a minute")
    parser.add_argument("--without-baseline", action="store_true")
    options = parser.parse_args()
    seconds = max(70.0, options.seconds)
    kept = report("Limits shared by three windows", *asyncio.run(measure(f"{REQUESTS},{TOKENS}", seconds)), seconds)
    if not options.without_baseline:
        report("No limiter", *asyncio.run(measure("0,0", seconds)), seconds)
    raise SystemExit(0 if kept else 1)


if __name__ == "__main__":
    main()
