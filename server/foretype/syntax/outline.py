"""Signatures with their bodies pruned, made from what is defined: text about a file, in the file's own whole lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from foretype.syntax.text_lines import margin, split_lines
from foretype.syntax.values import Definition

_HOLDERS: Final = frozenset(("class", "interface", "module"))
"""Kinds whose members are part of the outline; what is inside functions is their own affair."""

_MOST_LINES: Final = 12
"""Lines of a value, or of a class without members, that an outline shows; what is longer is data."""

PRUNED: Final = "..."


def pruned(text: str, definitions: Sequence[Definition]) -> str:
    """The outline of a text that defines these, in order of their lines."""
    lines = split_lines(text)
    shown = _visible(definitions)
    out: list[str] = []
    open_holders: list[Definition] = []
    for number, each in enumerate(shown):
        while open_holders and each.signature_start >= open_holders[-1].end:
            out += _closing(lines, open_holders.pop())
        following = shown[number + 1] if number + 1 < len(shown) else None
        has_members = each.kind in _HOLDERS and following is not None and each.body_start <= following.start < each.end
        out += _signature(lines, each)
        if has_members:
            out += _brace(lines, each)
            open_holders.append(each)
        elif each.kind in _HOLDERS and each.end - each.body_start <= _MOST_LINES:
            out += [line.rstrip() for line in lines[each.body_start : each.end] if line.strip()]
        elif each.body_start < each.end:
            out += _brace(lines, each)
            inside = next((line for line in lines[each.body_start : each.end] if line.strip(" \t{")), "")
            out.append((margin(inside) or margin(lines[each.signature_start]) + "    ") + PRUNED)
            out += _closing(lines, each)
    while open_holders:
        out += _closing(lines, open_holders.pop())
    return "\n".join(out)


def _visible(definitions: Sequence[Definition]) -> list[Definition]:
    """Those at the top and the members of what holds members, but for what shares its lines with the one before."""
    shown: list[Definition] = []
    hidden_until = shown_until = 0
    for each in definitions:
        if each.start < hidden_until or each.signature_start < shown_until:
            continue
        shown.append(each)
        shown_until = each.body_start if each.kind in _HOLDERS and each.body_start < each.end else each.end
        if each.kind not in _HOLDERS:
            hidden_until = each.end
    return shown


def _signature(lines: list[str], each: Definition) -> Iterator[str]:
    stop = each.body_start
    if each.kind in ("variable", "constant") and stop - each.signature_start > _MOST_LINES:
        stop = each.signature_start + 1
    for line in lines[each.signature_start : stop]:
        if line.strip():
            yield line.rstrip()


def _brace(lines: list[str], each: Definition) -> list[str]:
    """The line of its own on which a body's brace stands."""
    first = lines[each.body_start].rstrip()
    return [first] if first.strip() == "{" else []


def _closing(lines: list[str], each: Definition) -> list[str]:
    """The line that closes a block, where it is one of its own."""
    last = lines[each.end - 1].rstrip()
    level = margin(lines[each.signature_start])
    closes = margin(last) == level and last[len(level) :].startswith(("}", ")", "end"))
    return [last] if each.end - 1 >= each.body_start and closes else []
