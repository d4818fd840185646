"""How a prompt is put together for each way of asking: what frames it, how other places are shown, what comes first.

A form holds no state and counts nothing by itself; it makes the prompt and lists its parts in order.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from typing import Final, Protocol

from foretype.context.snippet import Snippet
from foretype.errors import ConfigurationError
from foretype.models.families import Family
from foretype.models.provider import ChatPrompt, FileText, FillPrompt, Message, Prompt, TextPrompt
from foretype.models.registry import Choice
from foretype.prompts.comments import commented
from foretype.prompts.parts import Part, PartKind
from foretype.prompts.place import without_marks
from foretype.prompts.room import TEMPLATE_TOKENS, TOKENS_PER_FILE, TOKENS_PER_MESSAGE
from foretype.prompts.slots import Slot
from foretype.prompts.tokens import Counter
from foretype.prompts.window import Window

HOLE: Final = "<FILL_HERE>"
"""The mark of the cursor in a question to a chat model."""

REPOSITORY: Final = "project"
"""What stands where a family wants the repository's name: the folder's own may tell who the user works for."""

_FIELD: Final = re.compile(r"(\{(?:path|language|prefix|suffix|files|text|repository)\})")


@dataclass(frozen=True, slots=True)
class Content:
    """What fills a form: other places as they are shown, and the window."""

    slots: Sequence[Slot]
    window: Window


Count = Callable[[str], int]

Piece = tuple[PartKind, str, Slot | None]
"""Kind and text of a part, and the slot where it is another place's text."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A prompt and its pieces in the order in which the model reads them, as far as it is known here."""

    prompt: Prompt
    pieces: Sequence[Piece]


class Form(Protocol):
    """One way of asking, for one document."""

    @property
    def suffix_first(self) -> bool:
        """Whether the text after the cursor comes before the text in front of it."""
        ...

    @property
    def marks(self) -> tuple[str, ...]:
        """What must not come from any text: it would end or redirect the prompt."""
        ...

    def show(self, snippet: Snippet) -> str:
        """Another place's text as it stands in this form."""
        ...

    def fill(self, content: Content) -> Filled:
        """The prompt."""
        ...

    def cost(self, prompt: Prompt, count: Count) -> int:
        """The whole prompt's tokens, with what the server puts around it."""
        ...


def form_for(choice: Choice, path: str, language_id: str) -> Form:
    """The form of a way of asking. Raises ConfigurationError where it needs a family and none is known."""
    if choice.mode == "chat":
        return ChatForm(path, language_id, choice.family)
    if choice.mode != "fim":
        return ServerForm(path, language_id, choice)
    if choice.family is None:
        raise ConfigurationError("No fill-in-the-middle form is known for this model.", "Set `model.mode` to auto.")
    return FimForm(path, language_id, choice.family)


def parts_of(filled: Filled, window: Window, counter: Counter) -> tuple[Part, ...]:
    """Parts with their tokens; pieces of the frame that follow each other are one."""
    known = {"prefix": window.prefix_tokens, "suffix": window.suffix_tokens, "kept": window.kept.tokens}
    parts: list[Part] = []
    for kind, text, slot in filled.pieces:
        if slot is not None:
            parts.append(Part(kind, text, slot.tokens, slot.snippet.path, slot.snippet.origin))
        elif text:
            joins = bool(parts) and parts[-1].kind == kind == "template"
            whole = parts.pop().text + text if joins else text
            parts.append(Part(kind, whole, known[kind] if kind in known else counter.count_line(whole)))
    return tuple(parts)


def _window(window: Window) -> Iterator[Piece]:
    """The prefix with what was kept from above it."""
    yield "kept", window.kept.text, None
    yield "prefix", window.prefix, None


def _filled(template: str, values: dict[str, str]) -> list[str]:
    """The template's parts in order. Not str.format or replace: a document may hold braces and `{suffix}`."""
    return [values.get(part, part) for part in _FIELD.split(template)]


def _name(snippet: Snippet) -> str:
    """What a snippet is called: a diff is not the file itself."""
    if not snippet.path:
        return snippet.origin
    return f"{snippet.path}.diff" if snippet.origin == "edit" else snippet.path


def _own_path(path: str, language_id: str) -> str:
    """The document's own path as a comment, behind those of other places."""
    return commented(f"Path: {path}", language_id) if path else ""


def _comment(snippet: Snippet, language_id: str) -> str:
    """A snippet as comments of the document's language, a blank line behind it."""
    return commented(f"Path: {_name(snippet)}\n{snippet.text}", language_id) + "\n"


@dataclass(frozen=True, slots=True)
class FimForm:
    """A prompt with a family's own special tokens."""

    path: str
    language_id: str
    family: Family

    @property
    def suffix_first(self) -> bool:
        """See `Form.suffix_first`."""
        return self.family.suffix_first

    @property
    def marks(self) -> tuple[str, ...]:
        """See `Form.marks`."""
        return self.family.tokens

    def show(self, snippet: Snippet) -> str:
        """See `Form.show`: as the family was trained to see several files, else as comments."""
        snippet = _stripped(snippet, self.marks)
        if self.family.files is None:
            return _comment(snippet, self.language_id)
        values = {"{path}": _name(snippet), "{text}": snippet.text.removesuffix("\n")}
        return "".join(_filled(self.family.files.file, values))

    def fill(self, content: Content) -> Filled:
        """See `Form.fill`."""
        window, files = content.window, list(self._files(content.slots))
        inside = self.family.files is None or self.family.files.in_prefix
        pieces: list[Piece] = [] if inside else files
        values = {"{path}": self.path, "{language}": self.language_id}
        for part in _FIELD.split(self.family.template):
            if part == "{prefix}":
                pieces += [*(files if inside else ()), *_window(window)]
            elif part == "{suffix}":
                pieces.append(("suffix", window.suffix, None))
            else:
                pieces.append(("template", values.get(part, part), None))
        text = "".join(text for _, text, _ in pieces)
        return Filled(TextPrompt(text, self.family.stop, self.family.tokens, self.family.leads), pieces)

    def cost(self, prompt: Prompt, count: Count) -> int:
        """See `Form.cost`."""
        return count(prompt.text) if isinstance(prompt, TextPrompt) else 0

    def _files(self, slots: Sequence[Slot]) -> Iterator[Piece]:
        form = self.family.files
        if not slots:
            return
        if form is not None and form.start:
            yield "template", "".join(_filled(form.start, {"{repository}": REPOSITORY})), None
        for slot in slots:
            yield "snippet", slot.shown, slot
        if form is None:
            yield "template", _own_path(self.path, self.language_id), None
        elif form.current:
            yield "template", "".join(_filled(form.current, {"{path}": self.path})), None


@dataclass(frozen=True, slots=True)
class ServerForm:
    """A hole for a server that renders the prompt itself; only llama.cpp's route takes other files by themselves."""

    path: str
    language_id: str
    choice: Choice

    @property
    def suffix_first(self) -> bool:
        """See `Form.suffix_first`. Mistral's models read the suffix first; of others it is known by their family."""
        family = self.choice.family
        return self.choice.mode == "mistral" or (family is not None and family.suffix_first)

    @property
    def marks(self) -> tuple[str, ...]:
        """See `Form.marks`."""
        return self.choice.family.tokens if self.choice.family is not None else ()

    def show(self, snippet: Snippet) -> str:
        """See `Form.show`."""
        snippet = _stripped(snippet, self.marks)
        return snippet.text if self.choice.mode == "infill" else _comment(snippet, self.language_id)

    def fill(self, content: Content) -> Filled:
        """See `Form.fill`."""
        window, family = content.window, self.choice.family
        shown: list[Piece] = [("snippet", slot.shown, slot) for slot in content.slots]
        prefix = [*_window(window)]
        infill = self.choice.mode == "infill"
        if shown and not infill:
            shown.append(("template", _own_path(self.path, self.language_id), None))
        head = "" if infill else "".join(text for _, text, _ in shown)
        files = content.slots if infill else ()
        prompt = FillPrompt(
            head + "".join(text for _, text, _ in prefix),
            window.suffix,
            self.path,
            self.language_id,
            marks=family.tokens if family else (),
            leads=family.leads if family else (),
            files=tuple(FileText(_name(_stripped(slot.snippet, self.marks)), slot.shown) for slot in files),
        )
        suffix: Piece = ("suffix", window.suffix, None)
        return Filled(prompt, [suffix, *shown, *prefix] if self.suffix_first else [*shown, *prefix, suffix])

    def cost(self, prompt: Prompt, count: Count) -> int:
        """See `Form.cost`."""
        if not isinstance(prompt, FillPrompt):
            return 0
        files = sum(count(file.path) + count(file.text) + TOKENS_PER_FILE for file in prompt.files)
        return count(prompt.prefix) + count(prompt.suffix) + files + TEMPLATE_TOKENS


@functools.cache
def instructions() -> str:
    """The system message for chat models."""
    return _file("chat_fill.md").strip()


@functools.cache
def _file(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class ChatForm:
    """Messages for an instruct model, which was never trained to fill in the middle."""

    path: str
    language_id: str
    family: Family | None

    suffix_first = False

    @property
    def marks(self) -> tuple[str, ...]:
        """See `Form.marks`."""
        return (*(self.family.tokens if self.family is not None else ()), HOLE)

    def show(self, snippet: Snippet) -> str:
        """See `Form.show`: in a fence that is longer than any in the text."""
        snippet = _stripped(snippet, self.marks)
        values = {"{path}": _name(snippet), "{text}": snippet.text.removesuffix("\n")}
        longest = max((len(found) for found in re.findall(r"`{3,}", snippet.text)), default=2)
        template = _file("chat_file.md").replace("```", "`" * (longest + 1))
        return "".join(_filled(template, values))

    def fill(self, content: Content) -> Filled:
        """See `Form.fill`."""
        values = {"{path}": self.path or "untitled", "{language}": self.language_id or "unknown"}
        pieces: list[Piece] = []
        for part in _FIELD.split(_file("chat_question.md").removesuffix("\n")):
            if part == "{files}":
                pieces += [("snippet", slot.shown, slot) for slot in content.slots]
            elif part == "{prefix}":
                pieces += _window(content.window)
            elif part == "{suffix}":
                pieces.append(("suffix", content.window.suffix, None))
            else:
                pieces.append(("template", values.get(part, part), None))
        question = "".join(text for _, text, _ in pieces)
        messages = (Message("system", instructions()), Message("user", question))
        marks = self.family.tokens if self.family is not None else ()
        return Filled(ChatPrompt(messages, marks=marks), [("system", instructions(), None), *pieces])

    def cost(self, prompt: Prompt, count: Count) -> int:
        """See `Form.cost`."""
        if not isinstance(prompt, ChatPrompt):
            return 0
        return sum(count(message.content) + TOKENS_PER_MESSAGE for message in prompt.messages)


def _stripped(snippet: Snippet, marks: Sequence[str]) -> Snippet:
    if not any(mark in snippet.text or mark in snippet.path for mark in marks):
        return snippet
    return replace(snippet, path=without_marks(snippet.path, marks), text=without_marks(snippet.text, marks))
