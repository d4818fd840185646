"""How many more tokens a text has where digits stand alone, as in Qwen's vocabulary, than in cl100k_base's.

    python -m benchmarks.prompts.tokenizers FOLDER...

Qwen's tokenizer was made from cl100k_base's ranks; the pattern that splits a text differs in digits: one by one, where
cl100k_base takes up to three. What this prints is the reason for the ratio that prompts/calibration.py begins with.
"""

from __future__ import annotations

import argparse
import re
import statistics
from pathlib import Path

import tiktoken

from benchmarks.embedded.git import CODE
from foretype.prompts.tokens import load_encoding


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    folders = parser.parse_args().folders
    ours = load_encoding("cl100k_base")
    ranks = {
        ours.decode_single_token_bytes(token): token
        for token in range(ours.max_token_value + 1)
        if _ordinary(ours, token)
    }
    apart = tiktoken.Encoding(
        "digits apart",
        pat_str=re.sub(r"\\p\{N\}\{1,3\}\+?", r"\\p{N}", ours._pat_str),
        mergeable_ranks=ranks,
        special_tokens={},
    )
    assert apart.encode_ordinary("a123 ") != ours.encode_ordinary("a123 ")
    for folder in folders:
        ratios = []
        for path in sorted(folder.rglob("*")):
            if path.suffix in CODE and path.is_file() and 2_000 < path.stat().st_size < 200_000:
                text = path.read_text("utf-8", errors="replace")
                ratios.append(len(apart.encode_ordinary(text)) / len(ours.encode_ordinary(text)))
        ratios.sort()
        if ratios:
            print(
                f"{folder.name}: {len(ratios):,} files, {statistics.fmean(ratios):.3f} in the mean,"
                f" {ratios[len(ratios) * 95 // 100]:.3f} at 95 of 100, {ratios[-1]:.3f} at most"
            )


def _ordinary(encoding: tiktoken.Encoding, token: int) -> bool:
    try:
        encoding.decode_single_token_bytes(token)
    except KeyError:
        return False
    return token not in encoding._special_tokens.values()


if __name__ == "__main__":
    main()
