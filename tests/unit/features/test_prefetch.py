"""What is asked ahead: the document as it will be once a suggestion is accepted, and all that the request said."""

from __future__ import annotations

from foretype.features.prefetch import accepted
from foretype.features.suggestion import CompletionRequest, Suggestion
from foretype.text.document import Document
from foretype.text.lines import Lines
from foretype.text.positions import Position


def test_a_request_ahead_keeps_the_editors_indentation() -> None:
    document = Document("untitled:a", "c", 3, Lines("int main(void) {\n\t\n}"))
    request = CompletionRequest(document, Position(1, 1), indent="\t")
    suggestion = Suggestion("a();\n\tb();", Position(1, 1), Position(1, 1), "model", "the model")
    ahead = accepted(request, suggestion)
    assert ahead.document.text == "int main(void) {\n\ta();\n\tb();\n}"
    assert ahead.position == Position(2, 5)
    assert ahead.indent == "\t"
