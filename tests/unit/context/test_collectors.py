"""What each collector offers for a scene, with a search index in memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import pytest

from foretype.context.collecting import COLLECTORS, KEPT, Gathering, best
from foretype.context.collectors.clipboard import clipboard
from foretype.context.collectors.co_change import co_change
from foretype.context.collectors.definitions import definitions
from foretype.context.collectors.diagnostics import diagnostics
from foretype.context.collectors.edits import edits
from foretype.context.collectors.import_lines import import_lines
from foretype.context.collectors.imported import imported
from foretype.context.collectors.open_files import far_parts, open_files
from foretype.context.collectors.search import search
from foretype.context.scene import Diagnostic, OpenFile, RecentEdit, Scene
from foretype.context.search_index import EmptySearchIndex
from foretype.context.snippet import Snippet
from foretype.repository.search.values import Chunk

from .fake_index import FakeSearchIndex

PRICING = '''"""Prices."""
import decimal
from shop.money import Currency


class PriceTable:
    """What things cost."""

    def lookup_by_article(self, article):
        return self._rows[article]

    def discounted(self, article):
        return self.lookup_by_article(article) * 9 // 10


def price_of(table, article):
    return table.lookup_by_article(article)
'''
ORDER = """from shop.pricing import PriceTable


def total_of(order, table: PriceTable):
    result = 0
    for article in order:

    return result
"""
FILES = {
    "shop/pricing.py": PRICING,
    "shop/order.py": ORDER,
    "shop/money.py": "class Currency:\n    name = 'euro'\n",
    "other/zoo.py": "def feed(animal):\n    return animal\n",
}


def scene(**more: object) -> Scene:
    index = FakeSearchIndex(FILES, {"shop/order.py": [("shop/money.py", 0.5), ("gone.py", 0.4)]})
    return replace(Scene("shop/order.py", "python", ORDER.split("\n"), 6, index), **more)


def names(offered: list[Snippet]) -> set[tuple[str, str]]:
    return {(one.path, one.origin) for one in offered}


def test_definitions_of_names_around_the_cursor_with_their_members() -> None:
    (found,) = definitions(scene())
    assert (found.path, found.origin) == ("shop/pricing.py", "definition")
    assert "lookup_by_article" in found.text
    assert "self._rows" not in found.text


def test_own_definitions_are_not_offered_again() -> None:
    assert all(one.path != "shop/order.py" for one in definitions(scene(line=3)))


def test_a_long_document_is_not_parsed_but_asked_for() -> None:
    long = scene(lines=[*ORDER.split("\n"), *(f"def own_{number}(): ..." for number in range(5_000))])
    assert long.defined == {"total_of"}  # as it is indexed
    assert [one.module for one in long.imports] == ["shop.pricing"]
    assert "own_7" in scene(lines=["def own_7(): ..."], line=0).defined


def test_the_outline_of_what_is_imported() -> None:
    found = list(imported(scene()))
    assert names(found) == {("shop/pricing.py", "outline")}
    assert "price_of" in "".join(one.text for one in found)


def test_search_finds_the_other_file_and_never_the_own() -> None:
    found = list(search(scene()))
    assert ("shop/pricing.py", "search") in names(found)
    assert all(one.path != "shop/order.py" for one in found)
    assert all("\n".join(FILES[one.path].split("\n")[one.start : one.end]) + "\n" == one.text for one in found)


class _Halves(EmptySearchIndex):
    """A search that finds these."""

    def __init__(self, chunks: list[Chunk]) -> None:
        self._chunks = chunks

    def search(self, terms: Mapping[str, float], limit: int, without: Collection[str] = ()) -> list[Chunk]:
        return self._chunks


def test_windows_of_open_files() -> None:
    opened = OpenFile("shop/pricing.py", "python", PRICING.split("\n"))
    found = list(open_files(scene(open_files=(opened,))))
    assert names(found) == {("shop/pricing.py", "open file")}
    assert max(one.weight for one in found) == 1.0


def test_the_lines_above_a_window_come_with_it_for_the_gate() -> None:
    lines = [f"# nothing {number}" for number in range(50)] + PRICING.split("\n")
    opened = OpenFile("pricing.txt", "yaml", lines)
    searched = scene(
        index=FakeSearchIndex({"pricing.txt": "\n".join(lines)}, {"shop/order.py": [("pricing.txt", 0.5)]})
    )
    for collector in (open_files, search, co_change):
        found = list(collector(replace(searched, open_files=(opened,))))
        assert any(one.start > 2 for one in found)
        assert all(
            one.lead == "".join(f"{line}\n" for line in lines[max(0, one.start - 2) : one.start]) for one in found
        )
    halves = [Chunk("pricing.txt", 50, len(lines), "\n".join(lines[50:]), 1.0, "# nothing 48\n# nothing 49\n")]
    cut = [one for one in search(replace(searched, index=_Halves(halves))) if one.start in (50, 51)]
    assert cut
    assert all(one.lead.startswith("# nothing 48\n# nothing 49\n") for one in cut)
    assert {one.language_id for one in open_files(scene(open_files=(opened,)))} == {"yaml"}


def test_far_parts_of_the_document_with_their_own_lines() -> None:
    lines = [*ORDER.split("\n"), *(f"# nothing {number}" for number in range(100)), "def article_of(order): ..."]
    found = list(far_parts(scene(lines=lines)))
    assert any("article_of" in one.text for one in found)
    assert all("".join(f"{line}\n" for line in lines[one.start : one.end]) == one.text for one in found)
    assert all(one.start > 6 + 40 for one in found)


def test_partners_of_commits_that_are_still_there() -> None:
    # `Currency` is not near the cursor; `article` would be, were it in the file.
    found = list(co_change(scene(lines=["from shop.money import Currency", "Currency(", ""], line=1)))
    assert [(one.path, one.origin, one.weight) for one in found] == [("shop/money.py", "co-change", 0.5)]


def test_edits_of_other_files_as_diffs_the_latest_weighing_most() -> None:
    made = (RecentEdit("a.py", 3, ("old",), ("new",)), RecentEdit("b.py", 5, (), ("newer", "newest")))
    found = list(edits(scene(edits=made)))
    assert [(one.path, one.text) for one in found] == [("b.py", "+newer\n+newest\n"), ("a.py", "-old\n+new\n")]
    assert found[0].weight > found[1].weight


@pytest.mark.parametrize(
    ("path", "above", "gone", "new"),
    [
        pytest.param("a.py", ("password = (",), '    "Tr0ub4dor&3x"', '    "C0rrect&h0rse"', id="named above"),
        pytest.param("hosts", (), "password: Tr0ub4dor&3x", "password: C0rrect&h0rse", id="by the editor's language"),
    ],
)
def test_a_diff_tears_no_secret_from_its_name(path: str, above: tuple[str, ...], gone: str, new: str) -> None:
    made = (RecentEdit(path, 3, (gone,), (new, "more"), above),)
    (found,) = edits(scene(edits=made, open_files=(OpenFile(path, "yaml" if path == "hosts" else "python", []),)))
    assert "Tr0ub4dor" not in found.text
    assert "C0rrect" not in found.text
    assert (found.text[0], found.text.count("\n"), found.text.endswith("\n+more\n")) == ("-", 3, True)


def test_of_own_edits_only_what_is_gone() -> None:
    made = (RecentEdit("shop/order.py", 3, ("old",), ("new",)), RecentEdit("shop/order.py", 9, (), ("added",)))
    assert [one.text for one in edits(scene(edits=made))] == ["-old\n"]


@pytest.mark.parametrize(
    ("lines", "line", "offered"),
    [
        pytest.param(["from shop.pricing import PriceTable", "", "x = 1"], 1, True, id="behind an import"),
        pytest.param(["from shop.pricing import PriceTable", *[""] * 20], 18, False, id="far from the imports"),
        pytest.param([*[""] * 5], 2, True, id="at the top of a file without imports"),
    ],
)
def test_imports_of_other_files_among_the_imports(lines: list[str], line: int, offered: bool) -> None:
    opened = OpenFile("shop/pricing.py", "python", PRICING.split("\n"))
    found = list(import_lines(scene(lines=lines, line=line, open_files=(opened,))))
    assert bool(found) is offered
    assert all("import" in row for one in found for row in one.text.splitlines())


def test_the_nearest_diagnostics() -> None:
    told = (Diagnostic(400, "far away"), Diagnostic(5, "undefined\nname"), Diagnostic(6, "x" * 1000))
    found = list(diagnostics(scene(diagnostics=told)))
    assert found[1].text == "line 6: undefined name\n"
    assert len(found[0].text) < 320
    assert len(found) == 2


@pytest.mark.parametrize(
    ("copied", "offered"), [("table.lookup(article)", True), ("https://example.org", False), ("", False)]
)
def test_the_clipboard_only_where_it_has_to_do_with_the_place(copied: str, offered: bool) -> None:
    assert bool(list(clipboard(scene(clipboard=copied)))) is offered


@pytest.mark.parametrize("text", ["", "\n", "x", "\n" * 3000, "import", "from . import x\n", "é(" * 300])
@pytest.mark.parametrize("line", [0, 1])
def test_no_text_is_too_odd(text: str, line: int) -> None:
    lines = text.split("\n")
    opened = OpenFile("a.py", "", lines)
    odd = scene(
        lines=lines, line=min(line, len(lines) - 1), open_files=(opened,), edits=(RecentEdit("a.py", 0, (), ()),)
    )
    assert isinstance(Gathering(odd).all(), list)


def test_everything_is_judged_and_the_definition_comes_with_its_names() -> None:
    found = Gathering(scene()).all()
    likely = {name: value for one in found for name, value in one.expected}
    assert 0 < likely["lookup_by_article"] < 1
    assert all(name in one.text for one in found for name, _ in one.expected)


def test_what_an_open_file_says_no_more_is_not_offered_from_the_index() -> None:
    edited = PRICING.replace("lookup_by_article", "find_by_article")
    as_saved, as_edited = (
        Gathering(scene(open_files=(OpenFile("shop/pricing.py", "python", text.split("\n")),))).all()
        for text in (PRICING, edited)
    )
    assert any("lookup_by_article" in one.text for one in as_saved if one.origin == "search")
    assert {one.origin for one in as_saved} >= {"search", "outline"}
    assert any("find_by_article" in one.text for one in as_edited)
    assert not any("lookup_by_article" in one.text for one in as_edited)


def test_what_is_late_misses_the_first_answer_not_the_second() -> None:
    started = list(Gathering(scene()).run(-1.0))
    assert len(started) > 1
    assert len(started[0]) <= len(started[-1])
    assert {one.key for one in started[-1]} == {one.key for one in Gathering(scene()).all()}


def test_what_is_kept_is_the_likeliest_without_repetition() -> None:
    many = [Snippet(str(at), f"name{at}", "search", expected=((f"name{at}", at / 200),)) for at in range(199)]
    kept = best(scene(), [*many, replace(many[-1], path="again")])
    assert len(kept) == KEPT
    assert {one.path for one in kept} <= {*(str(at) for at in range(199 - KEPT, 199)), "again"}


def test_every_collector_can_be_left_out(caplog: pytest.LogCaptureFixture) -> None:
    for left in COLLECTORS:
        others = [one for one in COLLECTORS if one is not left]
        found = {(one.path, one.start, one.origin) for one in Gathering(scene(), others).all()}
        assert found
        assert found <= {(one.path, one.start, one.origin) for other in others for one in other(scene())}
    assert not caplog.records  # a collector that fails is told there only
