"""The stored form: what goes in comes out, and nothing else is accepted."""

from __future__ import annotations

import mmap
import random
from pathlib import Path

import pytest

from foretype.embedded import Segment, build_segment
from foretype.embedded.tokens import WIDTH

FILES = {
    "a.py": "import os\n\n\ndef f(x):\n    return os.path.join(x, 'ü')\n",
    "b/ü \ud800.txt": "one two\r\nthree\rfour\n",
    "empty.py": "",
    "c.py": "x = '\ud800😀'\n\tlast",
}


def lines_of(segment: Segment) -> list[tuple[str, str]]:
    bounds = segment.index.bounds
    return [(segment.paths[segment.file_of(bounds[n])], segment.text_of(n)) for n in range(len(bounds) - 1)]


def test_every_line_comes_back_with_its_file() -> None:
    segment = Segment(build_segment(FILES.items()))
    assert segment.paths == tuple(FILES)
    expected = [
        (path, line.strip())
        for path, text in FILES.items()
        for line in reversed(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
        if line.strip()
    ]
    assert lines_of(segment) == expected


def test_both_orders_are_permutations_of_all_places() -> None:
    segment = Segment(build_segment(FILES.items()))
    for order in (segment.index.exact, segment.index.shapes):
        assert sorted(order.places) == list(range(segment.tokens))
        assert len(order.stream) == segment.tokens * WIDTH


@pytest.mark.parametrize("files", [{}, {"a": ""}, {"a": "\n\n"}, {"a": "x"}])
def test_small_ones(files: dict[str, str]) -> None:
    segment = Segment(build_segment(files.items()))
    assert segment.paths == tuple(files)


def test_building_is_deterministic() -> None:
    assert build_segment(FILES.items()) == build_segment(FILES.items())


def test_a_file_mapping_is_used_in_place(tmp_path: Path) -> None:
    file = tmp_path / "segment"
    file.write_bytes(build_segment(FILES.items()))
    with file.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as mapping:
        segment = Segment(memoryview(mapping))
        assert len(lines_of(segment)) == 8
        segment.close()  # Otherwise leaving the block could not close the mapping.


@pytest.mark.parametrize("seed", range(60))
def test_damage_is_noticed(seed: int) -> None:
    pick = random.Random(seed)
    data = bytearray(build_segment(FILES.items()))
    kind = seed % 3
    if kind == 0:
        data[pick.randrange(len(data))] ^= 1 << pick.randrange(8)
    elif kind == 1:
        del data[pick.randrange(len(data)) :]
    else:
        data += b"\0"
    with pytest.raises(ValueError, match="segment"):
        Segment(bytes(data))


@pytest.mark.parametrize("data", [b"", b"FTYPESEG", b"\0" * 500, b"{}" * 100])
def test_other_files_are_rejected(data: bytes) -> None:
    with pytest.raises(ValueError, match="segment"):
        Segment(data)
