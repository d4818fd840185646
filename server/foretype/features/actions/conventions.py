"""How each language documents its definitions: where the text goes, what it looks like. Data, and looking it up."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class Convention:
    """`place` is inside the body or above the definition. `opening` patterns begin a comment of this form."""

    name: str
    place: Literal["inside", "above"]
    example: str
    opening: tuple[str, ...]
    closing: str = ""
    """What ends a comment that begins with the first opening; "" where every line has its own mark."""


PYTHON: Final = Convention("a docstring", "inside", '"""What it does, in one line."""', ('"""', "'''"), '"""')
JSDOC: Final = Convention(
    "a JSDoc comment", "above", "/**\n * What it does.\n * @param name what it is\n */", ("/**",), "*/"
)
JAVADOC: Final = Convention("a Javadoc comment", "above", "/**\n * What it does.\n */", ("/**", "/*"), "*/")
DOXYGEN: Final = Convention(
    "a Doxygen comment", "above", "/**\n * @brief What it does.\n */", ("/**", "/*!", "///", "//"), "*/"
)
RUST: Final = Convention("a doc comment of /// lines", "above", "/// What it does.", ("///", "//"))
XML: Final = Convention("an XML documentation comment", "above", "/// <summary>What it does.</summary>", ("///",))
GO: Final = Convention("a comment that begins with the name", "above", "// Name does this.", ("//",))
HASH: Final = Convention("a comment", "above", "# What it does.", ("#",))
DASHES: Final = Convention("a comment of --- lines", "above", "--- What it does.", ("---", "--"))
SLASHES: Final = Convention("a comment", "above", "// What it does.", ("///", "//", "/**", "/*"), "*/")

_BY_LANGUAGE: Final = {
    "python": PYTHON,
    "go": GO,
    "rust": RUST,
    "csharp": XML,
    "fsharp": XML,
    "lua": DASHES,
    "haskell": Convention("a Haddock comment", "above", "-- | What it does.", ("--",)),
    "sql": DASHES,
    "swift": RUST,
    "dart": RUST,
    "zig": RUST,
} | {
    name: convention
    for names, convention in (
        ("javascript javascriptreact typescript typescriptreact php", JSDOC),
        ("java kotlin scala groovy", JAVADOC),
        ("c cpp objective-c cuda-cpp", DOXYGEN),
        ("ruby shellscript perl r elixir julia nix makefile terraform powershell", HASH),
    )
    for name in names.split()
}


def convention_of(language: str) -> Convention:
    """The convention of a language; C's line comments for one that is not known."""
    return _BY_LANGUAGE.get(language, SLASHES)


def docstring_style(text: str) -> str:
    """The form of parameters in a Python file's own docstrings, in words for a prompt; "" where it shows none."""
    found = {
        "Google's style (Args:, Returns:)": len(re.findall(r"^\s+(?:Args|Returns|Raises):\s*$", text, re.MULTILINE)),
        "NumPy's style (Parameters, underlined)": len(
            re.findall(r"^\s+(?:Parameters|Returns)\n\s+-{4,}$", text, re.MULTILINE)
        ),
        "Sphinx's style (:param name:)": len(re.findall(r"^\s+:(?:param|return|returns|raises)\b", text, re.MULTILINE)),
    }
    best = max(found, key=lambda style: found[style])
    return best if found[best] else ""
