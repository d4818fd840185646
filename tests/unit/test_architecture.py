"""The house's rules, read off the source: layers, who may import what, what the start may load, sizes, names.

docs/architecture.md says why; here is only what a machine can see.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2] / "server" / "foretype"

# From the ground up. A folder may import what lies on a lower floor, and nothing on its own or above.
FLOORS: list[set[str]] = [
    {"errors", "garbage", "text", "syntax", "embedded"},
    {"settings", "suggestions", "postprocess"},
    {"scheduling", "models", "repository"},
    {"context"},
    {"prompts"},
    {"features"},
    {"lsp"},
    {"cli"},
]
HOUSE = set().union(*FLOORS)
ENTRANCES = {"__init__", "__main__"}
"""Modules beside the folders. `__init__` imports nothing; `__main__` is the roof and calls the command line."""

# Who alone may import which package.
OWNERS = {
    "pygls": "lsp",
    "lsprotocol": "lsp",
    "attrs": "lsp",
    "cattrs": "lsp",
    "openai": "models",
    "httpx2": "models",
    "httpx": "models",
    "tiktoken": "prompts/tokens.py",
    "tiktoken_ext": "prompts/tokens.py",
    "tokenizers": "prompts/tokenizer_file.py",
    "tree_sitter": "syntax",
}

# Costs more at a start than a server that is only opened should pay; imported inside the functions that need it.
HEAVY = {
    "openai",
    "httpx2",
    "httpx",
    "tiktoken",
    "tiktoken_ext",
    "tree_sitter",
    "tenacity",
    "pathspec",
    "platformdirs",
    "tomllib",
    "tomli",
    "numpy",
    "multiprocessing",
    "concurrent.futures.process",
    "sqlite3",
    "urllib.request",
    "http.client",
    "ssl",
    "email",
}

VAGUE = {"utils", "util", "helpers", "helper", "manager", "base2", "misc", "common", "stuff", "tools"}

MAX_MODULE, MAX_FUNCTION, MAX_PARAMETERS = 400, 60, 5


class Import(NamedTuple):
    """One import: the module named, the line, and whether it happens when the importing module is loaded."""

    name: str
    line: int
    at_load: bool


@cache
def modules() -> dict[str, Path]:
    """Every module's dotted name below `foretype`, and its file."""
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(part for part in parts if part != "__init__") or "__init__"] = path
    return found


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def _only_for_types(node: ast.If) -> bool:
    test = node.test
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )


def _walk(nodes: list[ast.stmt], at_load: bool) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    for node in nodes:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield node, at_load
        elif isinstance(node, ast.If) and _only_for_types(node):
            yield from _walk(node.body, False)
            yield from _walk(node.orelse, at_load)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from _walk(node.body, False)
        else:
            for block in ("body", "orelse", "finalbody"):
                yield from _walk(getattr(node, block, []), at_load)
            for handler in getattr(node, "handlers", []):
                yield from _walk(handler.body, at_load)
            for case in getattr(node, "cases", []):
                yield from _walk(case.body, at_load)


@cache
def imports(name: str) -> tuple[Import, ...]:
    """All imports of a module, those for type checkers included (as not at load)."""
    path = modules()[name]
    found = []
    for node, at_load in _walk(tree(path).body, True):
        if isinstance(node, ast.Import):
            found += [Import(alias.name, node.lineno, at_load) for alias in node.names]
            continue
        for alias in node.names:
            # `from foretype.text import uris` names a module, `from foretype.text.uris import path_of` does not.
            source = _absolute(path, node)
            whole = f"{source}.{alias.name}"
            is_module = whole.removeprefix("foretype.") in modules()
            found.append(Import(whole if is_module else source, node.lineno, at_load))
    return tuple(found)


def _absolute(path: Path, node: ast.ImportFrom) -> str:
    package = ("foretype", *path.relative_to(ROOT).parent.parts)
    parts = package[: len(package) - node.level + 1] if node.level else ()
    return ".".join([*parts, *([node.module] if node.module else [])])


def folder(name: str) -> str:
    return name.partition(".")[0]


def floor(name: str) -> int:
    return next(number for number, names in enumerate(FLOORS) if name in names)


def where(name: str, line: int) -> str:
    return f"{modules()[name].relative_to(ROOT.parent)}:{line}"


def test_every_module_has_a_floor():
    unknown = {folder(name) for name in modules()} - HOUSE - ENTRANCES
    assert not unknown, f"give these a floor in FLOORS, or move them: {sorted(unknown)}"
    gone = HOUSE - {folder(name) for name in modules()}
    assert not gone, f"FLOORS names what there is not: {sorted(gone)}"


def test_imports_run_downwards_only():
    wrong = []
    for name in modules():
        here = folder(name)
        for found in imports(name):
            if not found.name.startswith("foretype."):
                continue
            there = folder(found.name.removeprefix("foretype."))
            if here in ENTRANCES:
                allowed = name == "__main__" and there == "cli"
            elif there not in HOUSE:
                allowed = False
            else:
                allowed = there == here or floor(there) < floor(here)
            if not allowed:
                wrong.append(f"{where(name, found.line)}: {here} may not import {found.name}")
    assert not wrong, "\n".join(wrong)


def test_nothing_imports_the_command_line_and_packages_do_not_reexport_upwards():
    wrong = [
        where(name, found.line)
        for name in modules()
        if folder(name) not in {"cli", "__main__"}
        for found in imports(name)
        if found.name == "foretype.cli" or found.name.startswith("foretype.cli.")
    ]
    assert not wrong


def test_packages_of_others_have_one_owner_each():
    wrong = []
    for name, path in modules().items():
        inside = path.relative_to(ROOT).as_posix()
        for found in imports(name):
            package = found.name.partition(".")[0]
            owner = OWNERS.get("tree_sitter" if package.startswith("tree_sitter_") else package)
            if owner is not None and not (inside == owner or inside.startswith(owner + "/")):
                wrong.append(f"{where(name, found.line)}: only {owner} may import {found.name}")
    assert not wrong, "\n".join(wrong)


def loaded_at_start() -> dict[str, str]:
    """Every module of ours that serving loads before `initialize` is answered, and who imports it first."""
    queue, seen = ["cli.main", "cli.serve", "lsp.serve", "lsp.server"], {}
    seen = dict.fromkeys(queue, "the command line")
    while queue:
        name = queue.pop()
        packages = [".".join(name.split(".")[:depth]) for depth in range(1, name.count(".") + 1)]
        wanted = [found.name.removeprefix("foretype.") for found in imports(name) if found.at_load]
        for other in [*packages, *wanted]:
            if other in modules() and other not in seen:
                seen[other] = name
                queue.append(other)
    return seen


def test_nothing_heavy_is_imported_at_the_start():
    wrong = [
        f"{where(name, found.line)}: {found.name} (loaded by {importer})"
        for name, importer in loaded_at_start().items()
        for found in imports(name)
        if found.at_load and any(found.name == heavy or found.name.startswith(f"{heavy}.") for heavy in HEAVY)
    ]
    assert not wrong, "\n".join(wrong)


def test_a_fresh_server_has_not_loaded_anything_heavy():
    """The same from the outside, so that what others import at load counts too."""
    names = ["openai", "tiktoken", "httpx2", "tenacity", "pathspec", "platformdirs", "numpy", "tomllib", "tomli"]
    names += ["multiprocessing", "sqlite3", "pydantic", "requests", "aiohttp", "pytest", "foretype.features.ask"]
    names += ["tree_sitter", "tree_sitter_python"]
    names += ["foretype.repository.index", "foretype.models.connection", "foretype.prompts.tokens"]
    program = (
        "import sys; import foretype.cli.main, foretype.cli.serve, foretype.lsp.serve, foretype.lsp.server\n"
        f"print(*(name for name in {names!r} if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == []
    assert done.stderr == ""


def test_every_module_says_what_it_is_for():
    missing = [name for name, path in modules().items() if not (ast.get_docstring(tree(path)) or "").strip()]
    assert not missing


def test_modules_stay_readable_in_one_sitting():
    lengths = {name: len(path.read_text("utf-8").splitlines()) for name, path in modules().items()}
    assert not {name: length for name, length in lengths.items() if length > MAX_MODULE}


def _functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef, bool]]:
    """Every function with its module, and whether its first parameter is self or cls."""
    for name, path in modules().items():
        methods = {
            id(member)
            for node in ast.walk(tree(path))
            if isinstance(node, ast.ClassDef)
            for member in node.body
            if isinstance(member, (ast.FunctionDef, ast.AsyncFunctionDef))
            and not any(isinstance(mark, ast.Name) and mark.id == "staticmethod" for mark in member.decorator_list)
        }
        for node in ast.walk(tree(path)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield name, node, id(node) in methods


def test_functions_stay_short():
    wrong = [
        f"{where(name, node.lineno)}: {node.name} has {node.end_lineno - node.lineno + 1} lines"
        for name, node, _ in _functions()
        if node.end_lineno is not None and node.end_lineno - node.lineno + 1 > MAX_FUNCTION
    ]
    assert not wrong, "\n".join(wrong)


def test_functions_take_few_parameters():
    wrong = []
    for name, node, is_method in _functions():
        given = node.args
        count = len(given.posonlyargs) + len(given.args) + len(given.kwonlyargs) - is_method
        # An exception's keyword-only fields are data, as a dataclass's are.
        data = node.name == "__init__" and folder(name) == "errors"
        if count > MAX_PARAMETERS and not data:
            wrong.append(f"{where(name, node.lineno)}: {node.name} takes {count}")
    assert not wrong, "\n".join(wrong)


def test_names_say_what_is_inside():
    assert not [name for name in modules() if VAGUE.intersection(name.split("."))]


def _is_script(path: Path) -> bool:
    """Whether a module is also run by itself, as those are that make files of the package."""
    return any(
        isinstance(node, ast.If) and isinstance(node.test, ast.Compare) and ast.unparse(node.test.left) == "__name__"
        for node in tree(path).body
    )


def test_no_bare_except_and_no_print_to_the_protocol():
    """Standard output belongs to the protocol; only the command line and scripts print there."""
    wrong = []
    for name, path in modules().items():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ExceptHandler) and node.type is None:
                wrong.append(f"{where(name, node.lineno)}: bare except")
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
                to_stderr = any(keyword.arg == "file" for keyword in node.keywords)
                if not to_stderr and folder(name) != "cli" and not _is_script(path):
                    wrong.append(f"{where(name, node.lineno)}: print")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("source", "at_load"),
    [
        ("import a", True),
        ("if True:\n    import a", True),
        ("try:\n    import a\nexcept ImportError:\n    pass", True),
        ("try:\n    pass\nexcept ImportError:\n    import a", True),
        ("class C:\n    import a", True),
        ("with x:\n    import a", True),
        ("def f():\n    import a", False),
        ("class C:\n    def f(self):\n        import a", False),
        ("if TYPE_CHECKING:\n    import a", False),
        ("if TYPE_CHECKING:\n    pass\nelse:\n    import a", True),
    ],
)
def test_the_reader_of_imports_reads(source, at_load):
    ((_, found),) = _walk(ast.parse(source).body, True)
    assert found is at_load
