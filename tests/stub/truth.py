"""A model that knows the file: answers a request to fill a hole with what really stands there.

It finds the prefix of the prompt in a known text and continues from there, token by token, as a perfect model
would. A prefix that is not in the text (a typing error) gets an empty answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.stub import replies
from tests.stub.replies import Reply, Shape
from tests.stub.server import Received

_FIM = re.compile(
    r"<\|?fim_prefix\|?>(?P<prefix>.*)<\|?fim_suffix\|?>(?P<suffix>.*)<\|?fim_middle\|?>\Z"
    r"|<\[fim-suffix\]>(?P<suffix2>.*)<\[fim-prefix\]>(?P<prefix2>.*)<\[fim-middle\]>\Z",
    re.DOTALL,
)
_CHAT_HEAD = re.compile(r"\AFile: .*\nLanguage: .*\n\n")
HOLE = "<FILL_HERE>"
_LIMITS = ("max_tokens", "max_completion_tokens", "n_predict")
_TOKEN = re.compile(r"\s*\w{1,6}|\s*[^\w\s]|\s+")


@dataclass(frozen=True, slots=True)
class Truth:
    """The known text, how many lines an answer has at most, and how fast the model is, in seconds."""

    text: str
    lines: int = 4
    first: float = 0.0
    token: float = 0.0

    def __call__(self, request: Received) -> Reply:
        """The reply to a request, as a responder of the stub."""
        halves = halves_of(request.body)
        answer = self.continuation(*halves) if halves else ""
        tokens = _TOKEN.findall(answer)
        most = next((size for name in _LIMITS if (size := request.body.get(name))), 256)
        shape = Shape(usage="own", finish="length" if len(tokens) > most else "stop")
        build = replies.chat if "messages" in request.body else replies.completions
        return build(tokens[:most], shape).slowly(self.token, self.first)

    def continuation(self, prefix: str, suffix: str) -> str:
        """What stands in the text after the prefix and before the suffix, at most `lines` lines of it."""
        for size in (len(prefix), 400, 200, 80, 40, 20):
            tail = prefix[-size:] if size else ""
            at = self.text.find(tail)
            if at >= 0:
                break
        else:
            return ""
        rest = self.text[at + len(tail) :]
        head = suffix[:60]
        if head.strip() and (end := rest.find(head)) >= 0:
            rest = rest[:end]
        return "".join(rest.splitlines(keepends=True)[: self.lines]).rstrip("\r\n")


def halves_of(body: dict[str, object]) -> tuple[str, str] | None:
    """The text before and after the hole in a request, in any of the forms that Foretype sends."""
    if "input_prefix" in body:
        return str(body["input_prefix"]), str(body.get("input_suffix", ""))
    prompt = body.get("prompt")
    if isinstance(prompt, str) and "suffix" in body:
        return prompt, str(body["suffix"])
    if isinstance(prompt, str):
        found = _FIM.search(prompt)
        if found is None:
            return None
        parts = found.groupdict()
        return parts["prefix"] or parts["prefix2"] or "", parts["suffix"] or parts["suffix2"] or ""
    messages = body.get("messages")
    if isinstance(messages, list) and messages:
        question = _CHAT_HEAD.sub("", str(messages[-1]["content"]))
        prefix, hole, suffix = question.partition(HOLE)
        return (prefix, suffix) if hole else None
    return None
