"""What a model is asked, what it answers, and the interface that every way of asking keeps.

Plain values and one protocol. Nothing here renders a prompt (prompts/ does) or knows a wire format.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol, runtime_checkable

from foretype.models.families import Family

Mode = Literal["auto", "chat", "fim", "suffix", "mistral", "infill", "local"]
Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """How long to wait, in seconds. Keep-alive comments of the server re-arm none of these.

    `first_token` runs from the start of the request (connecting included) to the first piece of text,
    `between_tokens` from one piece to the next, `total` from the start to the end of the answer.
    """

    connect: float = 3.0
    first_token: float = 6.0
    between_tokens: float = 3.0
    total: float = 8.0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model is and how it is reached. `base_url` ends before `/chat/completions`, usually in `/v1`.

    `extra_body` goes into every question; `proxy` is never used for loopback;
    `ca_file` holds authorities that are trusted besides the system's; `families` are the user's own. What may hold
    a secret is left out of `repr`, so that no log line can have it by accident.
    """

    base_url: str
    model: str
    key: str | None = field(default=None, repr=False)
    mode: Mode = "auto"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    limits: TimeLimits = TimeLimits()
    extra_body: Mapping[str, Any] = field(default_factory=dict, repr=False)
    proxy: str = field(default="", repr=False)
    ca_file: str = ""
    families: tuple[Family, ...] = ()


@dataclass(frozen=True, slots=True)
class FileText:
    """A part of another file, shown to the model beside the document: its path as the model sees it, and the text."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class FillPrompt:
    """A hole in a document: what stands before and after it, for servers that build the prompt themselves.

    Also the form in which a hole begins its way, of any length, before prompts/ cuts or renders it. `marks` and
    `leads` as in `TextPrompt`; `files` are other files' texts, the most relevant last.
    """

    prefix: str
    suffix: str
    path: str = ""
    language_id: str = ""
    marks: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    files: tuple[FileText, ...] = ()


@dataclass(frozen=True, slots=True)
class TextPrompt:
    """Text for a completions endpoint; `stop` holds the strings that end an answer in this prompt's form.

    `marks`, the model's special tokens, end it as well but never travel; `leads` are those with which an answer may
    begin, where they are dropped.
    """

    text: str
    stop: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class ChatPrompt:
    """Messages for a chat endpoint; the rest as in `TextPrompt`."""

    messages: tuple[Message, ...]
    stop: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()


Prompt = FillPrompt | TextPrompt | ChatPrompt


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One question to a model. `max_tokens` bounds the answer; `stop` comes before the prompt's own stops.

    At most four stops travel (servers refuse more); all of them are applied to the answer here.
    `limits` replaces the endpoint's for this request.
    """

    prompt: Prompt
    max_tokens: int
    temperature: float = 0.0
    stop: tuple[str, ...] = ()
    limits: TimeLimits | None = None


CUT_SHORT: Final = frozenset({"length", "max_tokens", "model_length", "content_filter"})
"""Finish reasons after which an answer's last line may be half a one: no tokens left (Mistral and Anthropic have names
of their own for it), or the rest was taken away by a filter (OpenAI, Azure)."""


@dataclass(frozen=True, slots=True)
class Delta:
    """The next piece of an answer. `finish_reason` ("stop", "length", ...) comes with the last piece only."""

    text: str
    finish_reason: str | None = None

    @property
    def cut_short(self) -> bool:
        """Whether the answer ends here without being whole."""
        return self.finish_reason in CUT_SHORT


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the server counted them; `cached_tokens` of the prompt were read from its cache."""

    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What is known of an answer besides its text; complete once the iteration has ended.

    `headers` holds the answer's rate-limit and request-id headers, names in lower case.
    `first_token_ms` and `total_ms` count from the start of the request.
    """

    finish_reason: str | None = None
    usage: Usage | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    first_token_ms: float | None = None
    total_ms: float | None = None


class Answer(Protocol):
    """An answer on its way: iterate for its text, read `text` and `report` at any time.

    A whole answer ends with exactly one `Delta` that carries the finish reason.
    """

    def __aiter__(self) -> AsyncIterator[Delta]: ...

    async def __anext__(self) -> Delta: ...

    @property
    def text(self) -> str:
        """All the text that came so far."""
        ...

    @property
    def report(self) -> Report:
        """What is known so far."""
        ...


@runtime_checkable
class Provider(Protocol):
    """One way to ask one model.

    `stream` opens the answer when its context is entered and closes the connection to the model when the
    context is left, whatever the reason: end, early exit, error or cancellation. Entering and iterating raise
    a `ModelError` and nothing else on purpose. `accepts` is the kind of prompt this way of asking takes.
    """

    @property
    def mode(self) -> Mode:
        """The way of asking, as settings name it."""
        ...

    @property
    def accepts(self) -> type[FillPrompt] | type[TextPrompt] | type[ChatPrompt]:
        """The prompt type that `stream` takes."""
        ...

    def stream(self, request: ModelRequest) -> AbstractAsyncContextManager[Answer]:
        """Ask. Raises `ModelError` on entry or while iterating."""
        ...
