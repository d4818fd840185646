"""The packed form of a tokenizer's ranks: made once by a developer, read at run time. Knows no tokenizer.

A `.tiktoken` file holds one "base64 rank" line per token. Its ranks are consecutive, so the packed form needs
only the tokens in order: a gzip stream of the count (4 bytes, little endian), the length of every token (one
byte each), and the tokens one after another. To make one from a `.tiktoken` file:

    python -m foretype.prompts.ranks.packing o200k_base.tiktoken server/foretype/prompts/ranks/o200k_base.gz

which prints the two SHA-256 sums that `SOURCES` holds: that of the `.tiktoken` file, which is the one that
tiktoken itself expects for this encoding, and that of the unpacked stream. The result is the same bytes on
every machine. The licence of the ranks is in NOTICE beside this file.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import itertools
import sys
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from foretype.errors import UnknownFormatError


@dataclass(frozen=True, slots=True)
class Source:
    """Where packed ranks come from: SHA-256 of the `.tiktoken` file, and of the unpacked stream."""

    tiktoken_sha256: str
    stream_sha256: str


SOURCES = {
    "o200k_base": Source(
        "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
        "ba55b38e477b631966c2496061ecd7d10108501c7c47358222d9dc27c22f9422",
    ),
    "cl100k_base": Source(
        "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
        "79045c4dbf49c4e3b90893afbcbfd80cf94cf2b99256bd84b19ffcace49d9bd2",
    ),
}


def read(name: str) -> dict[bytes, int]:
    """The ranks of a shipped encoding. Raises `UnknownFormatError` where the file is missing or damaged."""
    try:
        packed = resources.files(__package__).joinpath(f"{name}.gz").read_bytes()
        stream = gzip.decompress(packed)
    except (OSError, EOFError) as error:
        raise _damaged(name) from error
    if hashlib.sha256(stream).hexdigest() != SOURCES[name].stream_sha256:
        raise _damaged(name)
    return unpack(stream)


def unpack(stream: bytes) -> dict[bytes, int]:
    """Token to rank, from the unpacked stream."""
    count = int.from_bytes(stream[:4], "little")
    ends = list(itertools.accumulate(stream[4 : 4 + count], initial=4 + count))
    return {stream[ends[rank] : ends[rank + 1]]: rank for rank in range(count)}


def pack(tiktoken_file: bytes) -> bytes:
    """The stream (not yet compressed) for the text of a `.tiktoken` file."""
    tokens = []
    for rank, line in enumerate(tiktoken_file.splitlines()):
        token, number = line.split()
        if int(number) != rank:
            raise ValueError(f"the ranks are not consecutive at {rank}")
        tokens.append(base64.b64decode(token))
    if max(map(len, tokens)) > 255:
        raise ValueError("a token is longer than 255 bytes")
    return len(tokens).to_bytes(4, "little") + bytes(map(len, tokens)) + b"".join(tokens)


def _damaged(name: str) -> UnknownFormatError:
    return UnknownFormatError(f"The token ranks of {name} are missing or damaged.", "Install Foretype again.")


def _main(source: str, target: str) -> None:
    text = Path(source).read_bytes()
    stream = pack(text)
    Path(target).write_bytes(gzip.compress(stream, compresslevel=9, mtime=0))
    print("tiktoken file ", hashlib.sha256(text).hexdigest())
    print("unpacked stream", hashlib.sha256(stream).hexdigest())


if __name__ == "__main__":
    _main(*sys.argv[1:])
