"""Count how often the gate is alarmed by ordinary code, by language: files, and literals in them.

    python -m benchmarks.secrets.false_alarms [--files 60] [--list] REPOSITORY...

From each git repository as many tracked source files as wanted are taken by lot (always the same ones), as of HEAD.
Every finding counts as a false alarm, although most of what is found in well-kept repositories is a credential by
form, made up for a test or an example: `--list` prints each, for a person to judge. `no tests` are the files of all
whose path does not hold "test". A literal is what stands between two quotes in one line.
"""

from __future__ import annotations

import argparse
import random
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from foretype.context.names import is_data, secret_name
from foretype.context.secrets import Redacted, redact
from foretype.context.secrets.values import words

SUFFIXES: Final = words(
    ".c .cc .cpp .cs .css .el .ex .go .h .html .java .js .json .kt .lua .php .proto .py .rb .rs .scala .sh .sql .swift "
    ".tf .toml .ts .tsx .vue .yaml .yml"
)
_LITERAL: Final = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|`[^`\n]*`")
_LARGEST: Final = 400_000


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.secrets.false_alarms")
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--files", type=int, default=60)
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    files: Counter[str] = Counter()
    alarmed: Counter[str] = Counter()
    literals: Counter[str] = Counter()
    alarms: Counter[str] = Counter()
    for repository in options.repositories:
        for name, text in sources(repository, options.files):
            redacted, said = redact(text, name), len(_LITERAL.findall(text))
            for row in (PurePosixPath(name).suffix, "all", *(() if "test" in name.lower() else ("no tests",))):
                files[row] += 1
                literals[row] += said
                alarmed[row] += bool(redacted.found)
                alarms[row] += len(redacted.found)
            if options.list:
                _list(f"{repository.parent.name}/{name}", text, redacted)
    print(f"{'language':<10}{'files':>8}{'alarmed':>9}{'%':>7}{'literals':>10}{'alarms':>8}{'per 1,000':>11}")
    for row in sorted(files):
        counts = [counter[row] for counter in (files, alarmed, literals, alarms)]
        shares = 100 * counts[1] / max(1, counts[0]), 1000 * counts[3] / max(1, counts[2])
        print(f"{row:<10}{counts[0]:>8}{counts[1]:>9}{shares[0]:>7.2f}{counts[2]:>10}{counts[3]:>8}{shares[1]:>11.2f}")


def sources(repository: Path, count: int) -> Iterator[tuple[str, str]]:
    """So many source files of a repository, by lot: those whose names do not keep them from models anyway."""
    listed = _git(repository, "ls-tree", "-r", "--name-only", "HEAD").decode().splitlines()
    names = [name for name in listed if PurePosixPath(name).suffix in SUFFIXES and _is_open(PurePosixPath(name))]
    random.Random(7).shuffle(names)
    for name in names[:count]:
        try:
            text = _git(repository, "show", f"HEAD:{name}").decode()
        except (UnicodeDecodeError, subprocess.CalledProcessError):
            continue  # no text, or not in a clone that was made without its large files
        if len(text) <= _LARGEST:
            yield name, text


def _is_open(path: PurePosixPath) -> bool:
    return not secret_name(path) and not is_data(path)


def _git(repository: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", "-C", str(repository), *arguments], check=True, capture_output=True).stdout


def _list(name: str, text: str, redacted: Redacted) -> None:
    lines = text.split("\n")
    for finding in redacted.found[:5]:
        print(f"{name}:{finding.line + 1}: {finding.kind}: {lines[finding.line].strip()[:120]}")


if __name__ == "__main__":
    main()
