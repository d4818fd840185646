"""Numbers on the command line: read, held to their bounds, and refused in words that say what would do."""

from __future__ import annotations

import argparse
from collections.abc import Callable


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """A `type` for argparse: a whole number from `least` to `most`."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise _refused(text, f"a whole number from {least} to {most:,}") from None
        if not least <= number <= most:
            raise _refused(text, f"a whole number from {least} to {most:,}")
        return number

    return read


def number(least: float, most: float) -> Callable[[str], float]:
    """A `type` for argparse: a number from `least` to `most`."""

    def read(text: str) -> float:
        try:
            found = float(text)
        except ValueError:
            raise _refused(text, f"a number from {least:g} to {most:g}") from None
        if not least <= found <= most:  # also what is no number, as "nan" says of itself
            raise _refused(text, f"a number from {least:g} to {most:g}")
        return found

    return read


def _refused(text: str, wanted: str) -> argparse.ArgumentTypeError:
    return argparse.ArgumentTypeError(f"{text!r} is not {wanted}")
