"""The search, against a reference that compares every place."""

from __future__ import annotations

import random

import pytest

from foretype.embedded.index import SPREAD, Order, Walk, collect, common_tokens, sort_places
from foretype.embedded.tokens import DEPTH, REACH, TOKEN, WIDTH, Encoder, token_id

ALPHABET = [
    "a",
    "b",
    "foo",
    "(",
    ")",
    " ",
    "\n",
    "    ",
    "ä",
    "名",
    "é",
    "\ud800",
    "😀",
    "\u200d",
    "\t",
    "\f",
    "\r",
    "7",
    ".",
]


def random_text(pick: random.Random, size: int) -> str:
    return "".join(pick.choice(ALPHABET) for _ in range(size))


def naive_depth(stream: bytes, place: int, context: bytes) -> int:
    depth = 0
    while depth < DEPTH:
        mine = context[depth * WIDTH : (depth + 1) * WIDTH]
        theirs = stream[(place + depth) * WIDTH : (place + depth + 1) * WIDTH]
        if not mine or mine != theirs:
            break
        depth += 1
    return depth


@pytest.mark.parametrize("seed", range(40))
def test_walk_finds_every_place_at_its_true_length(seed: int) -> None:
    pick = random.Random(seed)
    stream = Encoder().encode(random_text(pick, pick.choice([0, 5, 60, 800])).split("\n")).ids
    context = Encoder().encode(random_text(pick, 30).split("\n")).ids[:REACH]
    if pick.random() < 0.5 and stream:
        at = pick.randrange(len(stream) // WIDTH) * WIDTH
        context = stream[at : at + REACH]
    count = len(stream) // WIDTH
    places = sort_places(stream, count)
    walk = Walk(Order(stream, places), context)
    found = {}
    while walk.depth:
        depth = walk.depth
        for side in walk.take():
            found.update({places[at]: depth for at in side})
    naive = {place: naive_depth(stream, place, context) for place in range(count)}
    assert found == {place: depth for place, depth in naive.items() if depth}


@pytest.mark.parametrize("seed", range(20))
def test_collect_takes_the_longest_of_all_orders(seed: int) -> None:
    pick = random.Random(seed)
    streams = [Encoder().encode(random_text(pick, 300).split("\n")).ids for _ in range(3)]
    orders = [Order(stream, sort_places(stream, len(stream) // WIDTH)) for stream in streams]
    context = streams[0][40 * WIDTH : 40 * WIDTH + REACH]
    found = collect(orders, context, 25)
    naive = sorted(
        (naive_depth(stream, place, context) for stream in streams for place in range(len(stream) // WIDTH)),
        reverse=True,
    )
    expected = [depth for depth in naive if depth and depth >= naive[0] - SPREAD][:25]
    assert [match.depth for match in found] == expected
    for depth, source, place in found:
        assert naive_depth(streams[source], place, context) == depth


def test_collect_passes_over_what_is_not_allowed() -> None:
    stream = Encoder().encode(["x = f(a)"] * 10).ids
    order = Order(stream, sort_places(stream, len(stream) // WIDTH))
    context = Encoder().encode(["y", "x = f("]).ids[: 4 * WIDTH]
    found = collect([order], context, 6, lambda _, place: place < 40)
    assert found
    assert all(match.place < 40 for match in found)


def test_common_tokens_counts_whole_tokens() -> None:
    one, two, three = token_id("a"), token_id("b"), token_id("c")
    assert common_tokens(one + two, one + three) == 1
    assert common_tokens(one + two, one + two + three) == 2
    assert common_tokens(b"", one) == 0
    almost = two[:3] + bytes([two[3] ^ 1])
    assert common_tokens(one + two, one + almost) == 1


def test_lexing_loses_nothing_but_blanks() -> None:
    pick = random.Random(1)
    for _ in range(200):
        text = random_text(pick, 40)
        assert "".join(TOKEN.findall(text)) == "".join(text.split())


def test_shapes_forget_names_and_keep_keywords() -> None:
    encoder = Encoder()
    assert encoder.line("return Widget(width, MAX)").shapes == encoder.line("return Gadget(height, TOP)").shapes
    assert encoder.line("return width").shapes != encoder.line("raise width").shapes
    assert encoder.line("x = Width").shapes != encoder.line("x = WIDTH").shapes


def test_a_huge_line_is_blank() -> None:
    assert Encoder().line("x " * 500_000).ids == b""
