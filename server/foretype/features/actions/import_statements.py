"""Import lines taken together as statements, and which of them a text still needs. Pure.

A statement may go over several lines. What it binds is compared by name: who imports a name twice gets an error in some
languages, and who imports it from elsewhere gets another thing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from foretype.features.actions.values import Unfit
from foretype.syntax.definitions import imports

_IMPORT: Final = re.compile(
    r"\s*(?:import\b(?![(.])|from\s+\S+\s+import\b|use\s|using\s|#include\b|require(?:_relative)?\b"
    r"|(?:const|let|var)\s.*\brequire\()"
)
"""How an import begins; `import(...)` and `import.meta` are expressions."""

_GO_PATH: Final = re.compile(r"(?:[\w.]+[ \t]+)?\"[^\"\s]+\"")

MOST_LINES: Final = 200
"""Of one statement: what goes on longer has a bracket that nothing closes."""

_OPENING, _CLOSING = "([{", ")]}"

_SCRIPTS: Final = frozenset(("javascript", "javascriptreact", "typescript", "typescriptreact", "vue", "svelte"))
_ONCE: Final = _SCRIPTS | {"rust"}
"""Languages in which importing a name twice is an error."""

_BY_NAME: Final = _SCRIPTS | {"python", "java", "kotlin", "scala", "rust"}
"""Languages in which a name that is imported is one thing in the whole file."""

_LISTED: Final = re.compile(r"(?P<before>\{|\bimport\s*\(|\bimport\s)(?P<list>[^{}();]*)(?P<after>[})]|;?\s*\Z)")
_TYPES: Final = re.compile(r"import\s+type\b(?!\s*(?:,|from\b))")
_RENAMED: Final = re.compile(r"\s+as\s+|\s*:\s*")
_COMMENT: Final = re.compile(r"(?:#|//)[^\n]*")

Statement = tuple[str, ...]
"""Its lines, without ends."""


@dataclass(frozen=True, slots=True)
class _Bound:
    """What a name stands for: `item` of `module`, or where `type_only` nothing but its type."""

    module: str
    item: str
    type_only: bool


def is_import(line: str, language: str = "") -> bool:
    """Whether a line begins an import, or in Go is a path in the brackets of one."""
    return _IMPORT.match(line) is not None or (language == "go" and _GO_PATH.fullmatch(line.strip()) is not None)


def statements(lines: Iterable[str]) -> list[Statement]:
    """Lines as statements: what stands in brackets that are open belongs to the line that opened them."""
    found: list[list[str]] = []
    depth, going_on = 0, False
    for line in lines:
        if (depth > 0 or going_on) and len(found[-1]) < MOST_LINES:
            found[-1].append(line.rstrip())
        elif line.strip():
            found.append([line.strip()])
            depth = 0
        else:
            continue
        code = _COMMENT.sub("", line)
        depth += sum(map(code.count, _OPENING)) - sum(map(code.count, _CLOSING))
        going_on = code.rstrip().endswith("\\")
    return [tuple(each) for each in found]


def needed(new: Sequence[Statement], have: Sequence[Statement], language: str) -> list[Statement]:
    """Those of the new imports that are not there yet, without names that are.

    Raises Unfit for a name that stands for something else already.
    """
    there = {_plain(each) for each in have}
    bound: dict[str, _Bound] = {}
    for each in have:
        bound.update(_bindings(each, language))
    found: list[Statement] = []
    for each in new:
        own = _bindings(each, language)
        known = {name for name, what in own.items() if name in bound and _covers(name, bound[name], what, language)}
        if _plain(each) in there or (own and len(known) == len(own)):
            continue
        found.append(_without(each, known, language) if known else each)
        there.add(_plain(each))
        bound.update(own)
    return found


def _covers(name: str, old: _Bound, new: _Bound, language: str) -> bool:
    """Whether what a name stands for is what it is to stand for. Raises Unfit where it is something else."""
    if (old.module, old.item) == (new.module, new.item) and (new.type_only or not old.type_only):
        return True
    if language not in _BY_NAME or (not old.item and not new.item):
        return False
    if old.type_only and (old.module, old.item) == (new.module, new.item):
        raise Unfit(
            f"The answer imports {name!r}, of which the file imports the type only.",
            f"{name!r} is imported as a type only. Do it without another import of it.",
        )
    raise Unfit(
        f"The answer imports another {name!r} than the file does.",
        f"{name!r} is imported from {old.module!r} already. Use that one, or another name.",
    )


def _bindings(statement: Statement, language: str) -> dict[str, _Bound]:
    """What a statement binds, by its local names."""
    text = "\n".join(statement)
    listed = {_local(item): item for item in _items(text)}
    types = _TYPES.match(text) is not None
    found: dict[str, _Bound] = {}
    for each in imports(text, language):
        for name in each.names:
            if language in _SCRIPTS:
                item = listed.get(name) or ("*" if re.search(r"\*\s*as\b", text) else "default")
                own = item.removeprefix("type ").strip()
                found[name] = _Bound(each.module, own, types or own != item)
            elif language == "python" and text.startswith("import"):
                # `import os` and `import os.path` bind the same name, and both may be needed.
                found[name] = _Bound(each.module, listed.get(name, "") if name != each.module else "", False)
            elif language == "rust" and text.count("{") < 2:
                found[name] = _in_rust(each.module, listed.get(name, ""))
            else:
                own = listed.get(name, name)
                module = each.module if language == "python" else _without_last(each.module, own)
                found[name] = _Bound(module, own, False)
    return found


def _in_rust(module: str, listed: str) -> _Bound:
    """What `use a::b as c` binds, and `use a::{b as c}`, where `b as c` is `listed`: the same."""
    item = _RENAMED.split(listed)[0]
    path = f"{module}::{item}" if item and item != "self" else module
    head, _, last = path.rpartition("::")
    return _Bound(head, last, False)


def _without_last(module: str, item: str) -> str:
    """`a::b` of the path `a::b::c`: some statements name what they bind behind the path, some in a list."""
    return module.removesuffix(f"::{item}").removesuffix(f".{item}")


def _items(text: str) -> list[str]:
    listed = _LISTED.search(_COMMENT.sub("", text))
    return [" ".join(item.split()) for item in listed["list"].split(",") if item.strip()] if listed else []


def _local(item: str) -> str:
    return _RENAMED.split(item)[-1].removeprefix("type ").strip()


def _without(statement: Statement, known: set[str], language: str) -> Statement:
    """The statement without the names that are there. Raises Unfit where they cannot be taken out, but must be."""
    text = "\n".join(statement)
    if default := next((name for name in known if re.match(rf"import\s+{re.escape(name)}\s*,\s*\{{", text)), ""):
        text = re.sub(r"^import\s+[^{]*", "import ", text)
        known = known - {default}
    listed = _LISTED.search(text)
    items = _items(text)
    left = [item for item in items if _local(item) not in known]
    if listed is None or not left or len(items) - len(left) != len(known) or "\\" in text or _COMMENT.search(text):
        if language in _ONCE:
            name = min(known)
            raise Unfit(f"The answer imports {name!r} a second time.", f"{name!r} is imported already. Leave it out.")
        return statement
    if not known:
        return tuple(text.split("\n"))
    blank = " " if listed["before"] == "{" and listed["list"][:1].isspace() else ""
    return (text[: listed.start("list")] + blank + ", ".join(left) + blank + text[listed.end("list") :],)


def _plain(statement: Statement) -> str:
    return " ".join(" ".join(statement).split()).rstrip("; ")
