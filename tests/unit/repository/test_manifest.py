"""Which copy of a text counts, and what becomes of damaged manifests."""

from __future__ import annotations

import json

import pytest

from foretype.errors import UnknownFormatError
from foretype.repository.manifest import FileRecord, Manifest, SegmentRecord, arrange, dump, load


def manifest(files: str, *segments: str) -> Manifest:
    """Files and segments as "path=digest path=digest"; "path=!reason" is a file that is left out."""
    records = {}
    for part in files.split():
        path, _, digest = part.partition("=")
        left_out = digest.startswith("!")
        records[path] = FileRecord(1, 1, "" if left_out else digest, digest[1:] if left_out else "")
    pairs = [dict(part.split("=") for part in segment.split()) for segment in segments]
    return Manifest(records, [SegmentRecord(f"s{number}", 1, 1, 1, files) for number, files in enumerate(pairs)])


CASES = [
    # files on disk, segments, hidden in each, missing, duplicates
    ("a=1 b=2", [], [], "a b", 0),
    ("a=1 b=2", ["a=1 b=2"], [""], "", 0),
    ("a=9 b=2", ["a=1 b=2"], ["a"], "a", 0),
    ("a=9 b=2", ["a=1 b=2", "a=9"], ["a", ""], "", 0),
    ("a=1 b=2", ["a=1 b=2", "a=9"], ["", "a"], "", 0),  # the change was taken back
    ("b=2", ["a=1 b=2"], ["a"], "", 0),
    ("a=!generated b=2", ["a=1 b=2"], ["a"], "", 0),
    ("a=1 b=1", [], [], "a", 1),
    ("a=1 b=1", ["b=1"], [""], "", 1),  # the copy that is there already counts, whichever it is
    ("b=1", ["a=1"], ["a"], "b", 0),  # renamed
    ("a=1", ["a=1", "a=1"], ["", "a"], "", 0),
    ("a=1 b=1", ["a=1 b=1"], ["b"], "", 1),
]


@pytest.mark.parametrize(("files", "segments", "hidden", "missing", "duplicates"), CASES)
def test_arrange(files: str, segments: list[str], hidden: list[str], missing: str, duplicates: int) -> None:
    found = arrange(manifest(files, *segments))
    assert [" ".join(sorted(paths)) for paths in found.hidden] == hidden
    assert (" ".join(found.missing), found.duplicates) == (missing, duplicates)


def test_round_trip() -> None:
    before = manifest("a=1 b=!binary", "a=1 c=2", "d=3")
    before.skipped, before.complete, before.truncated = {"secret": 2}, True, True
    assert load(dump(before)) == before


GOOD = json.loads(dump(manifest("a=1", "a=1")))
DAMAGED = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'"format"',
    b"\xff\xfe\0",
    b"[" * 100_000,
    json.dumps({**GOOD, "format": 999}).encode(),
    json.dumps({**GOOD, "files": []}).encode(),
    json.dumps({**GOOD, "files": {"a": [1, 2]}}).encode(),
    json.dumps({**GOOD, "files": {"a": [1, 2, 3, 4, 5]}}).encode(),
    json.dumps({**GOOD, "segments": [["../../x", 1, 1, 1, {}]]}).encode(),
    json.dumps({**GOOD, "segments": [["x", 1, 1, 1, []]]}).encode(),
    json.dumps({key: value for key, value in GOOD.items() if key != "complete"}).encode(),
]


@pytest.mark.parametrize("data", DAMAGED)
def test_damage_is_told(data: bytes) -> None:
    with pytest.raises(UnknownFormatError):
        load(data)
