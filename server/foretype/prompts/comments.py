"""Comments in each language's own syntax: how text that is not code stands in front of code. Data, and no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class CommentSyntax:
    """`line` begins a comment that ends with its line, or is ""; then `start` and `end` stand around one."""

    line: str
    start: str = ""
    end: str = ""


_HASH: Final = CommentSyntax("#")
_SLASHES: Final = CommentSyntax("//")
_DASHES: Final = CommentSyntax("--")
_SEMICOLONS: Final = CommentSyntax(";;")
_PERCENT: Final = CommentSyntax("%")
_QUOTE: Final = CommentSyntax("'")
_MARKUP: Final = CommentSyntax("", "<!--", "-->")
_STAR: Final = CommentSyntax("", "/*", "*/")

_LANGUAGES: Final = {
    _HASH: "python ruby shellscript bash perl r yaml toml dockerfile makefile cmake elixir julia nix powershell "
    "graphql terraform hcl properties gitignore ignore coffeescript crystal tcl awk starlark bazel gdscript fish",
    _DASHES: "lua sql haskell elm ada vhdl purescript applescript",
    _SEMICOLONS: "lisp commonlisp clojure scheme racket elisp emacs-lisp fennel",
    _PERCENT: "latex tex erlang matlab prolog bibtex",
    _QUOTE: "vb vba",
    _MARKUP: "html xml markdown vue svelte handlebars xsl astro",
    _STAR: "css",
    CommentSyntax("", "(*", "*)"): "ocaml",
    CommentSyntax('"'): "vim viml",
    CommentSyntax("!"): "fortran fortran-modern FortranFreeForm",
    CommentSyntax("", "{#", "#}"): "jinja jinja-html django-html",
}
_BY_LANGUAGE: Final = {name: syntax for syntax, names in _LANGUAGES.items() for name in names.split()}


def comment_syntax(language_id: str) -> CommentSyntax:
    """The syntax of a language by its LSP identifier; of an unknown one, what most have: two slashes."""
    return _BY_LANGUAGE.get(language_id, _SLASHES)


def commented(text: str, language_id: str) -> str:
    """Every line of the text as a comment, in whole lines; what would end a comment inside is taken apart."""
    syntax = comment_syntax(language_id)
    lines = text.removesuffix("\n").split("\n")
    if syntax.line:
        return "".join(f"{syntax.line} {line}".rstrip(" ") + "\n" for line in lines)
    apart = syntax.end[0] + " " + syntax.end[1:]
    inside = "\n".join(lines).replace(syntax.end, apart)
    return f"{syntax.start} {inside} {syntax.end}\n"


def ellipsis(language_id: str, margin: str = "") -> str:
    """A line that says that lines are left out here."""
    return margin + commented("...", language_id)
