"""Measure what prompts and the gathering for them hold of the event loop while somebody types in a large repository.

    python -m benchmarks.prompts.loop FOLDER_OR_REPOSITORY... [--tokens 2048] [--keys 200] [--seed 0]

All folders (or trees of HEAD) are put side by side into one workspace. The same keys are typed three times: without
any prompt (what the measuring and the machine cost), with a prompt at each key and candidates gathered as in the
server, and the same while the index is built from nothing. The bounds: a prompt's assembly takes 15 ms at 95 of 100
keys, and nothing holds the loop for more than 10 ms. The CPU time of a callback is what it took itself; by the clock it
also waited for a core, as the line without prompts did, and for the thread that gathers.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import os
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

from benchmarks.index.__main__ import unpacked
from benchmarks.index.callbacks import Callbacks, timed
from benchmarks.index.lag import Lag, probe, summary
from foretype.context.exclude import Exclusions
from foretype.context.preparation import ContextPreparation
from foretype.features.plan import Attempt
from foretype.features.prompting import Prompting, Rules
from foretype.garbage import loading
from foretype.lsp.surroundings import surroundings_of
from foretype.lsp.workspaces import Plan, Workspaces
from foretype.models import families
from foretype.models.registry import Choice
from foretype.prompts.calibration import Calibration
from foretype.prompts.counting import Counting
from foretype.scheduling.usage import UsageBook

from .session import PAUSE, _typed, counter_of, large_file, opened

CHOICE = Choice("fim", families.QWEN, "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", type=Path, metavar="FOLDER_OR_REPOSITORY")
    parser.add_argument("--tokens", type=int, default=2048)
    parser.add_argument("--keys", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0, help="another file, another place in it, other keys")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack, tempfile.TemporaryDirectory() as place:
        os.environ["XDG_CACHE_HOME"] = str(Path(place) / "cache")
        folder = Path(place) / "workspace"
        folder.mkdir()
        for number, path in enumerate(options.paths):
            stack.enter_context(unpacked(path)).rename(folder / f"part{number}")
        asyncio.run(_all(folder, options))


async def _all(folder: Path, options: argparse.Namespace) -> None:
    workspaces = Workspaces()
    workspaces.add([folder.as_uri()])
    path, size = large_file(folder, options.seed), (options.tokens, options.keys, options.seed)
    counter_of().count("x")  # it is loaded off the loop in the server
    async with _built(workspaces, whole=True) as files:
        print(f"{files:,} files indexed; {options.keys} keys in the middle of {path.relative_to(folder)}", flush=True)
        await _typing(workspaces, path, size, prompts=False)  # the first time things are compiled
        for name, prompts in (("without prompts", False), ("with prompts", True)):
            show(name, *await _typing(workspaces, path, size, prompts=prompts))
    async with _built(workspaces, whole=False):
        show("while it is indexed", *await _typing(workspaces, path, size, prompts=True))
        (index,) = workspaces.indexes
        print(f"  of the index was there at the end: {index.search.counts().files:,} files searchable")


@contextlib.asynccontextmanager
async def _built(workspaces: Workspaces, *, whole: bool) -> AsyncIterator[int]:
    """The number of indexed files, once the index is complete; or an index that is only begun, in another cache."""
    if not whole:
        os.environ["XDG_CACHE_HOME"] += "-again"
    await workspaces.apply(Plan(True, ()))
    (index,) = workspaces.indexes
    try:
        yield (await index.settled()).files if whole else 0
    finally:
        await workspaces.close()


async def _typing(
    workspaces: Workspaces, path: Path, options: tuple[int, int, int], *, prompts: bool
) -> tuple[list[float], Lag, Callbacks, int]:
    """CPU seconds of each prompt's assembly, how late the loop was, its callbacks, and the snippets in prompts.

    `options` are the tokens of a prompt, the number of keys, and the seed.
    """
    budget, keys, seed = options
    preparation = ContextPreparation(lambda document: surroundings_of(workspaces, document))
    rules = Rules(budget, Exclusions((), workspaces.folders), workspaces.folders, preparation)
    prompting = Prompting(Counting(counter_of(), Calibration(fixed=True)), rules, lambda: CHOICE, UsageBook())
    document, position, text = opened(path, seed)
    for _ in prompting.gate.prepare(document):
        await asyncio.sleep(0)
    if prompts:
        preparation.document_changed(None, document)
        await prompting.settled(document, position, Attempt(CHOICE, budget))
        await preparation.rest()
    gc.collect()
    with loading(f"typing {time.monotonic()}"):
        pass  # what is there now is never looked at again, as in the server
    taken: list[float] = []
    snippets = 0

    def key_typed(key: str) -> None:
        nonlocal document, position, snippets
        before, document, position = document, *_typed(document, position, key)
        if prompts:
            preparation.document_changed(before, document)
            used = time.thread_time()
            sight = prompting.look(document, position)
            rendered = prompting.write(sight, Attempt(CHOICE, budget))
            taken.append(time.thread_time() - used)
            snippets += sum(part.kind == "snippet" for part in rendered.parts)

    with timed() as callbacks:
        async with probe() as late:
            for key in text[:keys]:
                asyncio.get_running_loop().call_soon(key_typed, key)
                await asyncio.sleep(PAUSE)
    prompting.close()
    preparation.close()
    return sorted(taken), summary(late), callbacks, snippets


def show(name: str, taken: list[float], lag: Lag, callbacks: Callbacks, snippets: int) -> None:
    print(f"\n{name}")
    if taken:
        middle, most = taken[len(taken) // 2], taken[len(taken) * 95 // 100]
        print(
            f"  assembly at a key: {middle * 1e3:.1f} ms CPU (p50), {most * 1e3:.1f} (p95), {taken[-1] * 1e3:.1f} at"
            f" most; {snippets / len(taken):.1f} snippets in a prompt"
        )
    print(
        f"  the longest of {callbacks.count:,} callbacks: {callbacks.cpu * 1e3:.1f} ms CPU ({callbacks.name}),"
        f" {callbacks.wall * 1e3:.1f} ms by the clock; {len(callbacks.long)} took more than 10 ms CPU"
    )
    for what, seconds in sorted(callbacks.long, key=lambda one: -one[1])[:5]:
        print(f"    {seconds * 1e3:.1f} ms: {what}")
    print(
        f"  the loop was late by {lag.p99 * 1e3:.1f} ms (p99), {lag.worst * 1e3:.1f} at most; other threads of this"
        f" process can have caused {lag.threads * 1e3:.1f} of that;"
        f" the longest look for garbage took {callbacks.garbage * 1e3:.1f} ms CPU",
        flush=True,
    )


if __name__ == "__main__":
    main()
