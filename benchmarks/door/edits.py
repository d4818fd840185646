"""A keystroke's didChange on a document of 50,000 lines: processor time from the bytes to the new document.

python -m benchmarks.door.edits
"""

from __future__ import annotations

import asyncio
import json
import statistics
import time

from benchmarks.door.measure import spread, stdlib_lines

LINES = 50_000
KEYS = 2_000
BAR = 0.1  # milliseconds, median


class Nowhere:
    """A client that takes everything."""

    def write(self, data: bytes) -> None:
        """Take it."""

    def close(self) -> None:
        """Nothing to close."""


def frame(message: object) -> bytes:
    """A message as it goes over the wire."""
    body = json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def change(version: int, line: int, character: int, text: str) -> bytes:
    """One key as VS Code sends it."""
    here = {"line": line, "character": character}
    return frame(
        {
            "jsonrpc": "2.0",
            "method": "textDocument/didChange",
            "params": {
                "textDocument": {"uri": "file:///b.py", "version": version},
                "contentChanges": [{"range": {"start": here, "end": here}, "rangeLength": 0, "text": text}],
            },
        }
    )


async def ours(text: str) -> tuple[list[float], list[float]]:
    """Milliseconds per key, for letters and for keys that add a line, through the whole door."""
    from foretype.lsp.server import Server

    server = Server()
    server.protocol.attach(Nowhere())
    receive = server.protocol.data_received
    receive(
        frame({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"processId": None, "capabilities": {}}})
    )
    receive(frame({"jsonrpc": "2.0", "method": "initialized", "params": {}}))
    item = {"uri": "file:///b.py", "languageId": "python", "version": 0, "text": text}
    receive(frame({"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument": item}}))
    await asyncio.sleep(1)
    times: dict[str, list[float]] = {"x": [], "\n": []}
    for version in range(1, KEYS + 1):
        key = "\n" if version % 10 == 0 else "x"
        data = change(version, LINES // 2 + version // 10, version % 10 - 1 if key == "x" else 9, key)
        begun = time.process_time()
        receive(data)
        times[key].append((time.process_time() - begun) * 1000)
        await asyncio.sleep(0)
    receive(frame({"jsonrpc": "2.0", "method": "exit"}))
    await server.protocol.ended()
    await server.finish()
    return times["x"], times["\n"]


def stock(text: str) -> list[float]:
    """The same keys through pygls's own document."""
    from lsprotocol import types
    from pygls.workspace import TextDocument

    document = TextDocument("file:///b.py", source=text)
    times = []
    for version in range(1, KEYS // 20):
        here = types.Position(LINES // 2, version % 10)
        event = types.TextDocumentContentChangePartial(types.Range(here, here), "x")
        begun = time.process_time()
        document.apply_change(event)
        times.append((time.process_time() - begun) * 1000)
    return times


def main() -> None:
    """Print both, and the ratio."""
    text = "".join(stdlib_lines(LINES))
    letters, breaks = asyncio.run(ours(text))
    baseline = stock(text)
    print(f"didChange, {LINES:,} lines, {KEYS:,} keys, ms of processor time each")
    print(f"  ours, a letter     {spread(letters)}")
    print(f"  ours, a new line   {spread(breaks)}")
    print(f"  pygls's document   {spread(baseline)}   (without parsing the message)")
    print(f"  ratio of medians   {statistics.median(baseline) / statistics.median(letters):.0f} times faster")
    median = statistics.median([*letters, *breaks])
    print(f"  bar: median at most {BAR} ms: {'met' if median <= BAR else 'NOT MET'} ({median:.3f} ms)")


if __name__ == "__main__":
    main()
