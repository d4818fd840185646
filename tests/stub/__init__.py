"""A scripted OpenAI-compatible server for tests, benchmarks and demos: standard library only, loopback only.

In a test: `async with StubServer(reply) as stub`. As a process: `python -m tests.stub --port 0`.
"""

from tests.stub.replies import Reply
from tests.stub.server import Received, StubServer

__all__ = ["Received", "Reply", "StubServer"]
