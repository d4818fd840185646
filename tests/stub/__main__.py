"""Run the stub as a process: prints the port it listens on, then serves until it is ended.

python -m tests.stub --port 0                          answers every question with "stub"
python -m tests.stub --answer-from FILE --first-ms 40  answers with what really stands in the file
GET /v1/stub/requests                                  what was asked, and when clients left
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
from pathlib import Path

from tests.stub import replies
from tests.stub.server import Responder, StubServer
from tests.stub.truth import Truth

FAULTS: dict[str, replies.Reply] = {
    "rate-limit": replies.rate_limited("2"),
    "failure": replies.whole(500, "Internal Server Error", {"Content-Type": "text/plain"}),
    "hang": replies.hang(),
    "cut": replies.cut(replies.chat(["x = ", "1", "2"]), 3),
    "malformed": replies.Reply(headers=replies.SSE, steps=[b"data: {oops\n\n"]),
    "error-in-200": replies.Reply(headers=replies.SSE, steps=[replies.event({"error": {"message": "no"}})]),
    "page": replies.page(),
    "wrong-key": replies.error(401, "Incorrect API key provided"),
}


async def serve(responder: Responder | replies.Reply, port: int, models: list[str]) -> None:
    """Listen until the process is ended."""
    stub = StubServer(responder)
    stub.model_names = tuple(models)
    await stub.start(port)
    print(stub.port, flush=True)
    await asyncio.Event().wait()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--answer-from", type=Path, metavar="FILE", help="a text whose true continuation is answered")
    parser.add_argument("--lines", type=int, default=4, help="lines in an answer, at most")
    parser.add_argument("--first-ms", type=float, default=0, help="milliseconds to the first token")
    parser.add_argument("--token-ms", type=float, default=0, help="milliseconds from token to token")
    parser.add_argument("--model", action="append", default=[], help="a name for /models (again for more)")
    parser.add_argument("--fault", choices=FAULTS, help="every answer is this fault")
    options = parser.parse_args()
    responder: Responder | replies.Reply = replies.chat(["stub"])
    if options.fault:
        responder = FAULTS[options.fault]
    elif options.answer_from:
        text = options.answer_from.read_text(encoding="utf-8")
        responder = Truth(text, options.lines, options.first_ms / 1000, options.token_ms / 1000)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(responder, options.port, options.model or ["stub"]))


if __name__ == "__main__":
    main()
