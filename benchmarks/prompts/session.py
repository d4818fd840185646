"""One person typing in the middle of a large file of an indexed folder: the prompt of every key, and what it cost."""

from __future__ import annotations

import asyncio
import gc
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.embedded.git import CODE
from benchmarks.index.lag import Lag, probe, summary
from foretype.context.exclude import Exclusions
from foretype.context.preparation import ContextPreparation
from foretype.context.snippet import Snippet
from foretype.features.plan import Attempt
from foretype.features.prompting import Prompting, Rules
from foretype.lsp.surroundings import surroundings_of
from foretype.lsp.workspaces import Workspaces
from foretype.models.registry import Choice
from foretype.prompts.calibration import Calibration
from foretype.prompts.counting import Counting
from foretype.prompts.parts import Part
from foretype.prompts.place import Place
from foretype.prompts.running import common_head
from foretype.prompts.tokens import Counter, TokenCounter, load_encoding
from foretype.scheduling.usage import UsageBook
from foretype.text.document import Change, Document
from foretype.text.lines import Lines
from foretype.text.positions import Position

Naive = Callable[[Place, Sequence[Snippet], Choice, int, Counter], tuple[Part, ...]]

PAUSE = 0.06
"""Seconds between two keys, beside the time that the benchmark itself takes at each."""

_DRAWN_FROM = 200
"""Files, the largest, among which a seed draws."""


@dataclass(slots=True)
class Session:
    """What was measured of one way of asking. Times are milliseconds on the event loop's thread."""

    heads: dict[str, list[float]] = field(default_factory=dict)
    used: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    snippets: list[int] = field(default_factory=list)
    offered: list[int] = field(default_factory=list)
    lag: Lag = field(default_factory=lambda: Lag(0.0, 0.0, 0.0, 0.0))


def counter_of(name: str = "cl100k_base") -> TokenCounter:
    """The exact counter of a shipped encoding."""
    found = TokenCounter(name)  # type: ignore[arg-type]
    found.use(load_encoding(name))  # type: ignore[arg-type]
    return found


def large_file(folder: Path, seed: int = 0) -> Path:
    """The largest source file that a person may have written: under 200 kB and not all on a few lines.

    With a seed above 0 one drawn from the 200 largest.
    """
    files = [path for path in folder.rglob("*") if path.suffix in CODE and path.is_file() and not path.is_symlink()]
    found: list[Path] = []
    for size, path in sorted(((path.stat().st_size, path) for path in files), reverse=True):
        if size < 200_000 and path.read_bytes().count(b"\n") > size / 100:
            found.append(path)
            if len(found) == (_DRAWN_FROM if seed else 1):
                break
    if not found:
        raise SystemExit("There is no source file in this folder.")
    return random.Random(seed).choice(found)


def opened(path: Path, seed: int = 0) -> tuple[Document, Position, str]:
    """The document, a place in its middle, and what will be typed there: a part of the same file from far above.

    With a seed above 0 the place is drawn from the middle half, and the part from the first third.
    """
    text = path.read_text("utf-8", errors="replace").replace("\r\n", "\n")
    lines = text.split("\n")
    draw = random.Random(seed)
    place = draw.randrange(len(lines) // 4, len(lines) * 3 // 4) if seed else len(lines) // 2
    above = draw.randrange(0, len(lines) // 3) if seed else len(lines) // 5
    middle = next((n for n in range(place, len(lines)) if not lines[n].strip()), len(lines) - 1)
    typed = "\n".join(lines[above : above + 60])
    document = Document(path.as_uri(), CODE[path.suffix], 0, Lines(text))
    return document, Position(middle, len(lines[middle])), "\n" + typed


async def typing(
    workspaces: Workspaces, path: Path, choice: Choice, options: tuple[int, int], baselines: Mapping[str, Naive]
) -> Session:
    """Type `options[1]` keys with prompts of `options[0]` tokens."""
    budget, keys = options
    counter, session = counter_of(), Session()
    preparation = ContextPreparation(lambda document: surroundings_of(workspaces, document))
    rules = Rules(budget, Exclusions((), workspaces.folders), workspaces.folders, preparation)
    prompting = Prompting(Counting(counter, Calibration(fixed=True)), rules, lambda: choice, UsageBook())
    document, position, text = opened(path)
    preparation.document_changed(None, document)
    await prompting.gate.known(document)
    for _ in prompting.gate.prepare(document):
        await asyncio.sleep(0)
    prompting.write(prompting.look(document, position), Attempt(choice, budget))
    await preparation.rest()
    await asyncio.sleep(PAUSE)
    gc.collect()
    gc.freeze()  # as the server does
    last: dict[str, str] = {}
    async with probe() as late:
        for key in text[:keys]:
            before, document, position = document, *_typed(document, position, key)
            preparation.document_changed(before, document)
            began, cpu = time.perf_counter(), time.thread_time()
            sight = prompting.look(document, position)
            rendered = prompting.write(sight, Attempt(choice, budget))
            session.cpu.append((time.thread_time() - cpu) * 1e3)
            session.wall.append((time.perf_counter() - began) * 1e3)
            await asyncio.sleep(PAUSE)
            session.used.append(rendered.tokens / budget)
            session.snippets.append(sum(part.kind == "snippet" for part in rendered.parts))
            session.offered.append(len(sight.snippets))
            marks = choice.family.tokens if choice.family else ()
            place = sight.place.without(marks)
            written = {"Foretype": rendered.parts}
            for name, naive in baselines.items():
                written[name] = naive(place, sight.snippets, choice, budget, counter)
            for name, parts in written.items():
                whole = "".join(part.text for part in parts)
                if name in last:
                    session.heads.setdefault(name, []).append(_share(last[name], whole, counter))
                last[name] = whole
    session.lag = summary(late)
    preparation.close()
    return session


def _typed(document: Document, position: Position, key: str) -> tuple[Document, Position]:
    at = (position.line, position.column)
    changed = document.apply([Change(at, at, key)], (document.version or 0) + 1, "utf-32")
    return changed, Position(position.line + 1, 0) if key == "\n" else Position(position.line, position.column + 1)


def _share(before: str, after: str, counter: Counter) -> float:
    """Of a prompt's tokens, those of the longest head that it has in common with the one before; counted exactly."""
    total = counter.count(after)
    return max(0, total - counter.count(after[common_head(before, after) :])) / total
