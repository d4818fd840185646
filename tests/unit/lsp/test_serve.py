"""The end of the process."""

from __future__ import annotations

import subprocess
import sys

STUCK = """
import asyncio, time
from foretype.lsp import serve

async def session(options):
    asyncio.get_running_loop().run_in_executor(None, time.sleep, 3600)  # as on a drive that hangs
    await asyncio.sleep(0.05)
    return 7

serve.serve_stdio = session
serve.run_stdio(None)
"""


def test_a_thread_that_is_stuck_does_not_keep_the_process():
    assert subprocess.run([sys.executable, "-c", STUCK], timeout=60, check=False).returncode == 7
