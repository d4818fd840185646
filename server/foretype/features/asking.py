"""One question to the model for one place, and what its answer looks like there: the words between path and store.

Decides what fits, not when to ask: that is features/complete.py.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Protocol

from foretype.errors import ForetypeError
from foretype.features.crossing import fit_across, watch_across
from foretype.features.prefetch import accepted
from foretype.features.reading import in_line_ends, with_grammar
from foretype.features.suggestion import CompletionRequest, Source, Suggestion
from foretype.postprocess.surroundings import surroundings_at
from foretype.scheduling.extent import Extent, block_extent, extent_at, line_extent
from foretype.settings.model import Completion
from foretype.suggestions.generation import Generation, Opener
from foretype.suggestions.store import Entry, Match, SuggestionStore
from foretype.text.document import Document
from foretype.text.positions import Position

logger = logging.getLogger(__name__)


class ModelSource(Protocol):
    """A configured model, as the path of a suggestion needs it."""

    @property
    def name(self) -> str:
        """What the user knows it as; suggestions of one model never answer for another."""

    @property
    def resting(self) -> str:
        """Why asking it now would be in vain, "" where it can be asked: it failed, or no room is left for now."""

    @property
    def rest(self) -> float:
        """Seconds until it can be asked again, 0 where it can be."""

    async def known(self, document: Document) -> None:
        """Wait, a moment at most, until it is known whether it may see this document."""

    def may_see(self, document: Document, position: Position) -> str:
        """Why the model must not be asked about this place, "" where it may."""

    def not_shown(self, document: Document) -> str:
        """What of this document it was not shown, in a sentence; "" where all."""

    def opener(self, document: Document, position: Position, extent: Extent, *, ahead: bool = False) -> Opener:
        """What opens the stream of text that the model would put here. Opening raises ModelError."""


def ask(
    store: SuggestionStore,
    request: CompletionRequest,
    model: ModelSource,
    extent: Extent,
    ahead_of: Generation | None = None,
) -> Match:
    """Begin a stream for a place and keep it in the store; with `ahead_of` the place is to come."""
    generation = generation_for(request, model, extent, ahead=ahead_of is not None)
    place = (request.document.lines, request.position)
    store.add(request.document, Entry(*place, model.name, extent.lines, generation, ahead_of))
    return Match(generation, 0, extent.lines)


def generation_for(
    request: CompletionRequest, model: ModelSource, extent: Extent, *, ahead: bool = False
) -> Generation:
    """Begin a stream that nobody else is to have."""
    around = surroundings_at(request.document, request.position, extent.lines, request.indent)
    opener = model.opener(request.document, request.position, extent, ahead=ahead)
    if not extent.one_line:
        opener = with_grammar(opener, request.document.language_id)
    return Generation(in_line_ends(opener, around.line_end), watch=watch_across(around, extent.unit))


def extent_of(request: CompletionRequest, wishes: Completion) -> Extent:
    """How much to ask for at the place of a request."""
    return extent_at(surroundings_at(request.document, request.position, wishes.max_lines, request.indent), wishes)


def extent_wanted(store: SuggestionStore, request: CompletionRequest, model: str, wishes: Completion) -> Extent:
    """The same, knowing what is known already.

    The lines below where the cursor's own is known to be complete; only the line where a typing error may stand in
    front of text that is known, since then what follows is as well.
    """
    known = store.find(request.document, request.position, model)
    at_end = not request.document.line(request.position.line)[request.position.column :].strip()
    if known is not None and known.used_up and at_end and wishes.multiline != "never":
        return block_extent(wishes)
    extent = extent_of(request, wishes)
    return line_extent(wishes) if typed_at(request).strip() and store.in_doubt(request.document) else extent


def typed_at(request: CompletionRequest) -> str:
    """The cursor's line before the cursor."""
    return request.document.line(request.position.line)[: request.position.column]


def fitted(request: CompletionRequest, match: Match, model: str) -> Suggestion | None:
    """What the generation says here, as it fits; a half finished last line is not shown."""
    position = request.position
    text = match.rest
    if not match.generation.whole:
        text = text[: text.rfind("\n") + 1]
    fits = fit_across(text, surroundings_at(request.document, position, match.max_lines, request.indent))
    if fits is None or (request.popup and not fits.text.partition("\n")[0].strip()):
        return None  # a popup's item stands for text of its line, and takes the Enter that begins the next
    end = Position(position.line, position.column + fits.replaces)
    return Suggestion(fits.text, position, end, _source(match), f"suggested by {model}")


def cut_of(match: Match) -> str:
    """Why what the generation has said is not all that it would have, in a sentence; "" where it is."""
    generation = match.generation
    if generation.whole:
        return ""
    error = generation.error
    if error is None:
        return "The model was still writing when the time to wait for it was over."
    return str(error) if isinstance(error, ForetypeError) else f"It broke off ({type(error).__name__})."


def _source(match: Match) -> Source:
    if match.offset:
        return "typed-through"
    return "prefetched" if match.ahead else "model"


def with_following(store: SuggestionStore, request: CompletionRequest, match: Match, model: str) -> Suggestion | None:
    """The last character of a line, which alone is not worth showing, with what is known to follow the line."""
    rest, position = match.rest.rstrip(), request.position
    if not rest or "\n" in rest or request.popup or request.document.line(position.line)[position.column :].strip():
        return None
    line = Suggestion(rest, position, position, "typed-through", f"suggested by {model}")
    then = accepted(request, line)
    known = store.find(then.document, then.position, model)
    following = fitted(then, known, model) if known is not None and not known.used_up else None
    if following is None or following.start != following.end:
        return None
    return replace(line, text=rest + following.text)


async def alternative(request: CompletionRequest, model: ModelSource, extent: Extent) -> Suggestion | None:
    """Another suggestion for the same place; it is not stored, since the first one answers what is typed next."""
    generation = generation_for(request, model, extent)
    try:
        await generation.until(lambda _: False)
    finally:
        generation.close()
    return fitted(request, Match(generation, 0, extent.lines), model.name) if generation.whole else None


def problem_of(error: Exception) -> str:
    """Why a stream has failed, in words for the user. What nobody foresaw goes to the log, with where it happened."""
    if isinstance(error, ForetypeError):
        return str(error)
    logger.error("Asking the model failed in a way that nobody foresaw.", exc_info=error)
    return f"Asking the model failed ({type(error).__name__}). See the log, and report what it says."
