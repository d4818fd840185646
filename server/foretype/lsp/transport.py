"""Bytes in, bytes out: stdio and TCP. Nothing here blocks the event loop, whatever the other side does.

Standard input is read when the loop says that there is something, and a short message is written at once where there
is room for it: handing either to a thread costs more than the work. What cannot be done so is done by one daemon
thread each: pipes cannot be awaited on every platform, files not at all, a client that stops reading must not stop the
server, and a stuck thread must not keep the process alive.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import select
import socket
import sys
import threading
from collections.abc import Callable
from typing import BinaryIO, Final, Protocol

_READ_SIZE: Final = 256 * 1024
_AT_ONCE: Final[int] = getattr(select, "PIPE_BUF", 512)
"""Bytes that a pipe takes without blocking once `poll` has said that it takes some, by POSIX; sockets take more."""

_MAX_UNSENT: Final = 256 * 1024 * 1024
"""Bytes that may wait for a client that does not read; behind that the connection counts as lost."""


class Connection(Protocol):
    """What a session needs of its transport."""

    def write(self, data: bytes) -> None:
        """Send in order, later if need be; never blocks, never raises."""

    def close(self) -> None:
        """Send what is left, then close. May be called twice."""


class Receiver(Protocol):
    """What a transport needs of its session."""

    def data_received(self, data: bytes) -> None:
        """Take bytes as they came."""

    def connection_lost(self) -> None:
        """The other side is gone: end of input, or a broken pipe."""


class StdioConnection:
    """This process's standard input and output, as one connection.

    `sys.stdout` is pointed at standard error, so that no stray print can break the protocol.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._input = _take_over(sys.stdin.buffer, "rb")
        self._output = _take_over(sys.stdout.buffer, "wb")
        sys.stdout = sys.stderr
        self._unsent: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._queued = 0  # bytes; counted by the loop alone
        self._written = 0  # bytes; counted by the writer thread alone
        self._writer = threading.Thread(target=self._write_all, name="stdout", daemon=True)
        self._receiver: Receiver | None = None
        self._room = _room_of(self._output)

    def start(self, receiver: Receiver) -> None:
        """Begin to read and write."""
        self._receiver = receiver
        self._writer.start()
        try:
            self._loop.add_reader(self._input, self._read, receiver)
        except (NotImplementedError, OSError):  # Windows, and files, which are always ready
            threading.Thread(target=self._read_all, args=(receiver,), name="stdin", daemon=True).start()

    def write(self, data: bytes) -> None:
        """Send, now where nothing waits and there is room, else by the writer thread."""
        if self._queued == self._written and self._has_room(len(data)):
            try:
                data = data[os.write(self._output, data) :]
            except OSError:
                self._loop.call_soon(self._lost)
                return
            if not data:
                return
        self._queued += len(data)
        if self._queued - self._written > _MAX_UNSENT:
            self._lost()
            return
        self._unsent.put(data)

    def close(self) -> None:
        """Let the writer finish, for at most a second: a client that does not read cannot keep us."""
        self._unsent.put(None)
        if self._writer.is_alive():
            self._writer.join(timeout=1.0)

    def _has_room(self, size: int) -> bool:
        """Whether so many bytes can be written without waiting."""
        if self._room is None or size > _AT_ONCE:
            return False
        return any(event == select.POLLOUT for _, event in self._room.poll(0))

    def _read(self, receiver: Receiver) -> None:
        """There is something to be read, or the end."""
        try:
            data = os.read(self._input, _READ_SIZE)
        except OSError:
            data = b""
        if data:
            receiver.data_received(data)
        else:
            self._loop.remove_reader(self._input)
            self._lost()

    def _read_all(self, receiver: Receiver) -> None:
        with contextlib.suppress(OSError):  # a broken pipe is the same as its end
            while data := os.read(self._input, _READ_SIZE):
                self._call(receiver.data_received, data)
        self._call(self._lost)

    def _write_all(self) -> None:
        try:
            while (data := self._unsent.get()) is not None:
                view = memoryview(data)
                while view:
                    view = view[os.write(self._output, view) :]
                self._written += len(data)
        except OSError:
            self._call(self._lost)

    def _lost(self) -> None:
        if self._receiver is not None:
            self._receiver.connection_lost()

    def _call(self, function: Callable[..., None], *args: bytes) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended: nobody is there to hear it
            self._loop.call_soon_threadsafe(function, *args)


class TcpConnection(asyncio.Protocol):
    """One client over TCP."""

    def __init__(self, make_receiver: Callable[[Connection], Receiver]) -> None:
        self._make_receiver = make_receiver
        self._receiver: Receiver | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Open a session for this client."""
        self._transport = transport  # type: ignore[assignment]  # a stream server makes no other kind
        endpoint = transport.get_extra_info("socket")
        if endpoint is not None:
            endpoint.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # an answer must not wait for the next
        self._receiver = self._make_receiver(self)

    def data_received(self, data: bytes) -> None:
        """Hand on what came."""
        if self._receiver is not None:
            self._receiver.data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the session, once."""
        receiver, self._receiver = self._receiver, None
        if receiver is not None:
            receiver.connection_lost()

    def write(self, data: bytes) -> None:
        """Hand to the transport, which buffers; a client that lets too much pile up is dropped."""
        if self._transport is None or self._transport.is_closing():
            return
        self._transport.write(data)
        if self._transport.get_write_buffer_size() > _MAX_UNSENT:
            self._transport.abort()

    def close(self) -> None:
        """Send what is buffered, then close."""
        if self._transport is not None:
            self._transport.close()


def _room_of(output: int) -> select.poll | None:
    """What tells whether something can be written; None on Windows."""
    if not hasattr(select, "poll"):
        return None
    room = select.poll()
    room.register(output, select.POLLOUT)
    return room


def _take_over(stream: BinaryIO, mode: str) -> int:
    """A file descriptor of our own for a standard stream, with null in its place.

    Child processes (a key command, the index worker) inherit null instead of the protocol's pipe.
    """
    original = stream.fileno()
    own = os.dup(original)
    os.set_inheritable(own, False)
    if mode == "rb":
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, original)
        os.close(null)
    else:
        os.dup2(sys.stderr.fileno(), original)
    return own
