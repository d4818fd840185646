"""Which of an answer's blocks is the code that was asked for, and which of its lines are imports. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from foretype.features.actions.import_statements import is_import, statements
from foretype.features.actions.values import Asked, Unfit
from foretype.postprocess.layout import is_telling
from foretype.prompts.actions.answer import Answer
from foretype.prompts.actions.fenced import Block
from foretype.text.lines import line_body

_NO_CODE: Final = frozenset(
    (
        "sh",
        "bash",
        "shell",
        "console",
        "zsh",
        "text",
        "txt",
        "plaintext",
        "output",
        "markdown",
        "md",
        "json",
        "diff",
        "mermaid",
    )
)
_ALIASES: Final = {
    "py": "python",
    "js": "javascript",
    "ts": "typescript",
    "sh": "shellscript",
    "bash": "shellscript",
    "shell": "shellscript",
    "zsh": "shellscript",
    "md": "markdown",
    "text": "plaintext",
    "txt": "plaintext",
    "rst": "restructuredtext",
    "tex": "latex",
}
_TELLING: Final = frozenset(
    (
        "python",
        "go",
        "rust",
        "java",
        "javascript",
        "typescript",
        "ruby",
        "php",
        "csharp",
        "kotlin",
        "swift",
        "lua",
        "scala",
    )
)
_PROSE: Final = frozenset(("markdown", "plaintext", "restructuredtext", "latex", "asciidoc", "git-commit", "org"))
"""Languages in which any sentence may stand, also one that only talks about the text."""

_KIN: Final = (
    {"javascript", "typescript", "javascriptreact", "typescriptreact", "jsx", "tsx", "vue", "svelte"},
    {"json", "jsonc", "json5", "jsonl"},
    _PROSE,
)
"""Languages that are never meant where another of them is edited, and those that are taken for one another."""


_SHORTEST_SENTENCE: Final = 4


def chosen(answer: Answer, asked: Asked) -> tuple[tuple[str, ...], str]:
    """The imports and the code among an answer's blocks."""
    if not answer.blocks:
        if not answer.bare.strip():
            raise Unfit("The answer was empty.", "Your answer was empty. Answer with the code.")
        return (), answer.bare
    for block in answer.blocks:
        refuse_other_file(block.path, asked)
    blocks = [block for block in answer.blocks if block.text.strip() and not is_other_language(block, asked)]
    if not blocks:
        raise Unfit("The answer held no code.", "Your answer held no code. Answer with one fenced code block.")
    imports: tuple[str, ...] = ()
    if len(blocks) > 1 and asked.imports:
        only = [block for block in blocks if block.language == "imports" or only_imports(block.text)]
        imports = tuple(line for block in only for line in block.text.split("\n") if line.strip())
        blocks = [block for block in blocks if block not in only] or blocks
    return imports, _one_of(blocks, asked)


def _one_of(blocks: list[Block], asked: Asked) -> str:
    """The block that is meant: not the old text told again, and of several versions the last one that is whole."""
    old = stripped_lines(unit_lines(asked))
    fresh = [block for block in blocks if stripped_lines(block.text.split("\n")) != old]
    if not fresh:
        return blocks[-1].text
    if len(fresh) == 1 or not asked.unit.name:
        if len(fresh) > 1:
            raise Unfit("The answer held several versions.", "Answer with exactly one fenced code block.")
        return fresh[0].text
    whole = [block for block in fresh if names(block.text, asked.unit.name)]
    if not whole:
        raise Unfit("The answer held several pieces of code.", "Answer with exactly one fenced code block.")
    return whole[-1].text


def is_other_language(block: Block, asked: Asked) -> bool:
    """Whether a block is said to be in a language that is never meant where this one is edited."""
    said, language = _ALIASES.get(block.language, block.language), asked.language
    if said == language or any(said in kin and language in kin for kin in _KIN):
        return False
    if language in _PROSE:  # an example that an explanation shows, but for the code in a fence
        return bool(said) and not _in_fence(asked)
    return said in _NO_CODE or block.language in _NO_CODE or (said in _TELLING and language in _TELLING)


def _in_fence(asked: Asked) -> bool:
    above = (asked.lines[number].lstrip() for number in range(asked.unit.start))
    return sum(line.startswith(("```", "~~~")) for line in above) % 2 == 1


def refuse_talk(answer: Answer, asked: Asked) -> None:
    """Raises Unfit where an answer without any fence may be words about the text in place of the text."""
    lines = trimmed(answer.bare.split("\n"))
    if answer.blocks or answer.replacements or not lines:
        return
    if asked.language in _PROSE or not asked.language:
        raise Unfit(
            "The answer does not say where the new text begins and ends.",
            "Put all of the new text into one block between fences of five backticks, and nothing else.",
        )
    known = set(stripped_lines(unit_lines(asked)))
    if any(is_sentence(line) and line.strip() not in known for line in (lines[0], lines[-1])):
        raise Unfit(
            "The answer talks about the code in place of changing it.",
            "Answer with one fenced code block, and nothing else.",
        )


def is_sentence(line: str) -> bool:
    """Whether a line reads as people talk, which no line of code does outside of a comment or a text."""
    words = line.strip().rstrip(".:!?").split()
    if len(words) < _SHORTEST_SENTENCE or not words[0][:1].isalpha():
        return False
    if not line.rstrip().endswith((".", ":", "!", "?")):  # "Nothing has to be changed"
        return words[0].istitle() and all(word.isalpha() and word.islower() for word in words[1:])
    if line.rstrip().endswith(":") and not words[0].istitle():  # as `for each in several:` does
        return False
    plain = sum(word.strip(",;()\"'’`").isalpha() and not word.isupper() for word in words)
    return plain >= len(words) * 0.7


def only_imports(text: str) -> bool:
    """Whether a text holds imports and nothing else."""
    found = statements(text.split("\n"))
    return bool(found) and all(is_import(each[0]) for each in found)


def leading_imports(new: list[str], asked: Asked) -> tuple[list[str], list[str]]:
    """The imports that an answer begins with, which do not belong where the unit stands, and the rest.

    Raises Unfit where new ones were not asked for.
    """
    if any(map(is_import, unit_lines(asked)[:1])) or not new or new[0][:1].isspace():
        return [], new
    at = behind = 0
    for each in statements(new):
        if not is_import(each[0]):
            break
        while not new[at].strip():
            at += 1
        at = behind = at + len(each)
    found, rest = [line for line in new[:behind] if line.strip()], trimmed(new[behind:])
    known = {line.strip() for line in asked.lines}
    if not asked.imports and any(line.strip() not in known for line in found):
        raise Unfit("The answer adds imports, which were not asked for.", "Do it without a new import.")
    return found, rest


def refuse_other_file(path: str, asked: Asked) -> None:
    """Raises Unfit where the answer is said to be of another file. The file's own name alone will do."""
    said = path.replace("\\", "/").removeprefix("./")
    own = asked.path.replace("\\", "/")
    if not said or said == own or own.endswith("/" + said) or said.endswith("/" + own):
        return
    if said.rpartition("/")[2] == said and "." not in said:
        return
    raise Unfit(
        f"The answer wants to change another file ({said[:80]}).",
        "Change only the code that you were shown, in one block.",
    )


def refuse_code_between_blocks(answer: Answer, asked: Asked) -> None:
    """Raises Unfit where the unit's own lines stand outside of the fences: a fence in the text has ended the block."""
    old = {line for line in stripped_lines(unit_lines(asked)) if is_telling(line)}
    if answer.blocks and old.intersection(stripped_lines(answer.prose.split("\n"))):
        raise Unfit(
            "It is not clear where the answer's code ends.",
            "Fences in the text ended your block. Put a longer fence, of five backticks, around all of it.",
        )


def unit_lines(asked: Asked) -> list[str]:
    """The unit's lines without their ends."""
    return [line_body(line) for line in asked.lines[asked.unit.start : asked.unit.end]]


def names(text: str, name: str) -> bool:
    """Whether a text has this name as a word."""
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def stripped_lines(lines: Sequence[str]) -> list[str]:
    """The lines without white space around them."""
    return [line.strip() for line in lines]


def trimmed(lines: list[str]) -> list[str]:
    """Without blank lines at either end."""
    lines = _end_without_blanks(lines)
    return lines[next((at for at, line in enumerate(lines) if line.strip()), 0) :]


def _end_without_blanks(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return lines[:end]
