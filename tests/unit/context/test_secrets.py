"""No secret of the corpus is in what is left of a text, wherever it is cut, and ordinary code is left as it is."""

from __future__ import annotations

import pytest

from foretype.context.secrets import PLACEHOLDER, redact
from foretype.context.secrets.document import DocumentScan
from foretype.text.document import Change, Document
from foretype.text.lines import Lines
from foretype.text.positions import Position
from tests.planted import Planted, planted

CORPUS = planted()


def place_of(text: str, offset: int) -> Position:
    before = text[:offset]
    return Position(before.count("\n"), offset - before.rfind("\n") - 1)


def test_the_corpus_is_large_enough():
    assert len(CORPUS) >= 300
    assert len({each.text for each in CORPUS}) == len(CORPUS)


@pytest.mark.parametrize("secret", CORPUS, ids=lambda each: f"{each.kind}-{each.path}")
def test_a_planted_secret_is_withheld(secret: Planted):
    redacted = redact(secret.text, secret.path)
    assert secret.seen_in(redacted.text) == ""
    assert PLACEHOLDER in redacted.text
    assert redacted.text.count("\n") == secret.text.count("\n")
    assert redacted.text.startswith("def before():\n    return 1\n\n")
    assert redacted.text.endswith("\n\ndef after():\n    return 2\n")
    assert redacted.found
    assert not any(core[:8] in repr(redacted) for core in secret.cores)
    assert redacted.restore(redacted.text) in (secret.text, None)


@pytest.mark.parametrize("secret", CORPUS, ids=lambda each: f"{each.kind}-{each.path}")
def test_a_cursor_anywhere_around_a_secret_shows_none_of_it(secret: Planted):
    text = secret.text
    document = Document(f"file:///w/{secret.path}", "python", 1, Lines(text))
    scan = DocumentScan()
    edges = {0, len(text), secret.at - 1, secret.at, secret.at + 1, secret.at + secret.size}
    for offset in edges | set(range(secret.at, secret.at + secret.size, 7)):
        shown = scan.shown(document, place_of(text, offset))
        before, after = shown.document.before(shown.position, 10**6), shown.document.after(shown.position, 10**6)
        assert secret.seen_in(before + after) == ""
        assert before + after == redact(text, document.uri).text
        if secret.at < offset < secret.at + secret.size and "\n" not in text[secret.at : secret.at + secret.size]:
            assert shown.inside


@pytest.mark.parametrize("secret", [each for each in CORPUS if not each.kind.startswith("key")], ids=lambda e: e.kind)
def test_a_secret_is_withheld_while_it_is_typed(secret: Planted):
    """At each key either no model is asked, or what it would see holds no piece of the secret."""
    # What begins as it likes, without a name beside it, can only be known once some of it stands there.
    free = secret.kind.startswith(("terraform", "telegram", "discord bot", "azure", "twilio", "mailchimp"))
    shortest = 16 if free else 8
    text = secret.text
    position = place_of(text, secret.at)
    document = Document(
        f"file:///w/{secret.path}", "python", 1, Lines(text[: secret.at] + text[secret.at + secret.size :])
    )
    scan = DocumentScan()
    shown = scan.shown(document, position)
    for char in text[secret.at : secret.at + secret.size]:
        document = document.apply([Change(position, position, char)], 1, "utf-32")
        position = Position(position.line, position.column + 1)
        shown = scan.shown(document, position)
        assert shown.inside or secret.seen_in(shown.document.text, shortest) == "", shown.document.text
    assert secret.seen_in(shown.document.text) == ""


@pytest.mark.parametrize("secret", [each for each in CORPUS if each.kind.startswith("key")], ids=lambda e: e.kind)
def test_a_part_of_a_key_is_withheld_too(secret: Planted):
    """A window or a snippet may begin or end in the middle of a block."""
    lines = secret.text.split("\n")
    for start in range(len(lines)):
        for stop in range(start + 1, len(lines) + 1):
            part = "\n".join(lines[start:stop])
            left = redact(part, secret.path).text
            # The last line of a key alone, without any other of its lines, is one short run of characters.
            if stop - start > 1:
                assert secret.seen_in(left) == "", part
