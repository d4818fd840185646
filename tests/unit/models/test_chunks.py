"""The tokens that a server had cached, wherever it says so."""

from __future__ import annotations

import json
from typing import Any

import pytest

from foretype.models.chunks import read_chunk

USAGE = {"prompt_tokens": 100, "completion_tokens": 5}


@pytest.mark.parametrize(
    ("usage", "more", "cached"),
    [
        (USAGE, {}, None),
        ({**USAGE, "prompt_tokens_details": {"cached_tokens": 64}}, {}, 64),
        ({**USAGE, "prompt_tokens_details": {"cached_tokens": 0}}, {"timings": {"cache_n": 7}}, 0),
        ({**USAGE, "prompt_tokens_details": None}, {}, None),
        ({**USAGE, "prompt_cache_hit_tokens": 32}, {}, 32),
        (USAGE, {"timings": {"cache_n": 90}}, 90),
        (USAGE, {"timings": {"cache_n": "90"}}, None),
        (USAGE, {"timings": []}, None),
    ],
)
def test_cached_tokens(usage: dict[str, Any], more: dict[str, Any], cached: int | None) -> None:
    chunk = read_chunk(json.dumps({"choices": [{"text": "", "finish_reason": "stop"}], "usage": usage, **more}))
    assert chunk is not None
    assert chunk.usage is not None
    assert (chunk.usage.prompt_tokens, chunk.usage.cached_tokens) == (100, cached)


@pytest.mark.parametrize("odd", [10**30, -3, 1.5, True, "5", None, [5]])
def test_what_is_no_count_of_tokens(odd: Any) -> None:
    details = {"cached_tokens": odd}
    usage = {"prompt_tokens": 100, "completion_tokens": odd, "prompt_tokens_details": details}
    chunk = read_chunk(json.dumps({"choices": [{"text": ""}], "usage": usage}))
    assert chunk is not None
    assert chunk.usage is not None
    found = chunk.usage
    assert (found.prompt_tokens, found.completion_tokens, found.cached_tokens) == (100, 0, None)
