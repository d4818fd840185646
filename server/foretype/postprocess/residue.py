"""Take out what a model's template left in its answer: special tokens, and the thinking that was not for the reader."""

from __future__ import annotations

import re
from typing import Final

from foretype.postprocess.surroundings import Surroundings

# The forms in which all families known to models/families.py write their special tokens, and some more; a family's
# own are cut off while its answer comes in. Words in plain angle brackets (`<filename>`) may well be code.
_TOKEN: Final = re.compile(
    r"<\|[A-Za-z][\w▁.-]{1,30}\|>"
    r"|<｜[^｜\n<>]{2,30}｜>"
    r"|</?fim_(?:prefix|suffix|middle|pad)>"
    r"|<\[(?:fim-|end▁|begin▁)[^\]\n]{2,30}\]>"
    r"|<(?:EOT|SUF|MID|PRE|eos|bos|file_sep|repo_name|end_of_turn|start_of_turn|FILL_HERE)>"
    r"|\[/?INST\]"
)
_END_OF_SENTENCE: Final = re.compile(r"</s>\s*\Z")
_THINKING: Final = re.compile(r"\s*<(think|thinking|thought|reasoning)>.*?(?:</\1>|\Z)[ \t]*\n?", re.DOTALL)
_END_OF_THINKING: Final = re.compile(r"\A.*</(?:think|thinking|thought|reasoning)>[ \t]*\n*", re.DOTALL)


def strip_residue(text: str, around: Surroundings) -> str:
    """Without thinking at the beginning, and up to the first special token that something stands before.

    A think block that was never closed leaves nothing. The end of one whose beginning the server kept to itself (it
    was in the prompt) takes away all that stands before it.
    """
    del around
    if "<" not in text and "[" not in text:
        return text
    if thinking := _THINKING.match(text):
        text = text[thinking.end() :].lstrip("\n")
    elif "</think" in text or "</reason" in text or "</thought" in text:
        text = _END_OF_THINKING.sub("", text)
    while (token := _TOKEN.search(text)) and not text[: token.start()].strip():
        text = text[: token.start()] + text[token.end() :]
    if token:
        text = text[: token.start()]
    return _END_OF_SENTENCE.sub("", text)


def find_token(text: str) -> int | None:
    """Where the first special token begins in the text; None without one."""
    token = _TOKEN.search(text) if "<" in text or "[" in text else None
    return token.start() if token else None
