"""Counts with a model's own tokenizer from its tokenizer.json. The only module that knows the package `tokenizers`.

The package is optional. Loading happens in a thread, counting at the keystroke; nothing is ever downloaded.
"""

from __future__ import annotations

import asyncio
import functools
from pathlib import Path
from typing import TYPE_CHECKING, Final

from foretype.errors import ConfigurationError
from foretype.prompts.tokens import split_pieces
from foretype.settings.files import read_bytes

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MOST_BYTES: Final = 100_000_000
_CACHED_PIECES: Final = 16_384


class FileCounter:
    """`Counter` for one tokenizer.json. Special tokens in a text count as what they are to the model: one token."""

    exact = True
    adds_up = False

    def __init__(self, tokenizer: Tokenizer, name: str) -> None:
        self._tokenizer = tokenizer
        self._name = name
        self._count_piece = functools.lru_cache(_CACHED_PIECES)(self.count)

    @property
    def label(self) -> str:
        """See `Counter.label`."""
        return f"the model's own tokenizer in {self._name}"

    def count(self, text: str) -> int:
        """See `Counter.count`."""
        if not text.isascii():
            text = text.encode("utf-8", "replace").decode("utf-8")  # the package refuses half surrogates
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def count_line(self, line: str) -> int:
        """See `Counter.count_line`."""
        return self._count_piece(line)

    def count_lines(self, text: str) -> int:
        """See `Counter.count_lines`."""
        return sum(map(self._count_piece, split_pieces(text)))


async def load_file(path: str) -> FileCounter:
    """The counter for a tokenizer.json, or the folder that it is in.

    Raises ConfigurationError where it cannot be read or the package is not installed.
    """
    return await asyncio.to_thread(_load, path)


def _load(path: str) -> FileCounter:
    try:
        # Imported here since it is optional, and heavy.
        from tokenizers import Tokenizer
    except ImportError:
        raise ConfigurationError(
            "`model.tokenizer` needs the package tokenizers, which is not installed.",
            "Install foretype[tokenizers], or remove the setting.",
        ) from None
    try:
        file = Path(path).expanduser()
        file = file / "tokenizer.json" if file.is_dir() else file
        text = read_bytes(file, MOST_BYTES).decode("utf-8")
    except (OSError, ValueError, RuntimeError):
        raise ConfigurationError(
            "The file that `model.tokenizer` names cannot be read.", "Name the model's tokenizer.json."
        ) from None
    try:
        tokenizer = Tokenizer.from_str(text)
    except Exception:  # noqa: BLE001  the package raises nothing more particular
        raise ConfigurationError(
            "The file that `model.tokenizer` names is not a tokenizer.json.", "Name the model's tokenizer.json."
        ) from None
    # A file may say that texts are cut or filled up; that would make counts wrong.
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return FileCounter(tokenizer, file.name)
