"""Who counts: a model's own tokenizer where it can be had, else what is near it and learns."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from foretype.errors import ConfigurationError, UnknownModelError
from foretype.models import families
from foretype.models.probing import Probe
from foretype.models.provider import Endpoint
from foretype.prompts.calibration import UNKNOWN, Calibration, prior_for
from foretype.prompts.counting import counting_for
from foretype.prompts.served_tokens import ServedCounter, shared_out
from foretype.prompts.tokens import TokenCounter, load_encoding, split_pieces

STAND_IN = TokenCounter("cl100k_base")
STAND_IN.use(load_encoding("cl100k_base"))
OWN = load_encoding("o200k_base")
MARK = "<|fim_prefix|>"


class Server:
    """A connection to a server whose tokenizer is o200k_base, in the words of llama.cpp or vLLM."""

    def __init__(self, form: str = "llama.cpp") -> None:
        self.endpoint = Endpoint("http://127.0.0.1:1/v1", "m")
        self.form = form
        self.asked: list[tuple[str, str]] = []

    async def post(self, path: str, body: dict[str, Any]) -> str:
        self.asked.append((path, body["content"]))
        if self.form == "none":
            raise UnknownModelError("no such address", status=404)
        ids = OWN.encode(body["content"], disallowed_special=())
        pieces = [OWN.decode_single_token_bytes(token) for token in ids]
        if self.form == "vLLM":
            strings = ["".join(chr(256 + byte) for byte in piece) for piece in pieces]
            return json.dumps({"count": len(ids), "tokens": ids, "token_strs": strings})
        if self.form == "counts only":
            return json.dumps({"count": len(ids), "tokens": ids})
        return json.dumps({"tokens": [{"id": 1, "piece": _piece(piece)} for piece in pieces]})


def _piece(data: bytes) -> str | list[int]:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return list(data)


TEXT = Path(split_pieces.__code__.co_filename).read_text(encoding="utf-8") + "größer = '日本語😀'\nend"


@pytest.mark.asyncio
@pytest.mark.parametrize("form", ["llama.cpp", "vLLM"])
async def test_a_server_counts_by_pieces(form: str) -> None:
    server = Server(form)
    counter = ServedCounter(server, STAND_IN, [MARK], 1.3)  # type: ignore[arg-type]
    estimate = counter.count(MARK + TEXT)
    assert estimate > OWN_COUNT + 1
    await counter.learn()
    assert counter.count(MARK + TEXT) == OWN_COUNT + 1
    assert counter.label == "the server's own tokenizer"
    assert MARK not in server.asked[0][1]
    assert server.asked[0][0] == "http://127.0.0.1:1/tokenize"
    # Estimates of new pieces are by what the server said of the others.
    assert 1 <= counter.count("something_new = other(thing)\n") <= 10
    asked = len(server.asked)
    counter.count(TEXT)
    await counter.learn()
    assert len(server.asked) == asked + 1  # for the one new line


OWN_COUNT = len(OWN.encode_ordinary(TEXT))


@pytest.mark.asyncio
@pytest.mark.parametrize("form", ["none", "counts only"])
async def test_a_server_that_does_not_tell(form: str) -> None:
    server = Server(form)
    counter = ServedCounter(server, STAND_IN, [], 1.3)  # type: ignore[arg-type]
    before = counter.count(TEXT)
    await counter.learn()
    await counter.learn()
    assert counter.count(TEXT) == before > OWN_COUNT
    assert len(server.asked) == 1
    assert "the shipped encoding" in counter.label


@pytest.mark.parametrize(
    ("tokens", "pieces", "counts"),
    [
        ([1, 1, 1], [2, 1], [2, 1]),
        ([2, 2], [1, 2, 1], [1, 2, 1]),
        ([4], [1, 2, 1], [1, 1, 1]),
        ([2, 3], [1, 3], [1, 1]),  # a blank in front
        ([2], [3], None),
        ([], [], None),
        ([1, 0, 1], [1, 1], [1, 2]),
    ],
)
def test_tokens_are_shared_out(tokens: list[int], pieces: list[int], counts: list[int] | None) -> None:
    assert shared_out(tokens, pieces) == counts


@pytest.mark.parametrize(
    ("prior", "reports", "ratio"),
    [
        (1.3, [], 1.3),
        (1.3, [(1000, 1000)], 1.04),
        (1.0, [(1000, 1200)], 1.24),
        (1.3, [(100, 500)], 1.3),
        (1.3, [(1000, 0)], 1.3),
        (1.3, [(1000, 1000)] * 4, 1.04),
        (1.3, [(1000, 1000), (1000, 1200), (1000, 1000)], 1.24),
        (1.3, [(1000, 1200)] + [(1000, 1000)] * 12, 1.02),
        (1.3, [(1000, 90_000)], 4.12),
    ],
)
def test_calibration(prior: float, reports: list[tuple[int, int]], ratio: float) -> None:
    calibration = Calibration(prior)
    for ours, theirs in reports:
        calibration.learn(ours, theirs)
    assert calibration.ratio == pytest.approx(ratio)
    assert calibration.theirs(calibration.ours(2000)) <= 2000


def test_what_is_exact_learns_nothing() -> None:
    calibration = Calibration(fixed=True)
    calibration.learn(1000, 2000)
    assert (calibration.ratio, calibration.learned) == (1.0, False)


def test_priors() -> None:
    assert prior_for("Qwen2.5-Coder-7B") < prior_for("codellama") == UNKNOWN


async def _words(model: str, software: str = "", tokenizer: str = "") -> tuple[str, ConfigurationError | None]:
    server = Server()
    server.endpoint = Endpoint("http://127.0.0.1:1/v1", model)
    counting = await counting_for(server, Probe(True, software=software), families.QWEN, tokenizer)  # type: ignore[arg-type]
    return counting.words, counting.problem


@pytest.mark.asyncio
async def test_the_choice(tmp_path: Path) -> None:
    assert await _words("gpt-4o") == ("the shipped encoding o200k_base, exactly", None)
    assert await _words("gpt-4-turbo") == ("the shipped encoding cl100k_base, exactly", None)
    assert await _words("other") == (
        "the shipped encoding cl100k_base, times 1.30 until its server reports",
        None,
    )
    assert await _words("qwen", "llama.cpp") == ("the server's own tokenizer", None)
    words, problem = await _words("gpt-4o", tokenizer=str(tmp_path / "missing.json"))
    assert words == "the shipped encoding o200k_base, exactly"
    assert problem is not None
    assert "model.tokenizer" in problem.message


@pytest.mark.asyncio
async def test_a_tokenizer_file(tmp_path: Path) -> None:
    tokenizers = pytest.importorskip("tokenizers")
    trained = tokenizers.Tokenizer(tokenizers.models.BPE())
    trained.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=600,
        special_tokens=[MARK],
        initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    trained.train_from_iterator(TEXT.splitlines(keepends=True), trainer)
    trained.enable_truncation(5)
    trained.enable_padding(length=500)
    trained.save(str(tmp_path / "tokenizer.json"))
    words, problem = await _words("qwen", "llama.cpp", str(tmp_path))
    assert (words, problem) == ("the model's own tokenizer in tokenizer.json, exactly", None)
    counting = await counting_for(Server(), Probe(True), None, str(tmp_path / "tokenizer.json"))  # type: ignore[arg-type]
    counter = counting.counter
    trained.no_truncation()
    trained.no_padding()
    assert counter.exact
    assert counter.count(MARK + TEXT) == len(trained.encode(MARK + TEXT).ids) > 500
    assert counter.count(TEXT) <= counter.count_lines(TEXT) <= counter.count(TEXT) * 1.1
    assert counter.count(MARK) == 1
    assert counter.count("\ud800") > 0
    (tmp_path / "other.json").write_text("{}")
    _, problem = await _words("qwen", tokenizer=str(tmp_path / "other.json"))
    assert problem is not None
    assert "not a tokenizer.json" in problem.message


def test_asking_is_off_the_path_of_a_keystroke() -> None:
    """Counting itself asks nobody, with no loop anywhere."""
    counter = ServedCounter(Server(), STAND_IN, [], 1.0)  # type: ignore[arg-type]
    with pytest.raises(RuntimeError, match="no running event loop"):
        asyncio.get_running_loop()
    assert counter.count("a = b\n") > 0
