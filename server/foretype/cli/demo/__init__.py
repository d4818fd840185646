"""`foretype demo`: the real server suggests in a real file, which is typed as a person in an editor would.

The server is started as a process and spoken to by its protocol; settings are the user's own. Nothing is written
but the picture that is asked for.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import shutil
import signal
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from foretype.cli.config import add_setting_arguments, printable, resolve_arguments
from foretype.cli.demo.choice import surest
from foretype.cli.demo.editor import Editor, Heard, ServerGone
from foretype.cli.demo.frame import Captions, compose
from foretype.cli.demo.picture import svg_of
from foretype.cli.demo.plain import Transcript
from foretype.cli.demo.report import Calling, Engine, asks_model, credited, engine_of, report, wrapped
from foretype.cli.demo.rhythm import DEFAULT_SPEED, TAB, Rhythm
from foretype.cli.demo.scene import ABOUT_THE_CHOICE, ABOUT_THE_EXAMPLE, LINES, Scene, example, own_source, scene_of
from foretype.cli.demo.terminal import draws, opened
from foretype.cli.demo.typist import Pace, Typist
from foretype.cli.numbers import number
from foretype.cli.source import open_source
from foretype.cli.style import can_print, has_colours
from foretype.errors import ConfigurationError
from foretype.settings.model import Settings

LONGEST: Final = 30.0
"""Seconds of typing after which a demo ends with the line, unless the user chose the lines."""

_FAST_LINES: Final = 60
"""Lines without pauses: twice as many, for figures that say a little more."""

_PICTURE: Final = (94, 25)
"""Columns and rows of a recorded picture."""

_ENOUGH: Final = 6
"""Right suggestions in a picture; more are not seen in it any more."""

_LEGEND: Final = " Grey is suggested, green was accepted with Tab, white was typed."


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command `demo`."""
    parser = subparsers.add_parser(
        "demo",
        help="watch the real server suggest in a real file",
        description="Starts the real server and types some lines of FILE again, key by key, as an editor would. "
        "The file itself is never written. Without FILE, a file that is installed with Foretype is used.",
    )
    parser.add_argument("file", metavar="FILE", nargs="?", type=Path, help="a source file of yours")
    parser.add_argument("--lines", metavar="A-B", default="", help="the lines to type (default: some from the middle)")
    speed = parser.add_mutually_exclusive_group()
    speed.add_argument("--speed", metavar="N", type=number(0.5, 200), help=f"keys a second ({DEFAULT_SPEED:g})")
    speed.add_argument(
        "--fast",
        action="store_true",
        help="type without pauses, but wait for each answer (what is done anyway where nobody watches, as in a pipe)",
    )
    parser.add_argument("--language", metavar="ID", default="", help="the file's language as editors call it")
    # What can be tried next is told as it was called: `make` puts no command on the user's path.
    parser.add_argument("--make", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--record", metavar="FILE.svg", type=Path, help="write a picture of a telling moment")
    add_setting_arguments(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Play; 1 where the server ends by itself or the picture cannot be written, 2 where there is nothing to play."""
    try:
        scene, settings, is_chosen = _scene(args)
        is_example = args.file is None and scene.source.folder == (example() or (None, None))[1]
    except ConfigurationError as error:
        print(f"foretype demo: {printable(str(error))}", file=sys.stderr)
        return 2
    calling = Calling(args.make, "" if args.file is None else str(args.file))
    about: tuple[str, ...] = (ABOUT_THE_CHOICE,) if is_chosen else ()
    if is_example:
        about = (*ABOUT_THE_EXAMPLE, f"How does it do in a file of yours? {calling.with_file()}")
    show = Show(scene, engine_of(settings), calling, args.record, about)
    code = 0
    try:
        asyncio.run(show.play(_pace(args, settings), _server_arguments(args)))
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("Ended before its end.")
        code = 130
    except ServerGone as error:
        for line in str(error).splitlines():
            print(printable(f"foretype demo: {line}"), file=sys.stderr)
        code = 1
    return show.conclude() or code


@dataclass
class Show:
    """One demo: who watches it where, and what is left of it in the end."""

    scene: Scene
    engine: Engine
    calling: Calling
    record: Path | None
    about: Sequence[str] = ()
    typist: Typist | None = None
    editor: Editor | None = None
    shown: Mapping[str, int] = field(default_factory=dict)
    _best: tuple[float, str] = (0.0, "")

    async def play(self, pace: Pace, arguments: Sequence[str]) -> None:
        """Start the server, type, end the server. Raises ServerGone, and CancelledError for a signal."""
        with _ended_by_signals():
            self.editor = await Editor.start(arguments)
            try:
                self.typist = Typist(self.editor, self.scene, pace)
                await self.editor.initialize(self.scene.source.folder)
                with self._watching(self.typist):
                    await self.typist.play()
                self.shown = await self.editor.shown()
            finally:
                await self.editor.end()

    def conclude(self) -> int:
        """Print the report, write the picture; 1 where something is not as it should be."""
        typist = self.typist
        if typist is None or not typist.done:
            return 0
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
        engine = credited(self.engine, self.shown)
        for line in (*report(typist, engine, self._trouble(), self.calling), *self.about):
            for part in wrapped(printable(line), width):
                print(part)
        if typist.text != self.scene.text_after(typist.done):
            print("foretype demo: the text that was typed is not the file's; please report this.", file=sys.stderr)
            return 1
        return self._write_picture()

    @contextlib.contextmanager
    def _watching(self, typist: Typist) -> Iterator[None]:
        """Draw in the terminal, or print what is accepted where there is none."""
        if not draws(sys.stdout):
            transcript = Transcript(typist, _brackets())
            _print_lines([transcript.legend()])

            def tell() -> None:
                _print_lines(transcript.more())
                self._record_moment()

            typist.changed = tell
            try:
                yield
            finally:
                _print_lines(transcript.rest())
            return
        colours = has_colours()
        marks = ("", "") if colours else _brackets()
        with opened(sys.stdout, colours) as terminal:

            def draw() -> None:
                terminal.draw(compose(typist, self._captions(), terminal.size, marks))
                self._record_moment()

            typist.changed = draw
            if self.editor is not None:
                self.editor.heard_more = draw
            yield

    def _captions(self) -> Captions:
        heard = self.editor.heard if self.editor is not None else Heard()
        first, last = self.scene.first + 1, self.scene.last + 1
        hint = heard.busy or f"Lines {first}-{last} are typed again; the file is not written. Ctrl-C ends."
        return Captions(self.engine.short, heard.trouble and f" {heard.trouble}", f" {hint}")

    def _trouble(self) -> list[str]:
        """What was wrong, each thing once, though the server may have said it in several ways."""
        said = self.editor.heard.complaints if self.editor is not None else []
        return [words for words in dict.fromkeys(said) if not any(words in other for other in said if other != words)]

    def _record_moment(self) -> None:
        """Keep the most telling picture: much ghost text that is right, below some that was accepted."""
        typist = self.typist
        if self.record is None or typist is None or not typist.ghost or typist.key == TAB:
            return
        is_right = typist.rest.startswith(typist.ghost)
        worth = len(typist.ghost) * (8 if is_right else 1) * min(typist.tally.right + 1, _ENOUGH)
        if worth > self._best[0]:
            captions = Captions(self.engine.short, "", _LEGEND)
            description = f"foretype demo typing in {self.scene.source.shown}: {self.engine.short}"
            self._best = worth, svg_of(compose(typist, captions, _PICTURE), _PICTURE[0], description)

    def _write_picture(self) -> int:
        if self.record is None:
            return 0
        if not self._best[1]:
            print("foretype demo: nothing was suggested, so there is no picture.", file=sys.stderr)
            return 1
        try:
            self.record.write_text(self._best[1], encoding="utf-8")
        except OSError as error:
            print(printable(f"foretype demo: {self.record} cannot be written: {error.strerror}."), file=sys.stderr)
            return 1
        return 0


def _scene(args: argparse.Namespace) -> tuple[Scene, Settings, bool]:
    """What is played, the settings of its folder, and whether its lines were chosen by what the engine knows there."""
    path, folder = (args.file, None) if args.file is not None else _chosen(args)
    source = open_source(path, args.language, folder)
    settings = resolve_arguments(args, source.folder).settings
    model = asks_model(settings)
    most = _FAST_LINES if args.fast or model else LINES
    if args.file is not None and not args.lines and not model:
        found = surest(source, most, settings.completion.threshold)
        if found is not None:
            return found, settings, True
    return scene_of(source, args.lines, most), settings, False


def _chosen(args: argparse.Namespace) -> tuple[Path, Path]:
    """The file for who names none. A model needs no repetition, and is shown nothing that git may ignore."""
    found = None if asks_model(resolve_arguments(args, None).settings) else example()
    return found or own_source()


def _pace(args: argparse.Namespace, settings: Settings) -> Pace:
    model = asks_model(settings)
    if args.fast or (args.speed is None and not sys.stdout.isatty()):  # then nobody watches
        return Pace(patience=settings.model.timeouts.total + 5, model=model)
    return Pace(Rhythm(args.speed or DEFAULT_SPEED), longest=float("inf") if args.lines else LONGEST, model=model)


def _server_arguments(args: argparse.Namespace) -> list[str]:
    # A show is no use: its numbers would stand in `foretype stats` beside those of work. Limits hold all the same.
    settings = [*args.settings, "usage.keep=false"]
    pairs = [word for pair in settings for word in ("--set", pair)]
    return [*pairs, "--log-level", args.log_level] if args.log_level else pairs


def _print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        print(printable(line.expandtabs(4)), flush=True)


def _brackets() -> tuple[str, str]:
    """What encloses ghost text where colours do not set it apart."""
    return ("⟦", "⟧") if can_print("⟦⟧") else ("[[", "]]")


@contextlib.contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let Ctrl-C and a polite kill end the demo with the server gone and the terminal put back.

    Before Python 3.11 asyncio would cancel all tasks at a Ctrl-C, those that the farewell needs included.
    """
    task = asyncio.current_task()
    signals = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    if sys.platform == "win32" or task is None:
        yield
        return
    loop = asyncio.get_running_loop()
    for each in signals:
        loop.add_signal_handler(each, task.cancel)
    try:
        yield
    finally:
        for each in signals:
            loop.remove_signal_handler(each)
