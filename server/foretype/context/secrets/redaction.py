"""Text with its secrets taken out, and the way back: what was withheld here may stand in an answer's text again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Final

from foretype.context.secrets.blocks import bodies
from foretype.context.secrets.scan import merged, scan
from foretype.context.secrets.values import PLACEHOLDER, Finding, Marks, Span, words
from foretype.text.lines import split_lines

_SETTINGS_SUFFIXES: Final = words(
    ".yaml .yml .ini .cfg .conf .cnf .config .properties .toml .env .sh .bash .zsh .fish .ps1 .bat .cmd .tf .hcl "
    ".dockerfile .service .plist .envrc .example .sample .template .dist .diff .patch .txt .md .rst"
)
_SETTINGS_NAMES: Final = ("dockerfile", "containerfile", ".env", "makefile", "procfile", "jenkinsfile", "vagrantfile")
_SETTINGS_LANGUAGES: Final = words(
    "yaml dockercompose dockerfile ini properties toml shellscript makefile terraform hcl dotenv powershell bat diff "
    "plaintext markdown git-commit ssh_config nginx"
)


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text without its secrets; as many lines as before. `found` says what was taken out, not its text."""

    text: str
    found: tuple[Finding, ...] = ()
    _taken: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """What stood before each placeholder in its line, and what it stands for. Never printed."""

    def hide(self, text: str) -> str:
        """Another text about this one, as a model may see it: without the secrets of this one, nor any of its own."""
        for _, secret in sorted(self._taken, key=lambda each: -len(each[1])):
            text = text.replace(secret, PLACEHOLDER)
        return redact(text).text

    def restore(self, text: str) -> str | None:
        """An answer to this text with its own secrets put back where it repeats them; None where that is not certain.

        A placeholder stands for the secret that stood behind the same words; where these say nothing, it must be the
        only one.
        """
        if PLACEHOLDER not in text:
            return text
        lines = [self._restored(line) for line in text.split("\n")]
        return None if any(line is None for line in lines) else "\n".join(line for line in lines if line is not None)

    def _restored(self, line: str) -> str | None:
        head, found, tail = line.partition(PLACEHOLDER)
        done = ""
        while found:
            before = _said(done + head)
            meant = {secret for said, secret in self._taken if said == before} or {each for _, each in self._taken}
            if len(meant) != 1:
                return None
            done += head + meant.pop()
            head, found, tail = tail.partition(PLACEHOLDER)
        return done + head


def redact(text: str, path: str = "", language_id: str = "") -> Redacted:
    """`text` without the secrets that it shows, those included that its edges cut.

    `path` (or a bare file name) and the editor's language tell whether values stand without quotes in such a file. Time
    linear in the text: about 10 MB/s (`python -m benchmarks.secrets`); what was asked before is remembered.
    """
    return _redacted(text, holds_settings(path, language_id))


def holds_settings(path: str, language_id: str = "") -> bool:
    """Whether values stand without quotes in such a file; so does a text of no file."""
    if not path:
        return not language_id or language_id in _SETTINGS_LANGUAGES
    name = PurePosixPath(path.replace("\\", "/")).name.lower()
    suffix = PurePosixPath(name).suffix
    return suffix in _SETTINGS_SUFFIXES or name.startswith(_SETTINGS_NAMES) or language_id in _SETTINGS_LANGUAGES


@lru_cache(maxsize=1024)
def _redacted(text: str, settings: bool) -> Redacted:
    lines = split_lines(text)
    spans = all_spans(scan(lines, settings=settings), lines)
    if not spans:
        return Redacted(text)
    found, taken = [], []
    for number in sorted(spans):
        line = lines[number]
        lines[number], secrets = replaced(line, spans[number], below=number - 1 in spans and is_body(spans[number - 1]))
        for span, secret in secrets:
            found.append(Finding(span.kind, number, span.start))
            taken.append((_said(line[: span.start]), secret))
    return Redacted("".join(lines), tuple(found), tuple(taken))


def all_spans(marks: Marks, lines: Sequence[str]) -> dict[int, tuple[Span, ...]]:
    """The secrets of each line, those of blocks included that `marks` only says the beginnings and ends of."""
    spans = dict(marks.spans)
    if marks.has_blocks:
        for number, span in bodies(marks, len(lines), lines.__getitem__).items():
            spans[number] = merged((*spans.get(number, ()), span))
    return spans


def is_body(spans: Sequence[Span]) -> bool:
    """Whether these are a line of a key's body."""
    # A list, since this is asked for each line at each key: a generator takes several times as long.
    return "private key" in [span.kind for span in spans]


def replaced(line: str, spans: Sequence[Span], *, below: bool) -> tuple[str, list[tuple[Span, str]]]:
    """The line without its secrets. A key's body is said once: `below` its first line nothing stands for it."""
    done, at, secrets = "", 0, []
    for span in spans:
        secrets.append((span, line[span.start : span.end]))
        done += line[at : span.start] + stand_in(span, below=below)
        at = span.end
    return done + line[at:], secrets


def stand_in(span: Span, *, below: bool) -> str:
    """What stands in a secret's place: nothing for what was left out unread, or for a body that is said already."""
    return "" if not span.kind or (below and span.kind == "private key") else PLACEHOLDER


def _said(before: str) -> str:
    return before.strip().lstrip("+-> ")
