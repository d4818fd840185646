"""From an import as it is written to files of the workspace. A guess by the ends of paths, no language's own rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from foretype.context.search_index import SearchIndex
from foretype.syntax.definitions import Import

_MOST: Final = 3
_NAMES: Final = 6

_PYTHON: Final = (".py", "/__init__.py", ".pyi")
_SCRIPT: Final = (".ts", ".tsx", "/index.ts", ".js", "/index.js", ".mjs", ".jsx", ".vue", "")
_RUST: Final = (".rs", "/mod.rs", "/lib.rs")
_C: Final = ("", ".h", ".hpp")
_ENDINGS: Final = {
    "python": _PYTHON,
    "typescript": _SCRIPT,
    "typescriptreact": _SCRIPT,
    "javascript": _SCRIPT,
    "javascriptreact": _SCRIPT,
    "vue": _SCRIPT,
    "rust": _RUST,
    "java": (".java",),
    "kotlin": (".kt", ".java"),
    "csharp": (".cs",),
    "c": _C,
    "cpp": _C,
    "ruby": (".rb",),
    "php": (".php",),
    "lua": (".lua", "/init.lua"),
}
_DOTTED: Final = frozenset({"python", "java", "kotlin", "scala", "csharp", "lua"})
_NAMES_ARE_MODULES: Final = frozenset({"python", "rust", "java", "kotlin"})


def files_of(one: Import, path: str, language_id: str, index: SearchIndex) -> list[str]:
    """The files that an import may mean, those that lie nearest to `path` first."""
    module = one.module.strip("\"'<>`")
    endings = _ENDINGS.get(language_id, ("",))
    ends = [f"{stem}{ending}" for stem in _stems(one, module, path, language_id) for ending in endings]
    found = index.paths_ending(list(dict.fromkeys(end for end in ends if end.strip("/"))))
    here = path.split("/")
    return sorted(found, key=lambda other: -_common(other.split("/"), here))[:_MOST]


def _stems(one: Import, module: str, path: str, language_id: str) -> Iterator[str]:
    if module.startswith(("./", "../")):
        yield module.lstrip("./").removesuffix(".js")
        return
    dotted = module.replace(".", "/") if language_id in _DOTTED else module
    steps = [step for step in dotted.replace("::", "/").replace("\\", "/").split("/") if step]
    folder = path.rpartition("/")[0]
    if not steps and language_id == "python":
        yield from (f"{folder}/{name}" for name in one.names[:_NAMES])
        yield folder
        return
    if language_id == "rust" and steps and steps[0] in ("crate", "self", "super"):
        steps = steps[1:]
    if language_id == "go" and steps:
        yield f"{steps[-1]}/{steps[-1]}.go"  # an import names a folder, whose first file is often called like it
        return
    yield "/".join(steps)
    if language_id in _NAMES_ARE_MODULES:
        yield from ("/".join([*steps, name]) for name in one.names[:_NAMES])
        if language_id != "python" and len(steps) > 1:
            yield "/".join(steps[:-1])


def _common(left: list[str], right: list[str]) -> int:
    return next((at for at, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))
