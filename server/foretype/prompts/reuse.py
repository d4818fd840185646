"""How much of a prompt repeats the head of the one before it: what a server with a prefix cache need not compute anew.

Pure but for the last prompt, which it holds and tells nobody.
"""

from __future__ import annotations

from foretype.models.provider import Prompt
from foretype.prompts.parts import Rendered
from foretype.prompts.running import RunningCount, common_head
from foretype.prompts.tokens import Counter, split_pieces


class Heads:
    """The prompts of one endpoint in their order."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._counted = RunningCount()
        self._last: str | None = None

    def repeated(self, rendered: Rendered[Prompt]) -> tuple[int, int] | None:
        """Tokens of the head that this prompt has in common with the last one, and all of its tokens.

        None for the first. The text counts in the order in which the model reads it; where the server builds the
        prompt, as it is known to. Of the line in which the two part nothing is counted: it costs no tokenizer's run.
        """
        text = "".join(part.text for part in rendered.parts)
        last, self._last = self._last, text
        if last is None:
            return None
        left = common_head(last, text)
        if self._counter.exact:
            total = self._counted.of(text, self._counter)
            return self._counted.within(left), total
        head = total = 0
        for piece in split_pieces(text):
            tokens = self._counter.count_lines(piece)
            left -= len(piece)
            head += tokens if left >= 0 else 0
            total += tokens
        return head, total
