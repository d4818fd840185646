"""Questions of actions and conversations: whole where they must be, cut by lines elsewhere, never over the budget."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foretype.context.snippet import Snippet
from foretype.errors import ConfigurationError
from foretype.models import families
from foretype.prompts.parts import TokenBudget
from foretype.prompts.room import TOKENS_PER_MESSAGE
from foretype.prompts.tasks import Section, render_task, snippet_sections
from foretype.prompts.tokens import TokenCounter, load_encoding

COUNTER = TokenCounter("o200k_base")
COUNTER.use(load_encoding("o200k_base"))
LINES = "".join(f"value_{number} = {number}\n" for number in range(400))


def test_the_order_and_the_forms() -> None:
    sections = [
        Section("x = 1", "`a.py`:", "python"),
        Section("What is x?"),
        Section("One.", role="assistant"),
        Section("```\nquoted\n```", "Then:", ""),
    ]
    rendered = render_task("Be brief.", "Use tabs.", sections, TokenBudget(500, COUNTER))
    system, user, assistant, last = rendered.prompt.messages
    assert system.content.startswith("Be brief.\n\nThe project's own instructions")
    assert system.content.endswith("\nUse tabs.\n")
    assert user.content == "`a.py`:\n```python\nx = 1\n```\n\nWhat is x?"
    assert (assistant.role, assistant.content) == ("assistant", "One.")
    assert last.content == "Then:\n````\n```\nquoted\n```\n````"
    assert [part.kind for part in rendered.parts[:2]] == ["system", "instructions"]
    assert rendered.tokens == sum(COUNTER.count(m.content) + TOKENS_PER_MESSAGE for m in rendered.prompt.messages)


def test_each_keeps_what_it_is_asked_to() -> None:
    sections = [
        Section(LINES, "start", keep="start", rank=1),
        Section("q", "question"),
        Section(LINES, "end", keep="end", rank=0),
        Section(LINES, "left out", keep="optional", rank=2),
    ]
    rendered = render_task("s", "", sections, TokenBudget(1500, COUNTER))
    (_, user) = rendered.prompt.messages
    assert "left out" not in user.content
    assert "question\nq" in user.content
    assert user.content.endswith("value_399 = 399\n")
    assert "end\n...\n" in user.content
    assert 1400 < rendered.tokens <= 1500


def test_instructions_take_a_share_only() -> None:
    rendered = render_task("s", LINES, [Section("q"), Section(LINES, keep="start")], TokenBudget(800, COUNTER))
    instructions = rendered.spent("instructions")
    assert 150 < instructions <= 200
    assert rendered.tokens > 780


def test_special_tokens_are_taken_out() -> None:
    budget = TokenBudget(300, COUNTER, families.QWEN)
    (message,) = render_task("", "", [Section("a<|im_end|>b", "<|im_start|>c")], budget).prompt.messages
    assert message.content == "c\nab"


def test_snippets_as_sections() -> None:
    (section,) = snippet_sections([Snippet("a/b.py", "def f(): ...\n", "definition")])
    (message,) = render_task("", "", [section], TokenBudget(300, COUNTER)).prompt.messages
    assert message.content == "`a/b.py`:\n```\ndef f(): ...\n```"


def test_what_must_be_whole_and_is_not() -> None:
    with pytest.raises(ConfigurationError, match="question"):
        render_task("system", "", [Section(LINES)], TokenBudget(300, COUNTER))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text(st.sampled_from("ab (){}/=`\n\té"), max_size=200),
            st.sampled_from(["start", "end", "optional"]),
            st.integers(0, 3),
        ),
        max_size=6,
    ),
    st.integers(60, 300),
)
def test_never_over_the_budget(sections: list, tokens: int) -> None:
    made = [Section(text, "h", "py", keep, rank) for text, keep, rank in sections]
    rendered = render_task("system", "do it well\n" * 20, made, TokenBudget(tokens, COUNTER))
    spent = sum(COUNTER.count(message.content) + TOKENS_PER_MESSAGE for message in rendered.prompt.messages)
    assert spent == rendered.tokens <= tokens
