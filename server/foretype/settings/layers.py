"""The values that pass between the sources of settings and `resolve`: layers of raw values, and problems.

Plain data only; nothing here reads a source or knows an option.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["user", "project", "environment", "initialization", "configuration", "command_line"]
Severity = Literal["error", "warning", "notice"]

# From weak to strong: what a later kind says replaces what an earlier one said.
PRECEDENCE: tuple[Kind, ...] = (
    "user",
    "project",
    "environment",
    "initialization",
    "configuration",
    "command_line",
)


@dataclass(frozen=True, slots=True)
class Layer:
    """What one source says, as it came: nested tables under snake_case, camelCase or dotted keys.

    `origin` names the source for the user. `workspace` is true when the values may come from files of the
    workspace, so that an untrusted one can only switch things off; a project file always counts so.
    """

    kind: Kind
    origin: str
    values: Mapping[str, object] = field(repr=False)
    workspace: bool = False

    @property
    def from_workspace(self) -> bool:
        """Whether the trust of the workspace decides what this layer may set."""
        return self.workspace or self.kind == "project"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a source: one sentence, one imperative sentence that mends it, and where it stands.

    An "error" is a value or source that cannot be used, a "warning" something that has no effect, a "notice"
    something that was ignored on purpose. No field ever holds a secret value. `key` is the dotted option
    where there is one.
    """

    message: str
    remedy: str
    origin: str
    severity: Severity = "error"
    key: str = ""
