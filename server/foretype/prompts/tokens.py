"""Counts tokens: exactly with a tokenizer shipped in this package, never too few before it is loaded.

The only module that knows tiktoken. It never uses the network, and never works on the event loop for longer
than a count takes: loading (about 0.3 s of CPU) happens in a thread.
"""

from __future__ import annotations

import asyncio
import functools
import re
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    import tiktoken

EncodingName = Literal["o200k_base", "cl100k_base"]

# Lines repeat from one prompt to the next: a cached count costs a look-up instead of a tokenizer's run.
_CACHED_LINES = 16_384
# Where a text can be cut so that the counts of the pieces add up to the count of the whole: before a line
# that is neither blank nor begins with a slash at its first column (the patterns of both encodings let blank
# lines, and o200k_base slashes, run on from the line before).
_PIECE = re.compile(r"(?<=\n)(?=[ \t]*[^\s/]|[ \t]+/)")
# Models whose own encoding is the second one shipped.
_CL100K = re.compile(r"(^|[/_-])(gpt-4|gpt-3\.5|gpt-35|text-embedding)")
# OpenAI's models since GPT-4o. The tokenizers of Llama 3, Qwen and others descend from cl100k_base, which is
# also the smaller one in memory, so it stands in for every model whose own tokenizer is not at hand.
_O200K = re.compile(r"(^|[/_-])(gpt-4o|gpt-4\.[15]|gpt-[5-9]|chatgpt|o[134](-|$)|gpt-oss)")


class Counter(Protocol):
    """Counts the tokens of a text. `exact` is false while counts are only a safe upper bound."""

    @property
    def label(self) -> str:
        """What counts, in words that follow "counted by"."""
        ...

    @property
    def exact(self) -> bool:
        """Whether counts are the tokenizer's own."""
        ...

    @property
    def adds_up(self) -> bool:
        """Whether `count_lines` is always the same as `count`."""
        ...

    def count(self, text: str) -> int:
        """Tokens in a text; special tokens in it are counted as ordinary text."""
        ...

    def count_line(self, line: str) -> int:
        """The same, remembered: for lines of documents, which come again and again."""
        ...

    def count_lines(self, text: str) -> int:
        """A near count from remembered pieces, many times faster than `count` where most lines are known."""
        ...


def encoding_for(model: str) -> EncodingName:
    """The shipped encoding that comes nearest to a model's own tokenizer."""
    return "o200k_base" if _O200K.search(model.lower()) else "cl100k_base"


def is_own_encoding(model: str) -> bool:
    """Whether the shipped encoding is the model's own, so that its counts are exact."""
    name = model.lower()
    return bool(_O200K.search(name) or _CL100K.search(name))


class TokenCounter:
    """`Counter` for one encoding: an upper bound at first, exact once `load` has run.

    The bound is one token per byte of UTF-8, which no byte-level tokenizer can exceed.
    """

    adds_up = True
    """Both encodings let whitespace end with its last line end, and nothing but blank lines and slashes follow in the
    same piece, so that no token crosses a border of `split_pieces`."""

    def __init__(self, name: EncodingName) -> None:
        self.name: EncodingName = name
        self._encoding: tiktoken.Encoding | None = None
        self._count_line: Callable[[str], int] = self.count

    @property
    def exact(self) -> bool:
        """Whether the tokenizer is loaded."""
        return self._encoding is not None

    @property
    def label(self) -> str:
        """See `Counter.label`."""
        return f"the shipped encoding {self.name}"

    async def load(self) -> None:
        """Load the tokenizer in a thread. Raises `UnknownFormatError` where its data is damaged."""
        if self._encoding is None:
            self.use(await asyncio.to_thread(load_encoding, self.name))

    def use(self, encoding: tiktoken.Encoding) -> None:
        """Count with this encoding from now on."""
        self._encoding = encoding
        self._count_line = functools.lru_cache(_CACHED_LINES)(self.count)

    def count(self, text: str) -> int:
        """See `Counter.count`."""
        if self._encoding is None:
            return len(text.encode("utf-8", "surrogatepass"))
        return len(self._encoding.encode_ordinary(text))

    def count_line(self, line: str) -> int:
        """See `Counter.count_line`."""
        return self._count_line(line)

    def count_lines(self, text: str) -> int:
        """See `Counter.count_lines`."""
        return sum(map(self._count_line, split_pieces(text)))


def split_pieces(text: str) -> list[str]:
    """The text in pieces whose counts add up, for the shipped encodings and those that descend from them."""
    return _PIECE.split(text)


_loading = threading.Lock()
_loaded: dict[str, tiktoken.Encoding] = {}


def load_encoding(name: EncodingName) -> tiktoken.Encoding:
    """The encoding, made once per process from the shipped ranks. Blocks for about 0.3 s the first time."""
    with _loading:
        if name not in _loaded:
            _loaded[name] = _make_encoding(name)
        return _loaded[name]


def _make_encoding(name: EncodingName) -> tiktoken.Encoding:
    # Imported here since tiktoken costs start-up time and memory that a session without a model never needs.
    import tiktoken
    from tiktoken_ext import openai_public

    from foretype.prompts.ranks import packing

    ranks = packing.read(name)
    # tiktoken's own constructor knows the splitting pattern and special tokens; only its download is replaced.
    download = openai_public.load_tiktoken_bpe
    openai_public.load_tiktoken_bpe = lambda *_, **__: ranks
    try:
        parts = openai_public.ENCODING_CONSTRUCTORS[name]()
    finally:
        openai_public.load_tiktoken_bpe = download
    encoding = tiktoken.Encoding(**parts)
    # The Rust side has its own copy; this one is only read when an encoding is pickled, and is tens of MB.
    encoding._mergeable_ranks = {}
    return encoding
