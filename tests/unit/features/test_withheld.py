"""A placeholder in a model's answer ends it before the line that it stands in."""

from __future__ import annotations

import asyncio

import pytest

from foretype.context.secrets import PLACEHOLDER
from foretype.features.withheld import without_placeholders
from foretype.suggestions.generation import CutShort


def read(pieces: list[str]) -> tuple[str, bool]:
    async def run() -> tuple[str, bool]:
        async def source():
            for piece in pieces:
                yield piece

        text = ""
        try:
            async for piece in without_placeholders(source()):
                text += piece
        except CutShort:
            return text, True
        return text, False

    return asyncio.run(run())


@pytest.mark.parametrize("size", [1, 2, 5, 100])
@pytest.mark.parametrize(
    ("answer", "left", "cut"),
    [
        ("a = 1\nb = 2\n", "a = 1\nb = 2\n", False),
        (f'a = 1\nkey = "{PLACEHOLDER}"\nb = 2\n', 'a = 1\nkey = "', True),
        (f"{PLACEHOLDER}", "", True),
        (f"x{PLACEHOLDER}_2", "x", True),
        ("WITHHELD_SECRE", "WITHHELD_SECRE", False),
        ("WITHHELD_SECRETARY", "", True),
        ("WITHHELD_WITHHELD_SECRET", "WITHHELD_", True),
        ("", "", False),
    ],
)
def test_what_is_left(answer: str, left: str, cut: bool, size: int):
    pieces = [answer[at : at + size] for at in range(0, len(answer), size)]
    assert read(pieces) == (left, cut)
