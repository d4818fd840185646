"""Take code out of a Markdown fence, and talk about code off its beginning.

An answer from a chat is read so while it streams (streaming/unwrap.py); this is for what reaches the text by other
ways, as from a model that was asked to fill in the middle and answers like a chat all the same.
"""

from __future__ import annotations

from foretype.postprocess.languages import language_of
from foretype.postprocess.nesting import open_quote
from foretype.postprocess.streaming.unwrap import CHATTER, unwrap
from foretype.postprocess.surroundings import Surroundings


def unwrap_fences(text: str, around: Surroundings) -> str:
    """Without fence and chatter; in prose, comments and long strings both may be meant."""
    if "```" not in text and not CHATTER.match(text):
        return text
    language = language_of(around.language)
    quote = open_quote(around.above, around.typed, language)
    prose = language.prose or (quote != "" and quote not in language.quotes)
    return unwrap(text, prose=prose, finished=True).text
