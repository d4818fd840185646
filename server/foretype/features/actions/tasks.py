"""The actions that are built in, as data: title, LSP kind, what they are about, and how their answer is used.

The prompt of each is prompts/actions/NAME.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from foretype.features.actions.values import Shape

Use = Literal["rewrite", "document", "append", "insert", "prose"]
"""A `Shape` of edits, or prose that is shown and changes nothing."""

About = Literal["problem", "selection", "definition", "file"]
"""What an action's unit is: what a diagnostic is on, the selection or what stands around it, a definition, a file."""


@dataclass(frozen=True, slots=True)
class Task:
    """One kind of action. `title` may hold {name}, which is the definition's name in backticks, or nothing."""

    name: str
    title: str
    kind: str
    about: About
    use: Use = "rewrite"
    imports: bool = False
    may_shrink: bool = False
    prompt: str = ""
    """The user's own instructions, for a task that is not built in."""

    @property
    def shape(self) -> Shape:
        """How its answer is turned into edits. ValueError for prose."""
        if self.use == "prose":
            raise ValueError("prose is not turned into edits")
        return self.use


REWRITE: Final = "refactor.rewrite.foretype"

TASKS: Final = {
    task.name: task
    for task in (
        Task("fix", "Fix", "quickfix", "problem", imports=True, may_shrink=True),
        Task("explain", "Explain {name}", "foretype.explain", "selection", use="prose"),
        Task("document", "Document {name}", f"{REWRITE}.document", "definition", use="document"),
        Task("tests", "Write tests for {name}", "refactor.foretype.tests", "definition", use="append"),
        Task(
            "extract",
            "Extract into a function",
            "refactor.extract.foretype",
            "selection",
            imports=True,
            may_shrink=True,
        ),
        Task("simplify", "Simplify {name}", f"{REWRITE}.simplify", "selection", imports=True, may_shrink=True),
        Task("rename", "Rename variables in {name} to say what they hold", f"{REWRITE}.rename", "definition"),
        Task("types", "Add types to {name}", f"{REWRITE}.types", "definition", imports=True),
        Task("errors", "Handle errors in {name}", f"{REWRITE}.errors", "definition", imports=True),
        Task("complete", "Complete {name}", f"{REWRITE}.complete", "selection", imports=True, may_shrink=True),
        Task("optimise", "Optimise {name}", f"{REWRITE}.optimise", "definition", imports=True, may_shrink=True),
        Task("translate", "Translate the comments to {language}", f"{REWRITE}.translate", "selection"),
        Task("summarise", "Summarise this file", "foretype.summarise", "file", use="prose"),
    )
}

NOT_CODE: Final = frozenset(
    ("markdown", "plaintext", "restructuredtext", "latex", "json", "jsonc", "yaml", "toml", "ini", "csv", "git-commit")
)
"""Languages in which there are no functions to document, test or refactor."""
