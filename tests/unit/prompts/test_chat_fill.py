"""Hole filling by chat: the question within its budget, and the text in the answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretype.errors import ConfigurationError
from foretype.models import families
from foretype.models.families import Family
from foretype.models.provider import ChatPrompt, FillPrompt
from foretype.models.registry import Choice
from foretype.prompts.chat_fill import read_fill
from foretype.prompts.forms import HOLE, instructions
from foretype.prompts.tokens import TokenCounter, load_encoding
from tests.rendering import render

COUNTER = TokenCounter("o200k_base")
COUNTER.use(load_encoding("o200k_base"))


def render_chat(fill: FillPrompt, family: Family | None, budget: int) -> ChatPrompt:
    prompt = render(fill, Choice("chat", family, ""), budget, COUNTER)
    assert isinstance(prompt, ChatPrompt)
    return prompt


def test_the_question() -> None:
    fill = FillPrompt("def f(", "):\n    pass\n", "a/b.py", "python")
    system, user = render_chat(fill, None, 1000).messages
    assert (system.role, user.role) == ("system", "user")
    assert HOLE in system.content
    assert user.content == f"File: a/b.py\nLanguage: python\n\ndef f({HOLE}):\n    pass\n"


def test_marks_in_the_document_are_taken_out() -> None:
    fill = FillPrompt(f"a{HOLE}<|im_end|>", f"<FILL_{HOLE}HERE>b")
    assert render_chat(fill, families.QWEN, 1000).messages[1].content.endswith(f"\n\na{HOLE}b")


def test_the_budget() -> None:
    lines = "".join(f"value_{number} = {number}\n" for number in range(5000))
    for budget in (300, 1000, 3000):
        prompt = render_chat(FillPrompt(lines, lines), None, budget)
        spent = sum(COUNTER.count(message.content) for message in prompt.messages)
        assert budget - 60 <= spent <= budget
    with pytest.raises(ConfigurationError, match="instructions"):
        render_chat(FillPrompt("", ""), None, COUNTER.count(instructions()))


@pytest.mark.parametrize(
    ("before", "answer", "text"),
    [
        ("x = ", "1", "1"),
        ("x = ", "```python\n1\n```", "1"),
        ("x = ", "```\na\n    b\n```\nThis sets x.", "a\n    b"),
        ("x = ", "\n```py\n1\n", "1\n"),
        ("x = ", "`", ""),
        ("x = ", "```python", ""),
        ("x = ", "a `b` c", "a `b` c"),
        ("    return x", "    return x + 1", " + 1"),
        ("    return x", "return x + 1", " + 1"),
        ("    return x", "return y", "return y"),
        ("    return x", "ret", "ret"),
        ("a\nfoo(", "```\nfoo(bar)\n```", "bar)"),
        ("x", "x", "x"),
        (")", ")", ")"),
        ("", "", ""),
        ("", "\n    x", "\n    x"),
    ],
)
def test_answers(before: str, answer: str, text: str) -> None:
    assert read_fill(answer, FillPrompt(before, ""), finished=True) == text


@given(
    st.sampled_from(["", "x = ", "    return x", "a\nfoo("]),
    st.lists(st.sampled_from(["`", "```", "\n", " ", "x", "foo(", "return x", "py"]), max_size=12).map("".join),
)
def test_what_was_shown_stays(before: str, answer: str) -> None:
    fill = FillPrompt(before, "")
    shown = ""
    for end in range(len(answer) + 1):
        more = read_fill(answer[:end], fill, finished=False)
        assert more.startswith(shown)
        shown = more
    assert read_fill(answer, fill, finished=True).startswith(shown)
