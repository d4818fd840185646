"""Standard input and output as a connection, in a process of its own: pipes, files, and a client that does not read."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest

# Echoes every piece that it reads; `burst` answers with messages of all sizes first, and stays awake meanwhile.
SERVER = """
import asyncio, sys
from foretype.lsp.transport import StdioConnection

class Echo:
    def __init__(self, connection, done):
        self.connection, self.done = connection, done
    def data_received(self, data):
        self.connection.write(data)
    def connection_lost(self):
        self.done.set()

async def main():
    done = asyncio.Event()
    connection = StdioConnection()
    connection.start(Echo(connection, done))
    sizes = list(map(int, sys.argv[1:]))
    for number, size in enumerate(sizes):
        connection.write(bytes([65 + number % 26]) * size)
        await asyncio.sleep(0)
    if sizes:
        print("awake", file=sys.stderr, flush=True)
    await done.wait()
    connection.close()

asyncio.run(main())
"""


def start(*sizes: int, stdin=subprocess.PIPE) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", SERVER, *map(str, sizes)]
    return subprocess.Popen(command, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_everything_read_from_a_pipe_comes_in_order():
    text = os.urandom(700_000)
    out, err = start().communicate(text, timeout=30)
    assert (out, err) == (text, b"")


def test_a_file_can_be_read_though_no_loop_can_wait_for_it(tmp_path):
    (tmp_path / "input").write_bytes(b"hello" * 1000)
    with (tmp_path / "input").open("rb") as file:
        out, err = start(stdin=file).communicate(timeout=30)
    assert (out, err) == (b"hello" * 1000, b"")


def test_a_client_that_does_not_read_holds_up_nothing_and_gets_all_of_it_in_order_later():
    sizes = [10, 4096, 100_000, 7, 4097, 300_000, 1, 4096, 4096, 50]
    process = start(*sizes)
    assert process.stderr.readline() == b"awake\n"  # though nobody has read more than the pipe holds
    expected = b"".join(bytes([65 + number]) * size for number, size in enumerate(sizes))
    out, _ = process.communicate(timeout=30)
    assert out == expected


def test_a_short_message_passes_no_message_that_still_waits():
    process = start(1_000_000)
    assert process.stderr.readline() == b"awake\n"
    process.stdin.write(b"short")
    process.stdin.flush()
    assert process.stdout.read(1_000_000) == b"A" * 1_000_000
    process.stdin.close()
    assert process.stdout.read() == b"short"
    assert process.wait(timeout=30) == 0
    process.stdout.close()
    process.stderr.close()


@pytest.mark.skipif(sys.platform == "win32", reason="threads do it there")
def test_a_client_that_is_gone_ends_the_session():
    process = start()
    process.stdout.close()
    process.stdin.write(b"anybody?")
    process.stdin.flush()
    done = threading.Timer(30, process.kill)
    done.start()
    assert process.wait() == 0  # though its standard input is open
    done.cancel()
    process.stdin.close()
    process.stderr.close()
