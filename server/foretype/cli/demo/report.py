"""What a demo came to, in words: how much was offered, how quickly, and honestly by whom."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from foretype.cli.demo.typist import Typist
from foretype.models.network import place
from foretype.settings.model import Settings
from foretype.text.wording import counted


@dataclass(frozen=True, slots=True)
class Engine:
    """Who answers, in a few words for a title, and in a sentence for the end; `model` is "" where none is asked."""

    short: str
    sentence: str
    model: str = ""


def asks_model(settings: Settings) -> bool:
    """Whether these settings send anything to a model."""
    return bool(settings.model.base_url) and settings.model.mode != "local"


def engine_of(settings: Settings) -> Engine:
    """Who answers under these settings."""
    model = settings.model
    if not asks_model(settings):
        files = "this folder" if settings.index.enable else "this file"
        return Engine(
            f"embedded engine: repeats patterns of {files}",
            f"No model was asked: the embedded engine repeats patterns of {files}, and nothing left this machine.",
        )
    where = place(model.base_url)
    name = f"{model.name or 'the model'} at {where}"
    return Engine(name, f"Suggested by {name}; the embedded engine stands in where it does not answer.", name)


def credited(engine: Engine, shown: Mapping[str, int]) -> Engine:
    """The same with what the server counted: whose suggestions they were, where a model could have given them."""
    if not engine.model or not shown:
        return engine
    everything, own = sum(shown.values()), shown.get("embedded", 0)
    if own == everything:
        sentence = f"{engine.model} has suggested nothing: what was shown is the embedded engine's, of this machine."
    elif own:
        sentence = f"Suggested by {engine.model}; {own / everything:.0%} of what was shown is the embedded engine's."
    else:
        sentence = f"Suggested by {engine.model}."
    return replace(engine, sentence=sentence)


@dataclass(frozen=True, slots=True)
class Calling:
    """How the user has called the demo, and so how to call it again. `file` is "" where none was named."""

    by_make: bool = False
    file: str = ""

    def with_file(self) -> str:
        """The command that plays a file of the user's."""
        return "make demo FILE=path/to/your/file" if self.by_make else "foretype demo FILE"

    def with_options(self, options: str) -> str:
        """The command that plays the same with these options."""
        file = shlex.quote(self.file) if self.file else ""
        if not self.by_make:
            return " ".join(word for word in ("foretype demo", options, file) if word)
        arguments = f"ARGS={shlex.quote(options)}"
        return " ".join(word for word in ("make demo", arguments, file and f"FILE={file}") if word)


def wrapped(line: str, width: int) -> list[str]:
    """A line broken between words, further ones indented beneath it; whole where `width` is 0."""
    indent = " " * (len(line) - len(line.lstrip()))
    if len(line) <= width or not width:
        return [line]
    further = f"{indent}  "
    return textwrap.wrap(
        line, max(width, 20), subsequent_indent=further, break_long_words=False, break_on_hyphens=False
    )


def report(typist: Typist, engine: Engine, trouble: Sequence[str], calling: Calling) -> Iterator[str]:
    """The lines to print at the end."""
    scene, tally = typist.scene, typist.tally
    last = scene.place(typist.done).line
    hands = tally.by_hand
    characters = counted(tally.characters, "character")
    yield f"{scene.source.shown}, lines {scene.first + 1}-{last + 1} typed again: {characters}"
    yield (
        f"  {hands['typed']:,} typed, {hands['accepted']:,} accepted ({tally.share:.0%} of the text), "
        f"{hands['indented']:,} indented by the editor; {counted(tally.keys, 'key')}"
    )
    yield f"  {_shown(typist)}"
    yield f"  {_latency(typist)}"
    if typist.stopped:
        yield f"  time was up before line {scene.last + 1}; all lines: {calling.with_options('--fast')}"
    yield engine.sentence
    for words in trouble:
        yield f"The server said: {words}"
    if not (tally.shown or trouble or engine.model):
        yield "That is usual: in code never seen before it shows something at 16% of cursors (README.md, Figures)."
        yield f"Other lines of the file: {calling.with_options('--lines A-B')}"


def _shown(typist: Typist) -> str:
    tally = typist.tally
    if not tally.shown:
        return "no suggestion was shown"
    in_part = f", {tally.in_part} in their first lines" if tally.in_part else ""
    shown = counted(tally.shown, "suggestion was", "suggestions were")
    return f"{shown} shown, {tally.right} of them right ({tally.right / tally.shown:.0%}){in_part}"


def _latency(typist: Typist) -> str:
    tally = typist.tally
    if not tally.milliseconds:
        return f"none of {counted(tally.asked, 'request')} was answered in time"
    times = sorted(tally.milliseconds)
    median, late = quantile(times, 0.5), quantile(times, 0.95)
    return (
        f"request to answer: p50 {median:.1f} ms, p95 {late:.1f} ms, max {times[-1]:.1f} ms; "
        f"{len(times):,} of {counted(tally.asked, 'request')} answered, {tally.cancelled} cancelled by the next key"
    )


def quantile(ordered: Sequence[float], part: float) -> float:
    """The smallest value that at least `part` of the values do not exceed. `ordered` is ascending, not empty."""
    rank = -(-len(ordered) * part // 1)
    return ordered[max(0, int(rank) - 1)]
