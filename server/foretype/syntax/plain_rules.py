"""How definitions and imports look in languages without a grammar: one small set of patterns a family. Data only."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Final

from foretype.syntax.values import Kind

_STRINGS: Final = r'"(?:\\.|[^"\\\n])*"?' + "|" + r"'(?:\\.|[^'\\\n])*'?"
_SCRIPT_STRINGS: Final = _STRINGS + r"|`(?:\\.|[^`\\])*(?:`|\Z)"
_RUST_STRINGS: Final = r"""b?"(?:\\.|[^"\\])*(?:"|\Z)|'(?:\\.|[^'\\\n])'"""
_PYTHON_STRINGS: Final = r'"""(?:\\.|[^\\])*?(?:"""|\Z)' + r"|'''(?:\\.|[^\\])*?(?:'''|\Z)|" + _STRINGS
_C_COMMENTS: Final = r"//[^\n]*|/\*.*?(?:\*/|\Z)"
_HASH_COMMENTS: Final = r"(?<![\w$&{])#[^\n]*"
_DASH_COMMENTS: Final = r"--\[\[.*?(?:\]\]|\Z)|--[^\n]*"


@dataclass(frozen=True, slots=True)
class PlainRules:
    """One family: what is masked before looking, what a definition's and an import's first line look like.

    Patterns of `definitions` name their groups `name` and, where the line says it, `container`; a kind of None is
    a scope that is no definition itself (Rust's `impl`). They are tried in order on a line behind its margin.
    Patterns of `imports` name `module` and `names`, whose characters are bounded: of a thousand clauses that do not end
    each would be read to the text's end.
    """

    masked: str
    definitions: tuple[tuple[str, Kind | None], ...]
    imports: tuple[str, ...] = ()
    above: tuple[str, ...] = ("//", "/*", "*", "@")
    """How the lines of a comment or a decorator begin that stand right above."""


_MODS: Final = (
    r"(?:(?:case|public|private|protected|internal|static|final|abstract|virtual|override|async|export|default|declare"
    r"|readonly|sealed|partial|open|inline|suspend|data|unsafe|extern|pub(?:\([^)]*\))?|const|get|set)[ \t]+)*"
)
_BRACE_CLASS: Final = (rf"{_MODS}(?:class|struct|enum(?:[ \t]+class)?|record|object|union)[ \t]+(?P<name>\w+)", "class")
_BRACE_INTERFACE: Final = (rf"{_MODS}(?:interface|trait|protocol)[ \t]+(?P<name>\w+)", "interface")
_NAMESPACE: Final = (rf"{_MODS}(?:namespace|module|mod|package object)[ \t]+(?P<name>[\w.:]+)[^;]*$", "module")
_KEYWORD_FUNCTION: Final = (
    (
        rf"{_MODS}(?:function\*?|func|fun|fn|def|sub|proc|defp?)[ \t]+(?:<[^>]*>[ \t]*)?(?:[\w<>?]+\.)?"
        r"(?P<name>[\w$]+[?!]?)"
    ),
    "function",
)
_NOT_A_CALL: Final = r"(?!(?:if|for|while|switch|return|else|catch|do|new|throw|await|typeof|sizeof|using|lock)\b)"
_C_FUNCTION: Final = (
    _NOT_A_CALL
    + r"(?:[A-Za-z_][\w:<>,*&\[\]. \t]*?[ \t*&]+)(?P<name>~?[A-Za-z_][\w:~]*)[ \t]*\((?:[^;=]*$|[^;=()]*\)[^;=(]*\{)",
    "function",
)

_PYTHON: Final = PlainRules(
    rf"{_PYTHON_STRINGS}|{_HASH_COMMENTS}",
    (
        (r"(?:async[ \t]+)?def[ \t]+(?P<name>\w+)", "function"),
        (r"class[ \t]+(?P<name>\w+)", "class"),
        (r"(?P<name>_*[A-Z][A-Z0-9_]*)\b[ \t]*(?::[^=]+)?=(?!=)", "constant"),
        (r"(?P<name>[A-Za-z_]\w*)[ \t]*(?::[^=]+)?=(?!=)", "variable"),
    ),
    (
        r"from[ \t]+(?P<module>\.*[\w.]*)[ \t]+import[ \t]*\((?P<names>[^)]*)\)?",
        r"from[ \t]+(?P<module>\.*[\w.]*)[ \t]+import[ \t]+(?P<names>(?:[^#;\n\\]|\\\n)+)",
        r"import[ \t]+(?P<module>[\w.]+)(?:[ \t]+as[ \t]+(?P<alias>\w+))?",
    ),
    ("#", "@"),
)
_RUBY: Final = PlainRules(
    rf"{_STRINGS}|{_HASH_COMMENTS}|^=begin\b.*?(?:^=end\b|\Z)",
    (
        (r"def[ \t]+(?:self\.)?(?P<name>\w+[?!=]?)", "function"),
        (r"class[ \t]+(?P<name>[A-Z][\w:]*)", "class"),
        (r"module[ \t]+(?P<name>[A-Z][\w:]*)", "module"),
        (r"(?P<name>[A-Z][A-Z0-9_]*)[ \t]*=(?!=)", "constant"),
        (r"(?:private[ \t]+|local[ \t]+)?(?:macro|defmodule|defp?|fun)[ \t]+(?P<name>[\w.]+[?!]?)", "function"),
    ),
    (
        r"(?:require|require_relative|load)[ \t(]+[\"'](?P<module>[^\"'\n]+)(?P<names>)",
        r"(?:import|alias|use)[ \t]+(?P<module>[\w.]+)",
    ),
    ("#", "@"),
)
_LUA: Final = PlainRules(
    rf"{_DASH_COMMENTS}|\[\[.*?(?:\]\]|\Z)|{_STRINGS}",
    (
        (r"(?:local[ \t]+)?function[ \t]+(?:(?P<container>[\w.]+)[.:])?(?P<name>\w+)", "function"),
        (r"(?:local[ \t]+)?(?:(?P<container>[\w.]+)\.)?(?P<name>\w+)[ \t]*=[ \t]*function\b", "function"),
        (r"local[ \t]+(?P<name>[A-Z][A-Z0-9_]*)[ \t]*=", "constant"),
    ),
    (r"(?:local[ \t]+(?P<names>\w+)[ \t]*=[ \t]*)?require[ \t(]+[\"'](?P<module>[^\"'\n]+)",),
    ("--",),
)
_SHELL: Final = PlainRules(
    rf"{_HASH_COMMENTS}|{_STRINGS}",
    (
        (r"function[ \t]+(?P<name>[\w:.-]+)", "function"),
        (r"(?P<name>[\w:.-]+)[ \t]*\(\)", "function"),
        (r"(?:export[ \t]+|readonly[ \t]+|declare[ \t]+-\w+[ \t]+)?(?P<name>[A-Z][A-Z0-9_]*)=", "constant"),
    ),
    (r"(?:source|\.)[ \t]+[\"']?(?P<module>[^\"'\s;]+)(?P<names>)",),
    ("#",),
)
_SCRIPT: Final = PlainRules(
    rf"{_C_COMMENTS}|{_SCRIPT_STRINGS}",
    (
        (rf"{_MODS}function\*?[ \t]*(?P<name>[\w$]+)", "function"),
        (rf"{_MODS}(?:abstract[ \t]+)?class[ \t]+(?!extends\b)(?P<name>[\w$]+)", "class"),
        (rf"{_MODS}interface[ \t]+(?P<name>[\w$]+)", "interface"),
        (rf"{_MODS}(?:const[ \t]+)?enum[ \t]+(?P<name>[\w$]+)", "class"),
        (rf"{_MODS}type[ \t]+(?P<name>[\w$]+)[^=;]*=", "type"),
        (rf"{_MODS}(?:namespace|module)[ \t]+(?P<name>[\w$.]+)", "module"),
        (
            (
                r"(?:export[ \t]+)?(?:const|let|var)[ \t]+(?P<name>[\w$]+)[^=\n]*=[ \t]*(?:async[ \t]*)?"
                r"(?:function\b|\([^)]*\)[^=\n]*=>|[\w$]+[ \t]*=>|\([^)]*$)"
            ),
            "function",
        ),
        (r"(?:export[ \t]+)?(?:const|let|var)[ \t]+(?P<name>[A-Z][A-Z0-9_]*)\b", "constant"),
        (r"(?:export[ \t]+)?(?:const|let|var)[ \t]+(?P<name>[\w$]+)", "variable"),
        (rf"{_NOT_A_CALL}{_MODS}[*#]?(?P<name>[\w$]+)[ \t]*(?:<[^>\n]*>)?\([^)\n]*(?:\)[^=;\n]*\{{|$)", "method"),
    ),
    (
        (
            r"(?:import|export)[ \t]+(?:type[ \t]+)?(?P<names>[^;\"'=]{0,2000}?)(?<![\w$])from[ \t]*"
            r"[\"'](?P<module>[^\"'\n]+)"
        ),
        r"import[ \t]*[\"'](?P<module>[^\"'\n]+)(?P<names>)",
        r"(?:const|let|var)[ \t]+(?P<names>[^=;]{0,2000}?)=[ \t]*require\([\"'](?P<module>[^\"'\n]+)",
    ),
    ("//", "/*", "*", "@"),
)
_GO: Final = PlainRules(
    rf"{_C_COMMENTS}|" + r'"(?:\\.|[^"\\\n])*"?|`[^`]*(?:`|\Z)|' + r"'(?:\\.|[^'\\\n])*'?",
    (
        (r"func[ \t]*\([ \t]*(?:\w+[ \t]+)?\*?(?P<container>\w+)(?:\[[^\]]*\])?[ \t]*\)[ \t]*(?P<name>\w+)", "method"),
        (r"func[ \t]+(?P<name>\w+)", "function"),
        (r"type[ \t]+(?P<name>\w+)(?:\[[^\]]*\])?[ \t]+interface\b", "interface"),
        (r"type[ \t]+(?P<name>\w+)(?:\[[^\]]*\])?[ \t]+struct\b", "class"),
        (r"type[ \t]+(?P<name>\w+)", "type"),
        (r"const[ \t]+(?P<name>\w+)", "constant"),
        (r"var[ \t]+(?P<name>\w+)", "variable"),
    ),
    (
        r"import[ \t]+(?:(?P<names>[\w.]+)[ \t]+)?\"(?P<module>[^\"\n]+)",
        r"(?:(?P<names>\w+)[ \t]+)?\"(?P<module>[\w./-]+)\"[ \t]*$",
    ),
    ("//", "/*", "*"),
)
_RUST: Final = PlainRules(
    rf"{_C_COMMENTS}|{_RUST_STRINGS}",
    (
        (rf"{_MODS}(?:extern[ \t]+\"[^\"]*\"[ \t]+)?fn[ \t]+(?P<name>\w+)", "function"),
        (rf"{_MODS}(?:struct|enum|union)[ \t]+(?P<name>\w+)", "class"),
        (rf"{_MODS}trait[ \t]+(?P<name>\w+)", "interface"),
        (r"(?:unsafe[ \t]+)?impl\b(?:<[^{]*?>)?[ \t]+(?:[\w:<>&', \t]+[ \t]for[ \t]+)?&?(?P<name>\w+)", None),
        (rf"{_MODS}mod[ \t]+(?P<name>\w+)[ \t]*\{{", "module"),
        (rf"{_MODS}type[ \t]+(?P<name>\w+)", "type"),
        (r"(?:pub(?:\([^)]*\))?[ \t]+)?(?:const|static)[ \t]+(?:mut[ \t]+)?(?P<name>\w+)", "constant"),
        (r"macro_rules![ \t]+(?P<name>\w+)", "function"),
    ),
    (
        (
            rf"{_MODS}use[ \t]+(?P<module>\w+(?:::\w+)*)(?:::\{{(?P<names>[^;]{{0,2000}})\}})?"
            r"(?:[ \t]+as[ \t]+(?P<alias>\w+))?"
        ),
    ),
    ("//", "/*", "*", "#["),
)
_JAVA: Final = PlainRules(
    rf'{_C_COMMENTS}|"""(?:\\.|[^\\])*?(?:"""|\Z)|{_STRINGS}',
    (
        _BRACE_CLASS,
        _BRACE_INTERFACE,
        _NAMESPACE,
        _KEYWORD_FUNCTION,
        (r"typealias[ \t]+(?P<name>\w+)", "type"),
        (rf"{_MODS}(?:val|var|let)[ \t]+(?P<name>[A-Z][A-Z0-9_]*)\b", "constant"),
        _C_FUNCTION,
    ),
    (
        r"import[ \t]+(?:static[ \t]+)?(?P<module>[\w.]+(?:\.\*)?)(?:[ \t]+as[ \t]+(?P<alias>\w+))?",
        r"using[ \t]+(?:static[ \t]+)?(?:(?P<alias>\w+)[ \t]*=[ \t]*)?(?P<module>[\w.]+)[ \t]*;",
    ),
    ("//", "/*", "*", "@", "["),
)
_PHP: Final = PlainRules(
    rf"{_C_COMMENTS}|{_HASH_COMMENTS}|{_STRINGS}",
    (_BRACE_CLASS, _BRACE_INTERFACE, _KEYWORD_FUNCTION, (r"const[ \t]+(?P<name>\w+)[ \t]*=", "constant")),
    (
        r"use[ \t]+(?P<module>[\w\\]+)(?:[ \t]+as[ \t]+(?P<alias>\w+))?[ \t]*;",
        r"(?:require|include)(?:_once)?[ \t(]+[\"'](?P<module>[^\"'\n]+)(?P<names>)",
    ),
    ("//", "/*", "*", "#"),
)
_C: Final = PlainRules(
    rf"{_C_COMMENTS}|{_STRINGS}",
    (
        (r"(?:typedef[ \t]+)?(?:class|struct|enum(?:[ \t]+class)?|union)[ \t]+(?P<name>\w+)[^;()]*$", "class"),
        _NAMESPACE,
        (r"typedef\b[^;{]*?(?P<name>\w+)[ \t]*;", "type"),
        (r"using[ \t]+(?P<name>\w+)[ \t]*=", "type"),
        (r"#[ \t]*define[ \t]+(?P<name>\w+)", "constant"),
        _C_FUNCTION,
    ),
    (r"#[ \t]*include[ \t]*[<\"](?P<module>[^>\"\n]+)(?P<names>)",),
    ("//", "/*", "*"),
)
_ANY: Final = PlainRules(
    rf"{_C_COMMENTS}|{_STRINGS}",
    (_BRACE_CLASS, _BRACE_INTERFACE, _NAMESPACE, _KEYWORD_FUNCTION),
    (r"(?:import|use|include|require)[ \t(\"'<]+(?P<module>[\w./:-]+)",),
    ("//", "/*", "*", "@", "#", "--"),
)
_NONE: Final = PlainRules("", ())

_FAMILIES: Final = {
    name: rules
    for rules, names in (
        (_PYTHON, "python starlark"),
        (_RUBY, "ruby elixir crystal"),
        (_LUA, "lua"),
        (_SHELL, "shellscript"),
        (_SCRIPT, "javascript javascriptreact typescript typescriptreact vue svelte"),
        (_GO, "go"),
        (_RUST, "rust"),
        (_JAVA, "java csharp kotlin scala groovy swift dart"),
        (_PHP, "php"),
        (_C, "c cpp objective-c objective-cpp cuda-cpp"),
        (_NONE, "html xml xsl css scss less json jsonc yaml toml markdown plaintext restructuredtext latex tex"),
        (_NONE, "ini properties asciidoc git-commit diff"),
    )
    for name in names.split()
}  # fmt: skip


def rules_of(language_id: str) -> PlainRules:
    """The rules of a language by the protocol's identifier; those of keywords in general where it is not known."""
    return _FAMILIES.get(language_id, _ANY)


@functools.lru_cache(maxsize=32)
def mask_of(rules: PlainRules) -> re.Pattern[str]:
    """What finds the comments and strings, which hide what looks like code."""
    return re.compile(rules.masked or r"(?!)", re.DOTALL | re.MULTILINE)


@functools.lru_cache(maxsize=32)
def definition_patterns(rules: PlainRules) -> tuple[tuple[re.Pattern[str], Kind | None], ...]:
    """The patterns of definitions, compiled."""
    return tuple((re.compile(pattern), kind) for pattern, kind in rules.definitions)


@functools.lru_cache(maxsize=32)
def import_patterns(rules: PlainRules) -> tuple[re.Pattern[str], ...]:
    """The patterns of imports, compiled; each begins behind a line's margin."""
    return tuple(re.compile(rf"^[ \t]*{pattern}", re.MULTILINE) for pattern in rules.imports)
