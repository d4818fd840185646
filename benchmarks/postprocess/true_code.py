"""Count how often the filters change a suggestion that is right: real code, cut out of a file and put back.

    python -m benchmarks.postprocess.true_code [--language python] [--suffix .py] [FOLDER]

At random places of the files (by default the standard library's), 1 to 8 lines are taken out, from the line's start,
its margin or a random column on; `fit` is then given exactly what stood there. Whatever it changes, it changes
wrongly. Some cannot be told from a fault (a line that stands twice on purpose), so the share is never zero.
"""

from __future__ import annotations

import argparse
import os
import random
from collections.abc import Iterator
from pathlib import Path

from foretype.postprocess.pipeline import fit
from foretype.postprocess.surroundings import surroundings_at
from foretype.text.document import Change, Document
from foretype.text.lines import Lines
from foretype.text.positions import Position

MAX_LINES = 20
PLACES_A_FILE = 12


def main() -> None:
    """Print the share, and the first few changes for a person to judge."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.postprocess.true_code")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(os.__file__).parent)
    parser.add_argument("--language", default="python")
    parser.add_argument("--suffix", default=".py")
    parser.add_argument("--show", type=int, default=5)
    options = parser.parse_args()
    places = changed = 0
    for document, position, text in _places(options.folder, options.suffix, options.language):
        places += 1
        fitted = fit(text, surroundings_at(document, position, MAX_LINES))
        if fitted is None or (fitted.text.replace("\r\n", "\n") != text and fitted.replaces == 0):
            changed += 1
            if changed <= options.show:
                print(f"{document.uri}:{position.line + 1}\n  was {text!r}\n  is  {fitted and fitted.text!r}")
    print(
        f"{options.language}: {changed} of {places} right suggestions changed ({100 * changed / max(1, places):.1f} %)"
    )


def _places(folder: Path, suffix: str, language: str) -> Iterator[tuple[Document, Position, str]]:
    """Documents with a hole, where it is, and what stood there."""
    chance = random.Random(5)  # the same places each time
    for file in sorted(folder.glob(f"*{suffix}")):
        text = file.read_text(encoding="utf-8", errors="replace")
        lines = Lines(text)
        if len(lines) < 30:
            continue
        whole = Document(file.name, language, 1, lines)
        for _ in range(PLACES_A_FILE):
            first = chance.randrange(5, len(lines) - 12)
            last = first + chance.choice((1, 1, 2, 5, 8)) - 1
            if not whole.line(first).strip() or not whole.line(last).strip():
                continue
            margin = len(whole.line(first)) - len(whole.line(first).lstrip())
            column = chance.choice((0, margin, chance.randrange(len(whole.line(first)))))
            hole = Change((first, column), (last, len(whole.line(last))), "")
            stood = "\n".join(whole.line(number).rstrip() for number in range(first, last + 1))[column:]
            if len(stood.strip()) > 1:
                yield whole.apply([hole], 2, "utf-32"), Position(first, column), stood


if __name__ == "__main__":
    main()
