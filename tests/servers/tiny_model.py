"""Writes a tiny language model that llama-server can load: it knows which byte follows which, and nothing else.

The weights are made so that the model's next-token scores are exactly the logarithms of counted byte pairs:
one-hot embeddings, layers that add nothing, and the counts in the output matrix. One byte is one token, so
token counts are exact, and at temperature 0 the text can be told in advance (`greedy`). The format is GGUF
version 3 as llama.cpp documents it; this writer needs no library.
"""

from __future__ import annotations

import functools
import itertools
import math
import struct
import sysconfig
from array import array
from collections import Counter
from pathlib import Path

CONTEXT = 32_768
SPECIALS = (
    *("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>"),
    *("<|fim_pad|>", "<|repo_name|>", "<|file_sep|>"),
)
_VOCABULARY = 288
_FIRST_SPECIAL = 257  # after the 256 bytes and one merged pair, since a tokenizer without merges is refused
_CHATML = (
    "{% for m in messages %}<|im_start|>{{m['role']}}\n{{m['content']}}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


@functools.cache
def _followers() -> list[Counter[int]]:
    """For each byte, how often which byte follows it in some of Python's own library."""
    followers: list[Counter[int]] = [Counter() for _ in range(256)]
    for name in ("argparse.py", "ast.py", "base64.py", "dataclasses.py", "inspect.py", "shutil.py", "tarfile.py"):
        data = Path(sysconfig.get_paths()["stdlib"], name).read_bytes()
        for (one, two), times in Counter(itertools.pairwise(data)).items():
            if one < 128 and two < 128:
                followers[one][two] += times
    return followers


def greedy(after: bytes, length: int) -> str:
    """What the model writes at temperature 0 after this byte (after a newline for any special token)."""
    text, last = "", after[-1]
    for _ in range(length):
        last = _followers()[last].most_common(1)[0][0]
        text += chr(last)
    return text


def write(target: Path) -> None:
    """Write the model, about 2 MB."""
    size, heads, groups, inner = _VOCABULARY, 4, 2, 32
    narrow = size // heads * groups
    tensors: list[tuple[str, tuple[int, ...], array[float]]] = [
        ("token_embd.weight", (size, size), _identity(size)),
        ("output.weight", (size, size), _scores(size)),
        ("output_norm.weight", (size,), array("f", [1.0] * size)),
        ("blk.0.attn_norm.weight", (size,), array("f", [1.0] * size)),
        ("blk.0.ffn_norm.weight", (size,), array("f", [1.0] * size)),
    ]
    for name, columns, rows in (
        *(("attn_q", size, size), ("attn_k", size, narrow), ("attn_v", size, narrow), ("attn_output", size, size)),
        *(("ffn_gate", size, inner), ("ffn_up", size, inner), ("ffn_down", inner, size)),
    ):
        tensors.append((f"blk.0.{name}.weight", (columns, rows), array("f", bytes(4 * columns * rows))))
    values = _metadata(size, heads, groups, inner)
    infos, data = b"", b""
    for name, shape, numbers in tensors:
        infos += _string(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, 0, len(data))
        data += numbers.tobytes()
        data += bytes(-len(data) % 32)
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(values)) + b"".join(values) + infos
    target.write_bytes(head + bytes(-len(head) % 32) + data)


def _identity(size: int) -> array[float]:
    numbers = array("f", bytes(4 * size * size))
    for place in range(size):
        numbers[place * size + place] = 1.0
    return numbers


def _scores(size: int) -> array[float]:
    """Row = next token, column = last token; the norm in front scales a one-hot vector by sqrt(size)."""
    never = math.log(1e-9) / math.sqrt(size)
    numbers = array("f", [never] * (size * size))
    for last in range(size):
        followers = _followers()[last if last < 256 else ord(" ") if last < _FIRST_SPECIAL else ord("\n")]
        for token, times in followers.items():
            numbers[token * size + last] = math.log(times / followers.total()) / math.sqrt(size)
    return numbers


def _metadata(size: int, heads: int, groups: int, inner: int) -> list[bytes]:
    tokens = [*_byte_letters(), "ĠĠ", *SPECIALS]
    tokens += [f"<|unused{number}|>" for number in range(len(tokens), size)]
    kinds = [1] * _FIRST_SPECIAL + [3] * (size - _FIRST_SPECIAL)
    place = {token: number for number, token in enumerate(tokens)}
    sizes = {
        "context_length": CONTEXT,
        "embedding_length": size,
        "block_count": 1,
        "feed_forward_length": inner,
        "attention.head_count": heads,
        "attention.head_count_kv": groups,
        "rope.dimension_count": size // heads,
        "vocab_size": size,
    }
    ids = {
        "bos": "<|endoftext|>",
        "eos": "<|im_end|>",
        "padding": "<|endoftext|>",
        "fim_pre": "<|fim_prefix|>",
        "fim_suf": "<|fim_suffix|>",
        "fim_mid": "<|fim_middle|>",
    }
    return [
        _text("general.architecture", "llama"),
        _text("general.name", "tiny"),
        *(_number(f"llama.{name}", value) for name, value in sizes.items()),
        _string("llama.attention.layer_norm_rms_epsilon") + struct.pack("<If", 6, 1e-6),
        _text("tokenizer.ggml.model", "gpt2"),
        _text("tokenizer.ggml.pre", "qwen2"),
        _string("tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, size) + b"".join(map(_string, tokens)),
        _string("tokenizer.ggml.token_type") + struct.pack(f"<IIQ{size}i", 9, 5, size, *kinds),
        _string("tokenizer.ggml.merges") + struct.pack("<IIQ", 9, 8, 1) + _string("Ġ Ġ"),
        *(_number(f"tokenizer.ggml.{name}_token_id", place[token]) for name, token in ids.items()),
        _string("tokenizer.ggml.add_bos_token") + struct.pack("<I?", 7, False),
        _text("tokenizer.chat_template", _CHATML),
    ]


def _byte_letters() -> list[str]:
    """The letter by which GPT-2's vocabulary names each byte: printable ones by themselves, others above 255."""
    plain = {*range(33, 127), *range(161, 173), *range(174, 256)}
    others = iter(range(256, 512))
    return [chr(byte if byte in plain else next(others)) for byte in range(256)]


def _string(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def _text(key: str, value: str) -> bytes:
    return _string(key) + struct.pack("<I", 8) + _string(value)


def _number(key: str, value: int) -> bytes:
    return _string(key) + struct.pack("<II", 4, value)
