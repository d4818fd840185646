"""What the filters need to know of a language: its quotes, comments, blocks. Data only, and looking it up.

Where an unknown language is meant, the rules of C's descendants are used: most languages are near enough.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field, replace
from typing import Final


@dataclass(frozen=True, slots=True)
class Language:
    """One family of languages.

    `quotes` delimit strings on one line, `long_quotes` strings over several. `opens` are the ends of lines that
    begin a block; `continues` the words that go on with one at its header's level; `block_open` and `block_close`
    are patterns of words or tags that work as brackets. `headers` are first words of lines that will begin a
    block. `prose` marks languages in which people write sentences and fences.
    """

    name: str
    line_comments: tuple[str, ...] = ("//",)
    block_comment: tuple[str, str] | None = ("/*", "*/")
    quotes: str = "\"'"
    long_quotes: tuple[str, ...] = ()
    opens: tuple[str, ...] = ("{", "(", "[", "=>", "->")
    continues: frozenset[str] = frozenset()
    headers: frozenset[str] = frozenset()
    block_open: str = ""
    block_close: str = ""
    prose: bool = False
    indent: str = "    "
    dedents_end: bool = field(default=False)
    """Whether indentation alone is what ends a block."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_C_HEADERS = _words(
    "if else for foreach while do switch try catch finally class struct enum union interface trait impl fn func "
    "function namespace module match select extern record def object fun when defer unsafe async export public "
    "private protected static internal abstract"
)
CURLY: Final = Language(
    "curly",
    continues=_words("else catch finally while"),
    headers=_C_HEADERS,
)
SCRIPT: Final = replace(CURLY, name="script", long_quotes=("`",), indent="  ")
GO: Final = replace(CURLY, name="go", quotes='"', long_quotes=("`",), indent="\t")
RUST: Final = replace(CURLY, name="rust", quotes='"')
JAVA: Final = replace(CURLY, name="java", long_quotes=('"""',))
STYLE: Final = replace(CURLY, name="style", line_comments=(), indent="  ", headers=frozenset())
DATA: Final = replace(CURLY, name="data", quotes='"', headers=frozenset(), indent="  ")
PYTHON: Final = Language(
    "python",
    line_comments=("#",),
    block_comment=None,
    long_quotes=('"""', "'''"),
    opens=(":", "(", "[", "{"),
    continues=_words("else elif except finally case"),
    headers=_words("if elif else for while with def class try except finally match case async"),
    dedents_end=True,
)
RUBY: Final = Language(
    "ruby",
    line_comments=("#",),
    block_comment=None,
    opens=("do", "then", "begin", "else", "|", "{", "(", "["),
    continues=_words("else elsif when rescue ensure in"),
    headers=_words("def class module if unless while until for case begin"),
    block_open=r"^[ \t]*(?:def|class|module|if|unless|while|until|case|begin|for)\b"
    r"|\bdo\b(?:[ \t]*\|[^|\n]*\|)?[ \t]*$",
    block_close=r"^[ \t]*end\b",
    indent="  ",
)
LUA: Final = replace(
    RUBY,
    name="lua",
    line_comments=("--",),
    long_quotes=(),
    opens=("do", "then", "else", "repeat", ")", "{", "(", "["),
    continues=_words("else elseif"),
    headers=_words("function local if for while repeat do"),
    block_open=r"^[ \t]*(?:if|for|while|do)\b|\bfunction\b",
)
SHELL: Final = replace(
    RUBY,
    name="shell",
    opens=("do", "then", "{", "(", "else", "in"),
    continues=_words("else elif"),
    headers=_words("if for while until case function"),
    block_open=r"^[ \t]*(?:if|for|while|until|case)\b",
    block_close=r"^[ \t]*(?:fi|done|esac)\b",
)
YAML: Final = Language(
    "yaml",
    line_comments=("#",),
    block_comment=None,
    opens=(":", "|", ">", "{", "["),
    indent="  ",
    dedents_end=True,
)
MARKUP: Final = Language(
    "markup",
    line_comments=(),
    block_comment=("<!--", "-->"),
    quotes='"',
    opens=(">", "{"),
    block_open=r"<(?!(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)\b)[A-Za-z][\w.:-]*(?:[^<>\"]|\"[^\"]*\")*(?<!/)>",
    block_close=r"</[A-Za-z][\w.:-]*[ \t]*>",
    indent="  ",
)
PROSE: Final = Language("prose", (), None, "", prose=True, opens=(), indent="", dedents_end=True)
SQL: Final = replace(CURLY, name="sql", line_comments=("--",), headers=frozenset(), opens=("(", "begin", "as"))
HASH: Final = replace(CURLY, name="hash", line_comments=("#",), block_comment=None, headers=frozenset())

_NAMES: Final = {
    "go": GO,
    "rust": RUST,
    "python": PYTHON,
    "ruby": RUBY,
    "elixir": RUBY,
    "crystal": RUBY,
    "lua": LUA,
    "shellscript": SHELL,
    "yaml": YAML,
    "dockercompose": YAML,
    "sql": SQL,
} | {
    name: language
    for names, language in (
        ("javascript javascriptreact typescript typescriptreact", SCRIPT),
        ("java kotlin scala swift groovy csharp", JAVA),
        ("css scss less", STYLE),
        ("json jsonc", DATA),
        ("html xml vue svelte xsl", MARKUP),
        ("markdown plaintext restructuredtext latex tex asciidoc scminput git-commit", PROSE),
        ("toml terraform dockerfile makefile cmake nix perl r julia powershell ini properties", HASH),
    )
    for name in names.split()
}


def language_of(identifier: str) -> Language:
    """The family of a language by the protocol's identifier."""
    return _NAMES.get(identifier, CURLY)


@functools.cache
def first_word() -> re.Pattern[str]:
    """A line's first word, as headers and continuations are recognised by."""
    return re.compile(r"[ \t]*[)}\]]*[ \t]*([A-Za-z_]+)")
