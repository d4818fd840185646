"""The real workspace index, led from commit to commit: its own writer and reader, in a folder that is thrown away."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from foretype.context.scene import OpenFile, RecentEdit, Scene
from foretype.repository.search.reader import SearchReader
from foretype.repository.search.writer import SearchWriter

from .git import language_of
from .moments import Moment
from .store import Files
from .view import View

_COMMITS = 30
_LARGEST = 20
_PARTNERS = 8


class Index:
    """What `context.search_index.SearchIndex` asks for."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._folder = tempfile.TemporaryDirectory(prefix="context-")
        self._writer = SearchWriter(Path(self._folder.name))
        self._writer.open()
        self._here: dict[str, str] = {}
        self.reader = SearchReader(self._folder.name)

    def follow(self, disk: Mapping[str, str]) -> None:
        """Take in what is different on the disk now."""
        gone = [path for path in self._here if path not in disk]
        if gone:
            self._writer.remove(gone)
        for path in gone:
            del self._here[path]
        for path, blob in disk.items():
            if self._here.get(path) != blob:
                self._writer.put(path, blob, self._files.text(blob))
                self._here[path] = blob
        self._writer.commit()

    def tell_changes(self, moment: Moment) -> None:
        """What git knew of files that change together with this one."""
        groups = moment.clone.changed_together(moment.commit, moment.path, _COMMITS)
        together = Counter(
            path for group in groups if len(group) <= _LARGEST for path in set(group) if path in self._here
        )
        weights = [(path, count / len(groups)) for path, count in together.most_common(_PARTNERS)]
        self._writer.put_changes({moment.path: weights}, moment.commit)
        self._writer.commit()

    def close(self) -> None:
        """Throw it away."""
        self.reader.close()
        self._writer.close()
        self._folder.cleanup()


def scene_of(view: View) -> Scene:
    """The moment as collectors see it."""
    moment, index = view.moment, view.index
    index.tell_changes(moment)
    edits = tuple(RecentEdit(one.path, one.start, _bare(one.removed), _bare(one.added)) for one in moment.edits())
    opened = tuple(OpenFile(path, language_of(path), text.split("\n")) for path, text in view.open_files())
    lines = (moment.before + moment.after).split("\n")
    return Scene(moment.path, moment.language_id, lines, moment.before.count("\n"), index.reader, opened, edits)


def _bare(rows: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(row.rstrip("\n") for row in rows)
