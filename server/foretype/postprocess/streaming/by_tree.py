"""Asks the language's grammar, where one is installed, whether a text that is being written goes on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from foretype.postprocess.languages import language_of
from foretype.postprocess.nesting import BLOCK, PARTNER, read_nesting
from foretype.postprocess.streaming.skeleton import skeleton
from foretype.postprocess.surroundings import Surroundings
from foretype.syntax.statement_end import Reach, Written, reach

MOST: Final = 24
"""Questions about one stream: each reads all of it, and a text that raises more of them is not what it looks like."""

LONGEST: Final = 12_000
"""Characters that are read for one question, 2 to 5 ms of the event loop where the grammar understands them and at most
`statement_end.SECONDS` where it does not; a suggestion of 200 lines has 8,000."""

_UNREAD: Final = frozenset(("prose", "yaml", "markup", "shell", "data", "style"))
"""Families in which a block is what its brackets, tags or margins say."""

_CLOSERS: Final = {opener: closer for closer, opener in PARTNER.items()} | {BLOCK: "\nend"}


class ByTree:
    """One stream's questions. `lines` are the cursor's line and those behind it, as far as they have come."""

    def __init__(self, around: Surroundings) -> None:
        self.whole_list = False
        """Whether what is asked about is the block that the first line stands in, and not its own statement."""
        self._around = around
        self._language = language_of(around.language)
        # Text behind the cursor is part of the statement, and may be part of what is written once more.
        self._asked = MOST if self._language.name in _UNREAD or around.rest.strip() else 0

    def ask(self, lines: Sequence[str]) -> Reach | None:
        """How far the statement or block goes that the first line begins; its row counts from that line.

        None where there is nobody to ask, or the grammar does not understand what is written.
        """
        if self._asked >= MOST:
            return None
        self._asked += 1
        around = skeleton(self._around.above, lines[0], self._language)
        text = "\n".join((*around.lines, *lines))
        if len(text) > LONGEST:
            self._asked = MOST
            return None
        for closers in self._closers(text):
            found = reach(Written(text, around.row, closers, self.whole_list), self._around.language)
            if found is None:
                self._asked = MOST
                return None
            if found.state != "unsure":
                return Reach(found.state, found.row - len(around.lines), found.type)
        return None

    def _closers(self, text: str) -> tuple[str, str]:
        """What closes the text as far as brackets tell, and the same for one that was taken for part of a string."""
        nesting = read_nesting(text, self._language)
        quote = nesting.quote if nesting.quote in self._language.long_quotes else ""
        if self._language.block_comment and nesting.quote == self._language.block_comment[0]:
            quote = self._language.block_comment[1]
        closers = quote + "".join(_CLOSERS.get(mark.kind, "") for mark in reversed(nesting.open))
        return closers, closers + "}"
