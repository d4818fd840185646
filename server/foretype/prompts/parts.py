"""A rendered prompt with its parts: what stands in it, where each part came from, and what it costs.

Plain values. `foretype check --explain` prints them, the measure of stable heads reads them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from foretype.models.families import Family
from foretype.models.provider import ChatPrompt, Prompt, TextPrompt
from foretype.prompts.tokens import Counter

PartKind = Literal["system", "instructions", "template", "snippet", "kept", "prefix", "suffix", "question"]
"""What a part is: the system's text, a project's instructions, what frames the rest, another place's text, imports and
enclosing signatures from above the window, the window before and after the cursor, and what a task asks."""

P = TypeVar("P", bound=Prompt, covariant=True)


@dataclass(frozen=True, slots=True)
class TokenBudget:
    """How many tokens a prompt may have, who counts them, and whose special tokens must not come from any text."""

    tokens: int
    counter: Counter
    family: Family | None = None

    def strip(self, text: str) -> str:
        """The text without the model's special tokens."""
        return self.family.strip(text) if self.family is not None else text


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a prompt. `tokens` are counted for it alone; where parts meet, the whole may differ by a few."""

    kind: PartKind
    text: str
    tokens: int
    path: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Rendered(Generic[P]):
    """A prompt, its parts in their order, and its length in tokens by the counter, which is at most the budget's.

    `complete`: all of the document is in it.
    """

    prompt: P
    parts: tuple[Part, ...]
    tokens: int
    complete: bool = False

    def spent(self, *kinds: PartKind) -> int:
        """Tokens of the parts of these kinds."""
        return sum(part.tokens for part in self.parts if part.kind in kinds)


def text_of(prompt: Prompt) -> str:
    """The prompt as one text, in the order in which a model reads it (as far as it is known here)."""
    if isinstance(prompt, TextPrompt):
        return prompt.text
    if isinstance(prompt, ChatPrompt):
        return "\n".join(message.content for message in prompt.messages)
    files = "".join(f"{file.path}\n{file.text}" for file in prompt.files)
    return f"{files}{prompt.prefix}{prompt.suffix}"
