"""Run the server: over standard input and output for one editor, or over TCP for any number of clients."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from typing import NoReturn

from foretype.lsp.protocol import Conversation
from foretype.lsp.server import ServeOptions, Server
from foretype.lsp.transport import Connection, StdioConnection, TcpConnection

logger = logging.getLogger(__name__)


async def serve_stdio(options: ServeOptions) -> int:
    """Serve one client on this process's standard input and output; returns the exit code."""
    connection = StdioConnection()
    server = Server(options)
    server.protocol.attach(connection)
    connection.start(server.protocol)
    code = await server.protocol.ended()
    await server.finish()
    connection.close()
    return code


async def serve_tcp(host: str, port: int, options: ServeOptions) -> int:
    """Serve every client that connects, each with a server of its own, until the process is interrupted.

    Port 0 lets the system choose; the address is said on standard error once clients can connect.
    """
    sessions: set[asyncio.Task[None]] = set()
    loop = asyncio.get_running_loop()

    def open_session(connection: Connection) -> Conversation:
        server = Server(options)
        server.protocol.attach(connection)
        task = loop.create_task(_session(server, connection))
        sessions.add(task)
        task.add_done_callback(sessions.discard)
        return server.protocol

    listener = await loop.create_server(lambda: TcpConnection(open_session), host, port)
    for socket in listener.sockets:
        address = socket.getsockname()
        print(f"foretype listens on {address[0]}:{address[1]}", file=sys.stderr, flush=True)
    async with listener:
        await listener.serve_forever()
    return 0


async def _session(server: Server, connection: Connection) -> None:
    await server.protocol.ended()
    await server.finish()
    connection.close()


def run_stdio(options: ServeOptions) -> NoReturn:
    """The process's whole life with one editor. Ends at once, whatever threads may still be stuck."""

    async def whole_life() -> NoReturn:
        code = await serve_stdio(options)
        sys.stderr.flush()
        os._exit(code)  # within the loop, whose own end would wait for every thread that it has lent work to

    asyncio.run(whole_life())


def run_tcp(host: str, port: int, options: ServeOptions) -> int:
    """Serve until interrupted."""
    try:
        return asyncio.run(serve_tcp(host, port, options))
    except KeyboardInterrupt:
        return 0
    except OSError as error:
        print(f"foretype cannot listen on {host}:{port}: {error.strerror or error}", file=sys.stderr)
        return 1
