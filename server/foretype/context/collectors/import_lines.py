"""What files like this one import that it does not: offered only where the cursor stands among the imports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from foretype.context.collectors.windows import text_of
from foretype.context.identifiers import identifiers
from foretype.context.scene import Scene
from foretype.context.snippet import Snippet
from foretype.syntax.definitions import imports

_NEAR: Final = 3
"""Lines from an import within which the next line may be another one."""

_TOP: Final = 15
"""Lines from the top of a file without imports."""

_HEAD: Final = 120
"""Lines of another file in which its imports are looked for."""

_CHUNKS: Final = 12
_PARTNERS: Final = 8
_FILES: Final = 16
_LINES: Final = 10


def import_lines(scene: Scene) -> Iterator[Snippet]:
    """Of each file those import lines that the document lacks; how alike the imports are is the weight."""
    if not _among_imports(scene):
        return
    own = {line.strip() for line in scene.lines}
    known = _names_of(scene.lines, scene.language_id)
    for path, lines in list(_files(scene).items())[:_FILES]:
        missing = [at for at in _import_lines(lines, scene.language_id) if lines[at].strip() not in own][:_LINES]
        if missing:
            theirs = _names_of(lines, scene.language_id)
            weight = 2 * len(known & theirs) / max(1, len(known) + len(theirs))
            text = "".join(text_of(lines, at, at + 1) for at in missing)
            yield Snippet(path, text, "import", missing[0], missing[0], weight)


def _among_imports(scene: Scene) -> bool:
    if not scene.imports:
        return scene.line < _TOP
    return any(one.start - _NEAR <= scene.line <= one.end + _NEAR for one in scene.imports)


def _files(scene: Scene) -> dict[str, list[str]]:
    """The heads of other files: open ones, partners of commits, what a search for the same imports finds."""
    found = {file.path: list(file.lines[:_HEAD]) for file in scene.open_files}
    for path, _ in scene.index.changed_with(scene.path)[:_PARTNERS]:
        if path not in found and (text := scene.index.file(path)) is not None:
            found[path] = text.split("\n")[:_HEAD]
    asked = dict.fromkeys(_names_of(scene.lines, scene.language_id), 1.0)
    for chunk in scene.index.search({**scene.near, **asked}, _CHUNKS, {scene.path}):
        if chunk.start == 0:
            found.setdefault(chunk.path, chunk.text.split("\n")[:_HEAD])
    return found


def _import_lines(lines: list[str], language_id: str) -> list[int]:
    found = imports("\n".join(lines[:_HEAD]), language_id)
    return [at for one in found for at in range(one.start, one.end) if lines[at].strip()]


def _names_of(lines: Sequence[str], language_id: str) -> set[str]:
    head = list(lines[:_HEAD])
    return {name for at in _import_lines(head, language_id) for name in identifiers(head[at], language_id)}
