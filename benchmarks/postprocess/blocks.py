"""Count how often a stream is ended exactly where a block ends: by the grammar beside layout alone.

    python -m benchmarks.postprocess.blocks [--blocks 300] [--show 3] REPOSITORY...

The repositories are local clones, bare or not. From their newest commit, at most `--blocks` blocks a language are
drawn at random: statements and definitions of 3 to 40 lines that begin in a line of their own. The stream is what
really stands there and 30 lines of what follows, in pieces of four characters; nothing stands below the cursor.
`header`: the cursor stands behind the block's first line. `body`: it stands in the first line of the body, and the
line that closes it stands below. An end is exact if the last line that is kept is the block's own last line (of the
body, without what closes it). `wasted` is what was read behind the end,
characters a block, `questions` how often the grammar was asked.

Where blocks really end is read from the whole file: Python's by the module `ast`, others' by their grammar, which
there sees all of the file and no half-written text.
"""

from __future__ import annotations

import argparse
import ast
import random
import statistics
import time
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from benchmarks.embedded.git import CODE, Repository
from foretype.postprocess.streaming import by_tree
from foretype.postprocess.streaming.watch import Watch
from foretype.postprocess.surroundings import LINES_ABOVE, Surroundings
from foretype.syntax.grammars import grammar_for
from foretype.syntax.statement_end import Reach, Written, reach
from foretype.syntax.tree import parser_of

LANGUAGES = ("python", "typescript", "go", "rust", "java", "c", "javascript")
SHORTEST, LONGEST, BEHIND = 3, 40, 30
PIECE = 4
MAX_LINES = 80
FILES = 250
BLOCKS_A_FILE = 4

_OPENERS = ("{", "(", "[", "=>", "->", ":", ")", "=")
_LISTS = ("block", "statement_list", "declaration_list", "program", "module", "source_file", "translation_unit")


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of a file: the block is `first` to `last`, both inclusive."""

    language: str
    name: str
    lines: tuple[str, ...]
    first: int
    last: int


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.postprocess.blocks")
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--blocks", type=int, default=300)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--show", type=int, default=0)
    options = parser.parse_args()
    blocks = drawn(options.repositories, options.blocks, options.seed)
    print(f"{'language':<12} {'cursor':<7} {'blocks':>6} | {'way':<8} {'exact %':>8} {'early':>6} {'late':>6}", end="")
    print(f" {'wasted':>7} {'ms a piece':>11} {'questions':>10}")
    for language in LANGUAGES:
        for cursor in ("header", "body"):
            cases = [case for block in blocks.get(language, ()) if (case := case_of(block, cursor)) is not None]
            if not cases:
                continue
            for way in ("layout", "grammar"):
                row(language, cursor, way, cases, options.show)


@dataclass(frozen=True, slots=True)
class Case:
    """A stream, and how much of it is the block's."""

    block: Block
    around: Surroundings
    unit: str
    stream: str
    right: int


def row(language: str, cursor: str, way: str, cases: list[Case], show: int) -> None:
    """Run all cases one way, and print what came of them."""
    asked = Counter[str]()

    def counted(written: Written, language_id: str) -> Reach | None:
        asked["times"] += 1
        return reach(written, language_id) if way == "grammar" else None

    ends: Counter[str] = Counter()
    wasted, cost = [], []
    with patch.object(by_tree, "reach", counted):
        for case in cases:
            useful, read, seconds, pieces = run(case)
            got = case.stream[:useful].rstrip()
            kind = "exact" if len(got) == case.right else "early" if len(got) < case.right else "late"
            ends[kind] += 1
            cost.append(seconds / pieces)
            if kind == "exact":
                wasted.append(read - case.right)
            elif show and way == "grammar" and ends["early"] + ends["late"] <= show:
                print(f"--- {kind} {case.block.name}:{case.block.first + 1}\n{case.around.typed}┆{got}┆")
    share = 100 * ends["exact"] / len(cases)
    questions = asked["times"] / len(cases) if way == "grammar" else 0
    print(
        f"{language:<12} {cursor:<7} {len(cases):>6} | {way:<8} {share:>8.1f} {ends['early']:>6} {ends['late']:>6}",
        end="",
    )
    print(f" {statistics.mean(wasted or [0]):>7.1f} {1000 * statistics.mean(cost):>11.4f} {questions:>10.1f}")


def run(case: Case) -> tuple[int, int, float, int]:
    """The useful length, how much was read, the processor time, and the pieces."""
    watch = Watch(case.around, case.unit)  # type: ignore[arg-type]
    begun = time.process_time()
    pieces = 0
    for end in range(PIECE, len(case.stream) + PIECE, PIECE):
        pieces += 1
        if (useful := watch(case.stream[:end])) is not None:
            return useful, min(end, len(case.stream)), time.process_time() - begun, pieces
    return len(case.stream), len(case.stream), time.process_time() - begun, pieces


def case_of(block: Block, cursor: str) -> Case | None:
    """What is typed, streamed and right with the cursor at the header's end, or in the body; None where none is."""
    behind = block.lines[block.last + 1 : block.last + 1 + BEHIND]
    if cursor == "header":
        typed, stands = block.lines[block.first], block.lines[block.first + 1 : block.last + 1]
        around = surroundings(block, block.first, typed, ())
        text = "\n".join(("", *stands))
        return Case(block, around, "statement", "\n".join((text, *behind)) + "\n", len(text.rstrip()))
    header = block.lines[block.first].rstrip()
    closed = block.language != "python"
    last = block.last - closed
    body = block.lines[block.first + 1 : last + 1]
    if not header.endswith("{" if closed else ":") or len(body) < 2 or not body[0].strip() or not body[-1].strip():
        return None
    if closed and block.lines[block.last].strip()[:1] != "}":
        return None
    margin = body[0][: len(body[0]) - len(body[0].lstrip())]
    if not margin or any(line.strip() and not line.startswith((margin, "#")) for line in body):
        return None
    around = surroundings(block, block.first + 1, margin, block.lines[last + 1 : last + 2] if closed else ())
    text = "\n".join(body)[len(margin) :]
    rest = behind if not closed else (block.lines[block.last], *behind)
    return Case(block, around, "block", "\n".join((text, *rest)) + "\n", len(text.rstrip()))


def surroundings(block: Block, number: int, typed: str, below: tuple[str, ...]) -> Surroundings:
    """The cursor behind `typed` in a line, with the lines above it."""
    above = block.lines[max(0, number - LINES_ABOVE) : number]
    return Surroundings(typed, "", below, MAX_LINES, above, block.language)


def drawn(repositories: list[Path], count: int, seed: int) -> dict[str, list[Block]]:
    """At random, the same for each seed, blocks of each language."""
    chance = random.Random(seed)
    found: dict[str, list[Block]] = defaultdict(list)
    for path in repositories:
        repository = Repository(path)
        names = [name for name in sorted(repository.files("HEAD")) if CODE.get(Path(name).suffix) in LANGUAGES]
        by_language: dict[str, list[str]] = defaultdict(list)
        for name in names:
            by_language[CODE[Path(name).suffix]].append(name)
        for language, files in by_language.items():
            for name in chance.sample(files, min(FILES, len(files))):
                text = repository.read("HEAD", name)
                if text and "\r" not in text and len(text) < 200_000:
                    blocks = list(blocks_of(text, language, f"{path.parent.name}/{name}"))
                    found[language] += chance.sample(blocks, min(BLOCKS_A_FILE, len(blocks)))
    return {language: chance.sample(blocks, min(count, len(blocks))) for language, blocks in found.items()}


def blocks_of(text: str, language: str, name: str) -> Iterator[Block]:
    """The blocks of a file that is free of errors."""
    lines = tuple(text.split("\n"))
    spans = python_spans(text) if language == "python" else grammar_spans(text, language)
    for first, last in spans:
        header = lines[first].rstrip() if first < len(lines) else ""
        if SHORTEST <= last - first + 1 <= LONGEST and header.endswith(_OPENERS):
            yield Block(language, name, lines, first, last)


def python_spans(text: str) -> Iterator[tuple[int, int]]:
    """First and last lines of compound statements, without their decorators."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    lines = text.split("\n")
    kinds = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)
    for node in ast.walk(tree):
        if isinstance(node, kinds) and node.end_lineno and not lines[node.lineno - 1].lstrip().startswith("elif"):
            yield node.lineno - 1, node.end_lineno - 1


def grammar_spans(text: str, language: str) -> Iterator[tuple[int, int]]:
    """First and last lines of the statements and definitions that begin first in their line."""
    grammar = grammar_for(language)
    if grammar is None:
        return
    data = text.encode()
    root = parser_of(grammar).parse(data).root_node
    if root.has_error:
        return
    waiting = [root]
    while waiting:
        node = waiting.pop()
        for child in node.named_children:
            if child.end_point.row - child.start_point.row + 1 < SHORTEST:
                continue
            waiting.append(child)
            own = node is root or node.start_point != child.start_point or node.type in _LISTS
            first = not data[data.rfind(b"\n", 0, child.start_byte) + 1 : child.start_byte].strip()
            statement = child.type.endswith(
                ("statement", "declaration", "definition", "item", "expression", "specifier")
            )
            if own and first and statement:
                yield child.start_point.row, child.end_point.row - (child.end_point.column == 0)


if __name__ == "__main__":
    main()
