"""What is found in a file: definitions and imports. Plain values, the same whether a grammar was there or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["function", "method", "class", "interface", "type", "constant", "variable", "module"]
"""What a definition defines. Structs, objects and enumerations are classes, traits and protocols interfaces."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A named piece of a file.

    Lines are counted from 0, ends are exclusive. `start` to `end` is all of it, decorators and the comment right
    above included; `signature_start` to `body_start` are the whole lines of its signature, `body_start` to `end`
    those of its body (`body_start == end` where no line is the body's alone). `container` is the qualified
    name, joined by dots, of what it is defined in, "" at the file's top. `documented`: whether a comment right above or
    a docstring says what it is.
    """

    name: str
    kind: Kind
    start: int
    end: int
    signature_start: int
    body_start: int
    container: str
    documented: bool

    @property
    def qualified_name(self) -> str:
        """The name with what it is defined in, joined by dots."""
        return f"{self.container}.{self.name}" if self.container else self.name


@dataclass(frozen=True, slots=True)
class Import:
    """What a file takes from elsewhere.

    `module` is as written, without quotes (`..text.lines`, `./button`, `fmt`, `std::collections`); `names` are the
    local names that it binds (none for a whole-file import such as C's, or `*`). Lines from 0, the end exclusive.
    """

    module: str
    names: tuple[str, ...]
    start: int
    end: int
