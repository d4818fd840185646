"""What became of suggestions: shown, accepted, dismissed, kept. Hears it from the client and tells whoever counts."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from foretype.features.kept import Keeping
    from foretype.features.offers import Offer
    from foretype.features.suggestion import Suggestion
    from foretype.lsp.server import Server
    from foretype.text.document import Document

logger = logging.getLogger(__name__)

ACCEPTED_COMMAND: Final = "foretype.accepted"
DISMISSED_NOTIFICATION: Final = "foretype/dismissed"


class Outcomes:
    """One client's."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def shown(self, suggestion: Suggestion, document: Document) -> str:
        """Remember a suggestion under a new id, by which its acceptance can be reported."""
        self._count("shown", suggestion)
        completer = self._server.completer
        identity, offer = completer.offers.add(suggestion, document)
        completer.learning.offered(offer)
        return identity

    def accepted(self, arguments: list[Any], length: int | None = None) -> bool:
        """The user took a suggestion; False for an id that is not known (any more).

        `length`: only so much of it so far, counted from its start in UTF-16 units, as the protocol counts.
        """
        taken = self._server.completer.offers.take(str(arguments[0]), length) if arguments else None
        if taken is None:
            return False
        offer, whole = taken
        self._server.completer.learning.accepted(offer)
        if whole:
            self._count("accepted", offer.suggestion)
            self._keeping.accepted(offer)
            logger.debug("A suggestion was accepted (%s).", offer.suggestion.source)
        else:
            self._count("partial", offer.suggestion)
        return True

    def dismissed(self, params: Any) -> None:
        """`foretype/dismissed`: the user has waved a suggestion away; unknown ids are none of our business."""
        identity = params.get("id") if isinstance(params, Mapping) else getattr(params, "id", None)
        self._server.completer.offers.dismiss(str(identity))
        self._server.completer.growth.stop()

    def document_changed(self, before: Document | None, after: Document | None) -> None:
        """A document that is being closed is looked at for the last time."""
        if before is not None and after is None:
            self._keeping.closing(before)

    def stop(self) -> None:
        """Look after nothing any more."""
        if "_keeping" in vars(self):
            self._keeping.stop()

    @cached_property
    def _keeping(self) -> Keeping:
        from foretype.features.kept import Keeping  # with the first acceptance

        return Keeping(self._server.documents.get, self._kept)

    def _kept(self, offer: Offer) -> None:
        self._count("kept", offer.suggestion)

    def _count(self, what: str, suggestion: Suggestion) -> None:
        self._server.meters.book.count(f"{what}.{suggestion.source}")
