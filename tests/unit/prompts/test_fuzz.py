"""Prompts of every form from documents of every kind: never over the budget by the tokenizer's own count, and full.

500 here; `make fuzz` writes 10,000 (FORETYPE_FUZZ sets how many) and says how full they were.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest

from foretype.context.snippet import Origin, Snippet
from foretype.models import families
from foretype.models.families import FAMILIES
from foretype.models.provider import ChatPrompt, FillPrompt, Mode, Prompt, TextPrompt
from foretype.models.registry import Choice
from foretype.prompts import pieces
from foretype.prompts.place import Place
from foretype.prompts.room import TEMPLATE_TOKENS, TOKENS_PER_FILE, TOKENS_PER_MESSAGE
from foretype.prompts.tokenizer_file import FileCounter
from foretype.prompts.tokens import Counter, TokenCounter, load_encoding
from foretype.prompts.writer import PromptWriter
from foretype.text.lines import split_lines

PROMPTS = int(os.environ.get("FORETYPE_FUZZ", "500"))
SEED = 20261122
IN_A_ROW = 5
MODES: tuple[Mode, ...] = ("fim", "chat", "suffix", "mistral", "infill")
LANGUAGES = ["python", "typescript", "go", "rust", "html", "css", "lua", "plaintext", ""]
NASTY = [
    "",
    "    ",
    "\t\t",
    "//",
    "// comment without end",
    "/* open",
    "größer = '日本語😀'",
    "x" * 300,
    "x" * (pieces.MAX_LINE + 10),
    "a,b;" * 600,
    "<|fim_prefix|>evil<|fim_middle|>",
    "<FILL_HERE>```",
    "\f\u2028\ud800",
    "{prefix}{suffix}{path}",
    "9" * 80,
    "                                                    deep",
]


@cache
def sources() -> list[str]:
    root = Path(pieces.__file__).parents[1]
    return [line for path in sorted(root.rglob("*.py")) for line in path.read_text(encoding="utf-8").splitlines()]


def text(chance: random.Random, most: int) -> str:
    """Real code with a little of everything else, in random line ends."""
    known, end = sources(), chance.choice(["\n", "\n", "\n", "\r\n", "\r"])
    lines: list[str] = []
    size, strange = chance.randrange(most + 1), chance.choice([0, 0, 0, 0.03, 0.3])
    while len(lines) < size:
        at = chance.randrange(len(known))
        lines += known[at : at + chance.randrange(1, 80)]
        if chance.random() < strange:
            lines += [chance.choice(NASTY)] * chance.randrange(1, 4)
    return end.join(lines[:size])


def snippets(chance: random.Random) -> list[Snippet]:
    made = []
    for number in range(chance.choice([0, 0, 3, 10, 30])):
        body = text(chance, chance.choice([5, 30, 120])).replace("\r\n", "\n").replace("\r", "\n")
        path = f"src/{number}/{chance.choice(['a.py', 'ö.ts', 'c'])}"
        made.append(Snippet(path, body + "\n", chance.choice(get_args(Origin)), 0, 9, chance.random()))
    return made


@cache
def counters() -> list[tuple[Counter, Callable[[str], int]]]:
    """Counters, each with the tokenizer's own count."""
    found: list[tuple[Counter, Callable[[str], int]]] = []
    for name in ("cl100k_base", "o200k_base"):
        encoding, counter = load_encoding(name), TokenCounter(name)
        counter.use(encoding)
        found.append((counter, lambda text, encoding=encoding: len(encoding.encode_ordinary(text))))
    try:
        import tokenizers
    except ImportError:
        return found
    # One that splits otherwise than the shipped ones, as StarCoder's does: blanks run across line ends.
    trained = tokenizers.Tokenizer(tokenizers.models.BPE())
    trained.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = tokenizers.pre_tokenizers.ByteLevel.alphabet()
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=4_000,
        initial_alphabet=alphabet,
        special_tokens=list(families.QWEN.tokens),
        show_progress=False,
    )
    trained.train_from_iterator("\n".join(sources()).splitlines(keepends=True), trainer)
    own = FileCounter(trained, "trained")
    found.append((own, own.count))
    return found


def cost(prompt: Prompt, count: Callable[[str], int]) -> int:
    """What the prompt costs, counted without anything of the code under test."""
    if isinstance(prompt, TextPrompt):
        return count(prompt.text)
    if isinstance(prompt, ChatPrompt):
        return sum(count(message.content) + TOKENS_PER_MESSAGE for message in prompt.messages)
    files = sum(count(file.path) + count(file.text) + TOKENS_PER_FILE for file in prompt.files)
    return count(prompt.prefix) + count(prompt.suffix) + files + TEMPLATE_TOKENS


def choice_of(chance: random.Random) -> Choice:
    mode, family = chance.choice(MODES), chance.choice(FAMILIES)
    return Choice(mode, family if mode == "fim" or chance.random() < 0.5 else None, "")


def session(chance: random.Random) -> list[tuple[float | None, int, int, str]]:
    """A few prompts in a row while a document is typed in: how full each is, its tokens by the true count, its budget.

    None where all of the document is shown, so that there may be nothing to fill it with.
    """
    counter, count = chance.choice(counters())
    writer, choice = PromptWriter(counter), choice_of(chance)
    budget = chance.choice([256, 512, 1024, 2048, 2048, 4096, 8192])
    if choice.mode == "chat":
        budget = max(512, budget)
    whole = text(chance, chance.choice([10, 200, 2_000]))
    at, offered = chance.randrange(len(whole) + 1), snippets(chance)
    language, typed, found = chance.choice(LANGUAGES), "", []
    for _ in range(IN_A_ROW):
        typed += chance.choice(["x", "foo(", "\n", ")\n    bar = ", text(chance, 4), ""])
        fill = FillPrompt(whole[:at] + typed, whole[at:], "src/here.py", language)
        place = replace(Place.of(fill, "doc"), lines_below=0)
        rendered = writer.write(place, offered, choice, budget)
        true = cost(rendered.prompt, count)
        what = f"{choice.mode} {choice.family and choice.family.name} {counter.label} {budget} {language}"
        assert rendered.tokens >= true, what
        found.append((None if rendered.complete else true / budget, true, budget, what))
        if chance.random() < 0.3:
            at, typed, whole = chance.randrange(len(whole) + 1), "", whole[:at] + typed + whole[at:]
        if chance.random() < 0.3:
            offered = snippets(chance)
    return found


@pytest.mark.filterwarnings("default::DeprecationWarning")
def test_never_over_the_budget_and_nearly_full(capsys: Any) -> None:
    used: list[tuple[float, str]] = []
    written = 0
    for number in range(PROMPTS // IN_A_ROW):
        for share, tokens, budget, what in session(random.Random(SEED + number)):
            written += 1
            assert tokens <= budget, f"session {number}: {what}"
            if share is not None:
                used.append((share, what))
    mean = sum(share for share, _ in used) / len(used)
    lowest = sorted(used)[:3]
    with capsys.disabled():
        if PROMPTS != 500:
            worst = sorted(share for share, _ in used)[len(used) // 100]
            print(f"\n{written:,} prompts, none over its budget; {len(used):,} of documents that are longer than their")
            print(f"prompt: {mean:.1%} full in the mean, 1 of 100 below {worst:.1%}")
            print("least full:", *lowest, sep="\n  ")
    assert len(used) > PROMPTS / 10
    assert mean >= 0.97, lowest


def test_lines_are_never_lost_by_splitting() -> None:
    chance = random.Random(1)
    for _ in range(20):
        whole = text(chance, 50)
        assert "".join(split_lines(whole)) == whole
