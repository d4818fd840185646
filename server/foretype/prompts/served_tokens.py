"""Counts with the tokenizer of the model's server, asked at its `/tokenize` (llama.cpp, vLLM), by remembered pieces.

The keystroke never waits: a piece that is not known yet is estimated, on the high side, and asked for afterwards.
Text goes to the configured endpoint only, which gets it in prompts anyway.
"""

from __future__ import annotations

import math
import re
from collections import OrderedDict
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, Final

from foretype.errors import ModelError
from foretype.models.connection import Connection
from foretype.models.dialects import root_of
from foretype.models.json_text import read_json
from foretype.models.question import sendable
from foretype.prompts.tokens import Counter, split_pieces

SERVERS: Final = frozenset({"llama.cpp", "vLLM"})
"""The software that has the route."""

_REMEMBERED: Final = 32_768
_ASKED_AT_ONCE: Final = 60_000
"""Characters in one question: a few ms of a server's time."""

_SMALLEST_SAMPLE: Final = 200
_MARGIN: Final = 1.1


class ServedCounter:
    """`Counter` over a server's own tokenizer. Until `learn` has asked, counts are estimates by `stand_in`.

    `marks` are the model's special tokens, one token each, at which a text falls into pieces.
    """

    exact = False
    adds_up = True

    def __init__(self, connection: Connection, stand_in: Counter, marks: Sequence[str], prior: float) -> None:
        self._connection = connection
        self._stand_in = stand_in
        self._marks = re.compile("(" + "|".join(map(re.escape, marks)) + ")") if marks else None
        self._known: OrderedDict[str, int] = OrderedDict((mark, 1) for mark in marks)
        self._wanted: OrderedDict[str, None] = OrderedDict()
        self._ratio = prior
        self._failed = False

    @property
    def label(self) -> str:
        """See `Counter.label`."""
        if self._failed:
            return f"{self._stand_in.label}, since the server does not tell"
        return "the server's own tokenizer"

    def count(self, text: str) -> int:
        """See `Counter.count`."""
        return self.count_lines(text)

    def count_line(self, line: str) -> int:
        """See `Counter.count_line`."""
        tokens = self._known.get(line)
        if tokens is not None:
            return tokens
        if line and not self._failed:
            self._wanted[line] = None
            if len(self._wanted) > _REMEMBERED:
                self._wanted.popitem(last=False)
        return math.ceil(self._stand_in.count_line(line) * self._ratio)

    def count_lines(self, text: str) -> int:
        """See `Counter.count_lines`."""
        if not text:
            return 0
        parts = self._marks.split(text) if self._marks is not None else [text]
        return sum(self.count_line(piece) for part in parts if part for piece in split_pieces(part))

    async def learn(self) -> None:
        """Ask the server for the pieces that were estimated since; never raises for what the server does."""
        while self._wanted and not self._failed:
            pieces, size = [], 0
            while self._wanted and size < _ASKED_AT_ONCE:
                piece, _ = self._wanted.popitem()  # the newest first: it is the likeliest to come again
                pieces.append(piece)
                size += len(piece)
            try:
                counts = await self._ask(pieces)
            except ModelError:
                counts = None
            if counts is None:
                self._failed = True  # this server has no such route, or speaks otherwise: estimates it is
                self._wanted.clear()
                return
            self._take(pieces, counts)

    def _take(self, pieces: Sequence[str], counts: Sequence[int]) -> None:
        theirs = sum(counts)
        ours = sum(map(self._stand_in.count_line, pieces))
        if ours >= _SMALLEST_SAMPLE:
            self._ratio = max(0.5, theirs / ours * _MARGIN)
        self._known.update(zip(pieces, counts, strict=True))
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)

    async def _ask(self, pieces: Sequence[str]) -> list[int] | None:
        """The tokens of each piece, from one question about all of them; None where the answer cannot be read."""
        endpoint = self._connection.endpoint
        # Lines stay apart by themselves; what is not whole lines must not grow together with the next.
        parts = [
            part for piece in map(sendable, pieces) for part in (piece, *(() if piece.endswith("\n") else ("\n",)))
        ]
        text = "".join(parts)
        body = {
            # llama.cpp's names, then vLLM's; each leaves the other's aside.
            "content": text,
            "with_pieces": True,
            "parse_special": True,
            "model": endpoint.model,
            "prompt": text,
            "add_special_tokens": False,
            "return_token_strs": True,
        }
        answer = _object(await self._connection.post(f"{root_of(endpoint)}/tokenize", body))
        lengths = _byte_lengths(answer)
        counts = None if lengths is None else shared_out(lengths, [len(part.encode()) for part in parts])
        if counts is None:
            return None
        found = iter(counts)
        told = []
        for piece in pieces:
            told.append(next(found))
            if not piece.endswith("\n"):
                next(found)
        return told


def shared_out(tokens: Sequence[int], pieces: Sequence[int]) -> list[int] | None:
    """How many tokens touch each piece, from the lengths of both in bytes; None where they do not add up.

    A token across a border counts for both sides, so that no piece costs more by itself than is said here.
    """
    surplus = sum(tokens) - sum(pieces)
    if surplus not in (0, 1) or not pieces:  # 1: sentencepiece puts a blank in front of a text
        return None
    ends = list(accumulate(pieces))
    counts = [0] * len(pieces)
    piece, start = 0, -surplus
    for length in tokens:
        end = start + length
        while piece + 1 < len(pieces) and start >= ends[piece]:
            piece += 1
        last = piece
        counts[piece] += 1
        while last + 1 < len(pieces) and end > ends[last]:
            last += 1
            counts[last] += 1
        start = end
    return counts


def _byte_lengths(answer: dict[str, Any]) -> list[int] | None:
    """The length in bytes of every token in an answer of llama.cpp (pieces) or vLLM (strings of byte letters)."""
    tokens, strings = answer.get("tokens"), answer.get("token_strs")
    if isinstance(strings, list):
        # Byte-level vocabularies write every byte as one letter.
        return [len(text) for text in strings] if all(isinstance(text, str) for text in strings) else None
    if not isinstance(tokens, list):
        return None
    lengths = []
    for token in tokens:
        piece = token.get("piece") if isinstance(token, dict) else None
        if isinstance(piece, str):
            lengths.append(len(piece.encode()))
        elif isinstance(piece, list):
            lengths.append(len(piece))
        else:
            return None
    return lengths


def _object(body: str) -> dict[str, Any]:
    try:
        payload = read_json(body)
    except ValueError:
        return {}
    return payload if isinstance(payload, dict) else {}
