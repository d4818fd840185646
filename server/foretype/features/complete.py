"""The whole path of a suggestion, from a place in a document to text that fits there.

Plain data in, plain data out; it asks the model through `ModelSource` only. What is refused here, and why, stands in
scheduling/gate.py and context/exclude.py.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Final

from foretype.context.exclude import Exclusions
from foretype.features.alternatives import with_alternatives
from foretype.features.asking import (
    ModelSource,
    alternative,
    ask,
    cut_of,
    extent_of,
    extent_wanted,
    fitted,
    problem_of,
    typed_at,
    with_following,
)
from foretype.features.growth import Growth
from foretype.features.guesses import guesses
from foretype.features.learning import Learning
from foretype.features.offers import Offers
from foretype.features.popup_item import from_popup_item, with_popup_item
from foretype.features.prefetch import Prefetcher
from foretype.features.suggestion import CompletionRequest, Outcome, Suggestion
from foretype.features.ticket import Ticket, Tickets
from foretype.features.typing import TypingMemory
from foretype.features.waiting import is_silent, until_useful
from foretype.models.local import VERY_CONFIDENT, LocalEngine
from foretype.scheduling.delay import Pace
from foretype.scheduling.extent import block_extent
from foretype.scheduling.gate import gated_at, reason_for_silence
from foretype.settings.model import Settings
from foretype.suggestions.store import Match, SuggestionStore
from foretype.text.document import Document

SHORT_REST: Final = 0.35
"""Seconds. When an endpoint has been left alone for long enough, the key that waits finds out, not the one after it."""


class Completer:
    """Completes in the documents of one client. Settings and model are replaced when the user changes them."""

    def __init__(self, settings: Settings, local: LocalEngine, model: ModelSource | None = None) -> None:
        self.settings = settings
        self.model = model
        self._exclusions = Exclusions()
        self.store = SuggestionStore()
        self._local = local
        self._tickets = Tickets()
        self._pace = Pace()
        self._prefetcher = Prefetcher(self.store, self._begin_ahead)
        self._typing: dict[str, TypingMemory] = {}
        self.snoozed = ""
        """Why nothing is suggested anywhere for a while unless it is asked for by hand, "" where it is."""
        self.offers = Offers()
        self.learning = Learning()
        self.growth = Growth()
        self.gate_took: Callable[[float], None] = lambda _: None
        """Told of the seconds that it took to decide whether anything is suggested at a place."""

    def configure(self, settings: Settings, exclusions: Exclusions, model: ModelSource | None) -> None:
        """Take on other settings; what another model was asked for is closed, and who still waits asks it no more."""
        self.stop()
        self.settings, self._exclusions, self.model = settings, exclusions, model
        if model is not None and not model.resting:
            self.growth.ready()

    def stop(self) -> None:
        """Close every stream, and ask nothing more, ahead or for who waits."""
        self._tickets.supersede_all()
        self._prefetcher.stop()
        self.store.close()

    def document_changed(self, before: Document | None, after: Document | None) -> None:
        """Tell of every edit in message order: streams and requests that it makes useless end at once."""
        changed = after or before
        if changed is not None:
            self._tickets.supersede(changed.uri)
        self._prefetcher.stop()
        self.growth.stop()
        self.offers.document_changed(before, after)
        if after is not None:
            self.store.document_changed(after)
            typing = self._typing_in(after)
            if before is not None:
                self._pace.key(time.monotonic())
                if (agreed := typing.key(before, after)) is not None:
                    self._pace.agreed(agreed)
                if typing.took is not None:
                    self._prefetcher.took(typing.took)
        elif before is not None:
            self.store.forget(before.uri)
            self._local.forget(before.uri)
            self._typing.pop(before.uri, None)
            self.learning.forget(before.uri)

    def _typing_in(self, document: Document) -> TypingMemory:
        return self._typing.setdefault(document.uri, TypingMemory())

    def prepare(self, document: Document) -> Iterator[None]:
        """Index an opened document for the embedded engine, about 2 ms a step."""
        return self._local.prepare(document, 0)

    def silence(self, document: Document, *, invoked: bool = False) -> str:
        """Why this document gets no suggestions, "" where it does."""
        if self._exclusions.excluded_document(document.uri):
            return "The file is excluded by the settings."
        return reason_for_silence(document, self.settings, invoked=invoked) or ("" if invoked else self.snoozed)

    async def complete(self, request: CompletionRequest) -> Outcome:
        """Suggest for one place. Never raises for what a model or a text can do."""
        began = time.perf_counter()
        if not request.popup:
            self.growth.stop()
        if silence := self.silence(request.document, invoked=request.invoked):
            return Outcome(silence=silence)
        place = with_popup_item(request)
        ticket = self._tickets.take(place.document.uri, popup=place.popup)
        if not self._typing_in(place.document).followed_to(place.document, place.position):
            self.offers.asked(place)
        gated = gated_at(place.document, place.position, invoked=place.invoked)
        self.gate_took(time.perf_counter() - began)
        if gated:
            self.store.leave(place.document, None)  # nobody waits for what is written elsewhere in the document
            return Outcome(gated=gated)
        model = self.model
        if model is not None:
            await model.known(place.document)
            if ticket.superseded:
                return Outcome(superseded=True)
        closed = self._closed(place)
        if model is None or closed:
            outcome = replace(self._embedded(place), closed=closed)
        else:
            outcome = await self._modelled(place, model, ticket)
            outcome = replace(outcome, not_shown=model.not_shown(place.document))
        outcome = self._without_dismissed(place, outcome)
        if model is None or self.model is not model:
            self.growth.unanswered(request, outcome)
        return outcome if request.selected is None else from_popup_item(outcome, request)

    def _without_dismissed(self, place: CompletionRequest, outcome: Outcome) -> Outcome:
        """What the user waved away here is not shown here again."""
        left = tuple(each for each in outcome.suggestions if not self.offers.hides(place, each))
        same = len(left) == len(outcome.suggestions)
        if not same:
            self.growth.stop()  # neither is what it would have grown to
        return outcome if same else replace(outcome, suggestions=left, gated="dismissed")

    def _closed(self, place: CompletionRequest) -> str:
        """Why no model may be asked here, "" where one may, or has answered already."""
        model = self.model
        reason = model.may_see(place.document, place.position) if model is not None else ""
        return "" if model is None or (reason and self._known(place, model) is not None) else reason

    def embedded_now(self, request: CompletionRequest) -> Outcome:
        """What is known without waiting: for popups, which other sources must not have to wait for."""
        if silence := self.silence(request.document, invoked=request.invoked):
            return Outcome(silence=silence)
        if gated := gated_at(request.document, request.position, invoked=request.invoked):
            return Outcome(gated=gated)
        model = self.model
        match = model and self.store.find(request.document, request.position, model.name)
        if match and (suggestion := fitted(request, match, model.name if model else "")):
            return self._without_dismissed(request, Outcome((suggestion,)))
        return self._without_dismissed(request, self._embedded(request))

    # The embedded engine

    def _embedded(self, request: CompletionRequest) -> Outcome:
        if not request.invoked and self._typing_in(request.document).deleting:
            return Outcome(gated="deleting")  # who deletes wants less text, not more
        shown = self._guesses(request, self.settings.completion.threshold)
        if shown:
            self._typing_in(request.document).showed(shown[0])
        return Outcome(shown)

    def _guesses(self, request: CompletionRequest, least: float) -> tuple[Suggestion, ...]:
        return guesses(self._local, request, self._typing_in(request.document), least)

    # The model

    async def _modelled(self, request: CompletionRequest, model: ModelSource, ticket: Ticket) -> Outcome:
        again = self.growth.asked_again(request)
        match = self._known(request, model)
        if match is None:
            if model.resting and (instead := await self._through_rest(request, model, ticket)):
                return instead
            if not request.invoked:
                wait = self._wait(request)
                if wait is None:
                    return Outcome(gated="deleting")
                if self.settings.completion.learned_gate != "off" and not self.learning.worth_asking(request):
                    return replace(self._embedded(request), gated="learned")
                await ticket.pause(wait)
            if ticket.superseded:
                return Outcome(superseded=True)
            # Popup and ghost text ask at the same place and share what the first of them has begun.
            match = self._known(request, model) or self._begin(request, model)
        self.store.leave(request.document, match.generation)
        instant = await self._instant(request, match, model.name, ticket)
        if instant is not None:
            return instant
        patience = 0.0 if again else self._pace.until_next_key(typed_at(request))
        await until_useful(match, ticket, ticket.begun + patience)
        if ticket.superseded:
            return Outcome(superseded=True)
        outcome = self._answered(request, match, model.name)
        most = self.settings.completion.alternatives
        if not request.invoked or not outcome.suggestions or most == 1:
            return outcome
        first, extent = outcome.suggestions[0], extent_of(request, self.settings.completion)
        suggest = partial(alternative, request, model)
        return replace(outcome, suggestions=await with_alternatives(first, extent, most, suggest))

    def _wait(self, request: CompletionRequest) -> float | None:
        """Seconds to wait for the next key before the model is asked; None where it is not to be asked."""
        typed = typed_at(request)
        if self._typing_in(request.document).deleting and typed.strip():
            return None  # who deletes wants less text, not more; but an empty line only gets another margin
        return self._pace.delay(typed, doubtful=self.store.in_doubt(request.document))

    async def _through_rest(self, request: CompletionRequest, model: ModelSource, ticket: Ticket) -> Outcome | None:
        """What is shown while the endpoint is left alone; None where that was over in a moment and it can be asked."""
        self.store.leave(request.document, None)
        instead = replace(self._embedded(request), problem=model.resting)
        if instead.suggestions or instead.gated or model.rest > SHORT_REST:
            return instead
        await ticket.pause(model.rest)
        return Outcome(superseded=True) if ticket.superseded else None

    def _known(self, request: CompletionRequest, model: ModelSource) -> Match | None:
        """What the model has said or is saying about this place; who asks by hand gets another try for nothing."""
        match = self.store.find(request.document, request.position, model.name)
        return None if match is None or match.used_up or (match.nothing and request.invoked) else match

    async def _instant(self, request: CompletionRequest, match: Match, model: str, ticket: Ticket) -> Outcome | None:
        """The embedded engine's suggestion while the model has nothing to say yet, if it is very sure.

        The stream goes on; what is typed from here on agrees with it or closes it. Asked by hand, the model it is.
        """
        if request.invoked or not match.generation.silent:
            return None
        if not await is_silent(match, ticket, ticket.begun + self._pace.head_start(typed_at(request))):
            return None
        sure = self._guesses(request, VERY_CONFIDENT)
        if not sure:
            return None
        self._typing_in(request.document).showed(sure[0])
        self.growth.shown(request, sure[0].text, match, model)
        return Outcome(sure)

    def _begin(self, request: CompletionRequest, model: ModelSource) -> Match:
        extent = extent_wanted(self.store, request, model.name, self.settings.completion)
        return ask(self.store, request, model, extent)

    def _begin_ahead(self, request: CompletionRequest, match: Match) -> None:
        """Ask for what follows a suggestion that is not accepted yet: a block, since a line has just ended."""
        model, wishes = self.model, self.settings.completion
        if model is None or model.resting or self.silence(request.document):
            return  # settings may have changed since the suggestion was shown
        if model.may_see(request.document, request.position):
            return
        if wishes.multiline != "never":
            ask(self.store, request, model, block_extent(wishes), match.generation)

    def _answered(self, request: CompletionRequest, match: Match, model: str) -> Outcome:
        error = match.generation.error
        if error is None and not match.offset and match.generation.first_piece is not None:
            self._pace.answered(match.generation.first_piece)
        suggestion = fitted(request, match, model) or with_following(self.store, request, match, model)
        if not request.invoked or self.settings.completion.alternatives == 1:
            self.growth.shown(request, suggestion.text if suggestion else "", match, model)
        if suggestion is not None:
            self._look_ahead(request, suggestion, match, model)
            return Outcome((suggestion,), cut=cut_of(match))
        return replace(self._embedded(request), problem=problem_of(error)) if error is not None else Outcome()

    def _look_ahead(self, request: CompletionRequest, suggestion: Suggestion, match: Match, model: str) -> None:
        """Remember what is shown, and perhaps ask for what follows it."""
        self._typing_in(request.document).showed(suggestion)
        settled = match.generation.whole or match.generation.ended
        all_of_it = settled and match.rest.rstrip().endswith(suggestion.text)
        if all_of_it and request.selected is None and self.settings.prefetches(model):
            self._prefetcher.shown(request, suggestion, match, model)
