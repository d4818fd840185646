"""Counting: exact with the shipped ranks, never too few before they are loaded, no network."""

from __future__ import annotations

import base64
import gzip
import socket
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foretype.errors import UnknownFormatError
from foretype.prompts.ranks import packing
from foretype.prompts.tokens import EncodingName, TokenCounter, encoding_for, load_encoding

NAMES: tuple[EncodingName, ...] = get_args(EncodingName)
OWN_SOURCE = sorted(Path(packing.__file__).parents[2].rglob("*.py"))


def loaded(name: EncodingName) -> TokenCounter:
    counter = TokenCounter(name)
    counter.use(load_encoding(name))
    return counter


@pytest.mark.parametrize(
    ("name", "text", "tokens"),
    [
        # As tiktoken itself encodes them with the ranks that it downloads.
        ("o200k_base", "hello world", [24912, 2375]),
        ("o200k_base", "def f(x):\n    return x", [1314, 285, 4061, 1883, 271, 622, 1215]),
        ("cl100k_base", "hello world", [15339, 1917]),
        ("cl100k_base", "def f(x):\n    return x", [755, 282, 2120, 997, 262, 471, 865]),
    ],
)
def test_the_shipped_ranks_are_the_real_ones(name: EncodingName, text: str, tokens: list[int]) -> None:
    assert load_encoding(name).encode_ordinary(text) == tokens
    assert load_encoding(name).decode(tokens) == text


@pytest.mark.parametrize("name", NAMES)
def test_loading_needs_no_network(name: EncodingName, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*_: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    monkeypatch.setattr("foretype.prompts.tokens._loaded", {})
    assert load_encoding(name).name == name


@pytest.mark.asyncio
async def test_an_upper_bound_until_loaded() -> None:
    counter = TokenCounter("cl100k_base")
    assert (counter.exact, counter.count("größer"), counter.count_line("ab")) == (False, 8, 2)
    await counter.load()
    assert (counter.exact, counter.count("hello world")) == (True, 2)
    assert counter.count_line("hello world\n") == counter.count("hello world\n") == 3


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=200, deadline=None)
@given(st.text())
def test_the_bound_holds(name: EncodingName, text: str) -> None:
    assert loaded(name).count(text) <= TokenCounter(name).count(text)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_pieces_add_up_on_code(name: EncodingName, end: str) -> None:
    counter = loaded(name)
    for path in OWN_SOURCE:
        text = path.read_text(encoding="utf-8").replace("\n", end)
        assert counter.count_lines(text) == counter.count(text), path.name


def test_special_tokens_in_text_are_text() -> None:
    assert loaded("o200k_base").count("<|endoftext|>") > 1
    assert loaded("o200k_base").count("\ud800 lone surrogate") > 0


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("gpt-4o-mini", "o200k_base"),
        ("openai/gpt-4.1", "o200k_base"),
        ("gpt-5", "o200k_base"),
        ("o3-mini", "o200k_base"),
        ("o1", "o200k_base"),
        ("gpt-4-turbo", "cl100k_base"),
        ("gpt-3.5-turbo-instruct", "cl100k_base"),
        ("qwen2.5-coder", "cl100k_base"),
        ("foo1", "cl100k_base"),
        ("", "cl100k_base"),
    ],
)
def test_encoding_for(model: str, name: EncodingName) -> None:
    assert encoding_for(model) == name


def tiktoken_file(*tokens: bytes, ranks: list[int] | None = None) -> bytes:
    lines = zip(tokens, ranks or range(len(tokens)), strict=True)
    return b"".join(base64.b64encode(token) + b" %d\n" % rank for token, rank in lines)


def test_packing_and_unpacking() -> None:
    tokens = (b"a", b"\n ", b"\xff" * 255)
    assert packing.unpack(packing.pack(tiktoken_file(*tokens))) == {token: rank for rank, token in enumerate(tokens)}
    with pytest.raises(ValueError, match="consecutive"):
        packing.pack(tiktoken_file(b"a", b"b", ranks=[0, 2]))
    with pytest.raises(ValueError, match="255"):
        packing.pack(tiktoken_file(b"a" * 256))


@pytest.mark.parametrize(
    "content",
    [b"", b"not gzip", gzip.compress(b"other"), gzip.compress(b"cut short")[:-9]],
    ids=["empty", "not gzip", "other", "cut short"],
)
def test_damaged_ranks_are_found_out(content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "o200k_base.gz").write_bytes(content)
    monkeypatch.setattr(packing.resources, "files", lambda _: tmp_path)
    with pytest.raises(UnknownFormatError):
        packing.read("o200k_base")
    with pytest.raises(UnknownFormatError):
        packing.read("cl100k_base")


_PARTS = [
    "\n",
    "\r\n",
    "\r",
    "\n\n",
    "  ",
    "\t",
    "/",
    "//",
    "x",
    "foo",
    "(",
    "=;",
    "\f",
    "\x0b",
    "\u2028",
    "\x85",
    "\xa0",
    "7",
    "é",
]


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(_PARTS), max_size=40).map("".join))
def test_pieces_add_up_always(name: EncodingName, text: str) -> None:
    assert loaded(name).count_lines(text) == loaded(name).count(text)
