"""A moment with everything that a method may look at: the disk, indexes of it, open files, edits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from .git import Clone
from .moments import Moment
from .positions import Position
from .store import Cut, Files, Postings

if TYPE_CHECKING:
    from .indexed import Index


T = TypeVar("T")


class Follower(Protocol):
    """An index that is led from commit to commit."""

    def follow(self, disk: Mapping[str, str]) -> None:
        """Take in what is different now."""
        ...


@dataclass
class World:
    """A clone, followed from commit to commit. Indexes are made when a method first asks for them."""

    clone: Clone
    files: Files = field(init=False)
    disk: dict[str, str] = field(default_factory=dict)
    _followers: dict[str, Follower] = field(default_factory=dict)
    _trees: tuple[str, dict[str, str], dict[str, str]] = ("", {}, {})

    def __post_init__(self) -> None:
        self.files = Files(self.clone.blob)

    def view(self, position: Position) -> View:
        """Go to a moment."""
        moment = Moment(self.clone, position.commit, position.path, position.line)
        if self._trees[0] != position.commit:
            parent = self.clone.tree(f"{position.commit}^")
            self._trees = position.commit, parent, self.clone.tree(position.commit)
        self.disk = moment.disk(*self._trees[1:])
        return View(self, moment, position)

    def close(self) -> None:
        """Throw away what was made for it."""
        for one in self._followers.values():
            close = getattr(one, "close", None)
            if close is not None:
                close()

    def follower(self, name: str, make: Callable[[], Follower]) -> Follower:
        """The index of that name, up to date."""
        found = self._followers.get(name)
        if found is None:
            found = self._followers[name] = make()
        found.follow(self.disk)
        return found


@dataclass
class View:
    """What a method sees."""

    world: World
    moment: Moment
    position: Position
    _remembered: dict[str, Any] = field(default_factory=dict)

    def recall(self, key: str, work: Callable[[], T]) -> T:
        """What a method works out once for all budgets."""
        if key not in self._remembered:
            self._remembered[key] = work()
        found: T = self._remembered[key]
        return found

    def postings(self, name: str, cut: Cut) -> Postings:
        """A full-text index of the disk."""
        found = self.world.follower(name, lambda: Postings(self.world.files, cut))
        if not isinstance(found, Postings):
            raise TypeError(name)
        return found

    @cached_property
    def index(self) -> Index:
        """The real index of the disk."""
        from .indexed import Index

        found = self.world.follower("index", lambda: Index(self.world.files))
        if not isinstance(found, Index):
            raise TypeError
        return found

    def defined(self, name: str) -> Iterator[tuple[str, str]]:
        """Path and lines of a definition of the name, as an editor that goes to definitions would find it."""
        for one in self.index.reader.definitions([name], 4):
            if one.path in self.world.disk:
                yield one.path, "\n".join(self.text(one.path).split("\n")[one.start : one.end])
                return

    def text(self, path: str) -> str:
        """A file on the disk."""
        return self.world.files.text(self.world.disk[path])

    def open_files(self) -> Iterator[tuple[str, str]]:
        """(path, text), the latest first."""
        for path in self.moment.open_paths:
            if path in self.world.disk:
                yield path, self.text(path)
