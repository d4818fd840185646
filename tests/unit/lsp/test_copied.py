"""Copied text that may stand in prompts, and such that was copied from what no model may see."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from foretype.lsp.copied import STEP, Copied, looked_for
from foretype.text.document import Document
from foretype.text.lines import Lines


def a_document(text: str) -> Document:
    return Document("file:///w/.env", "python", 1, Lines(text))


LONG = "".join(f"line {number}\r\n" for number in range(120_000))


@pytest.mark.parametrize(
    ("copied", "text", "found"),
    [
        ("a = 1", "b = 2\na = 1\n", True),
        ("a = 1\nb = 2\n", "a = 1\r\nb = 2\r\n", True),
        ("a = 1\r\nb = 2", "a = 1\nb = 2", True),
        ("a = 1\nb = 2", "a = 1\rb = 2", True),
        ("a = 2", "a = 1\n", False),
        ("a = 2", "", False),
        ("line 499\nline 500\nline 501", LONG, True),
        ("line 119999", LONG, True),
        ("line 120000", LONG, False),
        ("x" * 50 + "y", "x" * (STEP - 20) + "x" * 30 + "y", True),
        ("\n".join(f"line {number}" for number in range(400, 1100)), LONG, True),
    ],
)
def test_where_text_was_copied(copied: str, text: str, found: bool) -> None:
    assert any(looked_for(copied, a_document(text))) is found


def test_a_long_document_is_looked_through_in_steps() -> None:
    assert len(list(looked_for("nowhere", a_document("x" * (10 * STEP))))) == 10
    assert len(list(looked_for("nowhere", a_document(LONG)))) >= len(LONG) // STEP


class Desk:
    """A server as far as copying needs one; documents of no language are withheld."""

    def __init__(self, *documents: Document, model: bool = True) -> None:
        self.said: list[str] = []
        self.prepares, self.documents = True, documents
        self.preparation = SimpleNamespace(copied=self.said.append)
        gate = SimpleNamespace(closed=lambda document: "" if document.language_id else "no")
        self.asker: Any = SimpleNamespace(gate=gate) if model else None


SHOWN = Document("file:///w/a.py", "python", 1, Lines("shown = 1\n"))
HIDDEN = Document("file:///w/.env", "", 1, Lines("hidden = 1\n" + LONG))


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("params", "kept"),
    [
        ({"text": "shown = 1"}, "shown = 1"),
        ({"text": "from a browser"}, "from a browser"),
        ({"text": "hidden = 1"}, ""),
        ({"text": "line 119999"}, ""),
        ({"text": 3}, ""),
        (None, ""),
    ],
)
async def test_what_is_kept(params: Any, kept: str) -> None:
    desk = Desk(SHOWN, HIDDEN)
    work = Copied(desk).heard(params)  # type: ignore[arg-type]
    assert desk.said == [""], "what was copied before is old"
    if work is not None:
        await work
    assert desk.said[-1] == kept


def test_nothing_is_kept_without_a_model_and_at_once_where_nothing_is_withheld() -> None:
    for desk, kept in ((Desk(SHOWN, model=False), ""), (Desk(SHOWN), "shown")):
        assert Copied(desk).heard({"text": "shown"}) is None  # type: ignore[arg-type]
        assert desk.said[-1] == kept


@pytest.mark.asyncio
async def test_the_last_one_counts() -> None:
    desk = Desk(HIDDEN)
    copied = Copied(desk)  # type: ignore[arg-type]
    first, second = copied.heard({"text": "the first"}), copied.heard({"text": "the second"})
    assert first is not None
    assert second is not None
    await second
    await first
    assert desk.said == ["", "", "the second"]
