"""Positions and ranges between the client's units and columns, there and back."""

from __future__ import annotations

import pytest
from lsprotocol import types

from foretype.lsp.convert import position_from_lsp, position_to_lsp, range_to_lsp
from foretype.text.document import Document
from foretype.text.lines import Lines
from foretype.text.positions import ENCODINGS, Position

TEXT = "plain\né漢😀x\r\n\u2028\f\n"
DOCUMENT = Document("untitled:x", "python", 1, Lines(TEXT))


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_place_comes_back(encoding):
    for number in range(len(DOCUMENT.lines)):
        for column in range(len(DOCUMENT.line(number)) + 1):
            place = Position(number, column)
            assert position_from_lsp(DOCUMENT, position_to_lsp(DOCUMENT, place, encoding), encoding) == place


@pytest.mark.parametrize(
    ("encoding", "units"), [("utf-8", [0, 2, 5, 9, 10]), ("utf-16", [0, 1, 2, 4, 5]), ("utf-32", [0, 1, 2, 3, 4])]
)
def test_units_are_the_encodings(encoding, units):
    places = [position_to_lsp(DOCUMENT, Position(1, column), encoding) for column in range(5)]
    assert [place.character for place in places] == units


def test_a_client_s_position_is_not_changed():
    place = types.Position(1, 99)
    assert position_from_lsp(DOCUMENT, place, "utf-16") == Position(1, 4)
    assert place == types.Position(1, 99)


def test_a_range():
    assert range_to_lsp(DOCUMENT, Position(1, 1), Position(1, 3), "utf-16") == types.Range(
        types.Position(1, 1), types.Position(1, 4)
    )
