"""The protocol's language identifiers by file name, for code that meets files without an editor. A table, no I/O."""

from __future__ import annotations

from typing import Final


def language_id_of(name: str) -> str:
    """The identifier that editors use for files of this name (folders before it do no harm); "plaintext" where it
    says nothing.
    """
    name = name[name.rfind("/") + 1 :]
    found = _BY_NAME.get(name)
    if found is None:
        stem, _, suffix = name.rpartition(".")
        found = _BY_SUFFIX.get(suffix.lower()) if stem else None
    return found or "plaintext"


_SUFFIXES: Final = {
    "python": "py pyi pyw",
    "javascript": "js mjs cjs",
    "javascriptreact": "jsx",
    "typescript": "ts mts cts",
    "typescriptreact": "tsx",
    "c": "c h",
    "cpp": "cc cpp cxx hh hpp hxx",
    "csharp": "cs",
    "css": "css",
    "scss": "scss",
    "dart": "dart",
    "elixir": "ex exs",
    "erlang": "erl hrl",
    "fsharp": "fs fsi fsx",
    "go": "go",
    "graphql": "graphql gql",
    "groovy": "groovy gradle",
    "haskell": "hs",
    "html": "html htm",
    "java": "java",
    "json": "json",
    "jsonc": "jsonc",
    "julia": "jl",
    "kotlin": "kt kts",
    "latex": "tex",
    "less": "less",
    "lisp": "el lisp",
    "clojure": "clj cljs cljc",
    "lua": "lua",
    "markdown": "md markdown",
    "nix": "nix",
    "objective-c": "m",
    "ocaml": "ml mli",
    "perl": "pl pm",
    "php": "php",
    "powershell": "ps1 psm1",
    "proto": "proto",
    "r": "r",
    "restructuredtext": "rst",
    "ruby": "rb rake",
    "rust": "rs",
    "scala": "scala sc",
    "shellscript": "sh bash zsh",
    "sql": "sql",
    "svelte": "svelte",
    "swift": "swift",
    "terraform": "tf",
    "toml": "toml",
    "vue": "vue",
    "xml": "xml xsd svg",
    "yaml": "yaml yml",
    "zig": "zig",
}
_NAMES: Final = {"dockerfile": "Dockerfile", "makefile": "Makefile GNUmakefile", "cmake": "CMakeLists.txt"}

_BY_SUFFIX: Final = {suffix: language for language, suffixes in _SUFFIXES.items() for suffix in suffixes.split()}
_BY_NAME: Final = {name: language for language, names in _NAMES.items() for name in names.split()}
