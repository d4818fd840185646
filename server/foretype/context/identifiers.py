"""The names in a piece of code: what collectors look for, and what selection counts.

Text in, names out; no parser, so that half a line or a diff is as good as a file. Names in comments and strings count:
they are what the code is about.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

SHORTEST: Final = 3
"""Characters. Shorter names (`i`, `db`, `ok`) are in every file and say nothing about which one is wanted."""

_NAME: Final = re.compile(r"[^\W\d]\w{2,}")
_PARTS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+")
_REMEMBERED: Final = 4_096


def identifiers(text: str, language_id: str = "") -> list[str]:
    """The names in order, repeats included: at least three characters, no keyword of the language (LSP identifier).

    Of an unknown language the words that are keywords nearly everywhere are left out.
    """
    keywords = keywords_of(language_id)
    return [name for name in _NAME.findall(text) if name not in keywords]


@lru_cache(_REMEMBERED)
def names_in(text: str, language_id: str = "") -> frozenset[str]:
    """The names, each once; remembered, since the same snippets are judged at every key."""
    return frozenset(identifiers(text, language_id))


def parts(name: str) -> list[str]:
    """The words that a name is made of, in lower case: `HTTPServer_new` is http, server, new."""
    return [part.lower() for part in _PARTS.findall(name)]


def keywords_of(language_id: str) -> frozenset[str]:
    """The words of a language that are no names."""
    return _KEYWORDS.get(language_id.lower(), _EVERYWHERE)


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in text.split() if len(word) >= SHORTEST)


# From the languages' own references; contextual keywords only where they are hardly ever names.
_EVERYWHERE: Final = _words(
    "and break case catch class const continue default def elif else enum export extends false False finally for"
    " func function import interface let new nil None not null package pass private protected public return self"
    " static struct super switch this throw true True try type var void while with yield"
)
_PYTHON: Final = _words(
    "and as assert async await break class continue def del elif else except False finally for from global if import"
    " in is lambda None nonlocal not or pass raise return self cls True try while with yield"
)
_JAVASCRIPT: Final = _words(
    "async await break case catch class const continue debugger default delete do else export extends false finally for"
    " function if import in instanceof let new null return static super switch this throw true try typeof undefined var"
    " void while with yield"
)
_TYPESCRIPT: Final = _JAVASCRIPT | _words(
    "abstract any as boolean declare enum implements infer interface is keyof namespace never number private protected"
    " public readonly satisfies string type unknown"
)
_GO: Final = _words(
    "break case chan const continue default defer else fallthrough for func go goto if import interface map nil package"
    " range return select struct switch type var true false string int int64 uint byte rune bool error"
)
_RUST: Final = _words(
    "as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod move mut"
    " pub ref return self Self static struct super trait true type unsafe use where while str bool u8 u16 u32 u64 i8"
    " i16 i32 i64 usize isize f32 f64"
)
_C: Final = _words(
    "auto break case char const continue default do double else enum extern float for goto if inline int long register"
    " return short signed sizeof static struct switch typedef union unsigned void volatile while define include ifdef"
    " ifndef endif NULL bool true false"
)
_CPP: Final = _C | _words(
    "catch class constexpr decltype delete explicit export friend mutable namespace new noexcept nullptr operator"
    " override private protected public template this throw try typename using virtual"
)
_JAVA: Final = _words(
    "abstract assert boolean break byte case catch char class const continue default do double else enum extends final"
    " finally float for goto if implements import instanceof int interface long native new package private protected"
    " public return short static strictfp super switch synchronized this throw throws transient try void volatile while"
    " true false null"
)
_CSHARP: Final = _JAVA | _words(
    "base bool decimal delegate event foreach internal namespace object operator out override"
    " params readonly ref sealed sizeof string struct typeof uint ulong using virtual var async await"
)
_KOTLIN: Final = _words(
    "abstract as break by class companion const continue data else false final for fun if import in inline interface"
    " internal is lateinit null object open override package private protected public return sealed super suspend this"
    " throw true try typealias val var when while"
)
_RUBY: Final = _words(
    "alias and begin break case class def defined do else elsif end ensure false for if in module next nil not or redo"
    " require rescue retry return self super then true undef unless until when while yield"
)
_PHP: Final = _words(
    "abstract and array as break case catch class clone const continue declare default do echo else elseif empty"
    " extends final finally fn for foreach function global if implements include instanceof interface isset match"
    " namespace new null private protected public readonly require return static switch this throw trait true false try"
    " unset use var while yield"
)
_LUA: Final = _words(
    "and break do else elseif end false for function goto if in local nil not or repeat return self then true until"
    " while"
)
_SHELL: Final = _words("case do done elif else esac export fi for function if in local return select then until while")

_KEYWORDS: Final = {
    "python": _PYTHON,
    "javascript": _JAVASCRIPT,
    "javascriptreact": _JAVASCRIPT,
    "typescript": _TYPESCRIPT,
    "typescriptreact": _TYPESCRIPT,
    "vue": _TYPESCRIPT,
    "go": _GO,
    "rust": _RUST,
    "c": _C,
    "cpp": _CPP,
    "java": _JAVA,
    "csharp": _CSHARP,
    "kotlin": _KOTLIN,
    "scala": _KOTLIN | _words("def extends implicit given trait type with yield match case"),
    "ruby": _RUBY,
    "php": _PHP,
    "lua": _LUA,
    "shellscript": _SHELL,
}
