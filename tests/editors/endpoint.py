"""A scripted model server for editors' tests, which are not asynchronous: the stub in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.stub import StubServer
from tests.stub.server import Responder


@contextmanager
def endpoint(responder: Responder) -> Iterator[StubServer]:
    """The stub, listening; `asked` holds what it was asked. Ends with the context."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def run(work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(30)

    stub = StubServer(responder)
    run(stub.start())
    try:
        yield stub
    finally:
        run(stub.stop())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
