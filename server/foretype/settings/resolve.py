"""From the layers of all sources to one `Settings`, with the source of each value and what was wrong.

Pure: it reads no file, no environment and no clock, and never raises for anything a source can say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from foretype.settings.flatten import Entry, flatten
from foretype.settings.layers import PRECEDENCE, Layer, Problem
from foretype.settings.model import Settings
from foretype.settings.schema import Option, Rule, build, walk
from foretype.settings.values import Complaint, convert

DEFAULT_ORIGIN = "default"
# A hostile file could hold a hundred thousand bad entries; nobody reads the twenty-first message.
_MOST_COMPLAINTS = 20
_NOTHING = object()


@dataclass(frozen=True, slots=True)
class Resolved:
    """The settings in force, where each came from, and the problems of all sources.

    `origins` has every option by dotted key ("default" where no source spoke) and, for tables, also
    every entry: `enable.python`.
    """

    settings: Settings
    origins: Mapping[str, str]
    problems: tuple[Problem, ...]
    trusted: bool

    @property
    def failed(self) -> bool:
        """Whether a source holds something that cannot be used."""
        return any(problem.severity == "error" for problem in self.problems)


def resolve(layers: Sequence[Layer], trusted: bool, problems: Sequence[Problem] = ()) -> Resolved:
    """Merge `layers` by the precedence of their kinds (the order within one kind is kept) into settings.

    Scalars and lists replace, tables merge entry by entry. Without `trusted` the layers of the workspace
    can only switch things off; the same holds of a project file, trusted or not, for options of scope "user".
    `problems` are those that reading the sources already found.
    """
    merge = _Merge(trusted)
    for layer in sorted(layers, key=lambda layer: PRECEDENCE.index(layer.kind)):
        merge.take(layer)
    settings: Settings = build(Settings, merge.values)
    return Resolved(settings, merge.origins, (*problems, *merge.problems), trusted)


class _Merge:
    """The state of one `resolve`: the values so far by dotted key, their origins, the problems."""

    def __init__(self, trusted: bool) -> None:
        self.trusted = trusted
        self.values: dict[str, object] = {}
        self.origins: dict[str, str] = {}
        self.problems: list[Problem] = []
        for found in walk(Settings):
            self._set(found, found.default, DEFAULT_ORIGIN)

    def take(self, layer: Layer) -> None:
        """Merge one layer over what was said so far."""
        flat = flatten(layer)
        self.problems += flat.problems
        never: list[str] = []
        untrusted: list[str] = []
        for entry in flat.entries:
            rule = entry.option.rule
            barred = layer.kind == "project" and rule.scope == "user"
            restricted = barred or (layer.from_workspace and not self.trusted)
            if barred and not rule.off:
                never.append(entry.option.key)
            elif self._take_entry(entry, layer, restricted):
                (never if barred else untrusted).append(entry.option.key)
        self._notice_never(never, layer)
        self._notice_untrusted(untrusted, layer)

    def _take_entry(self, entry: Entry, layer: Layer, restricted: bool) -> bool:
        """Merge one option's raw value; true where some of it is refused because the layer is `restricted`."""
        found = entry.option
        converted = convert(found, entry.raw)
        complaints = converted.complaints[:_MOST_COMPLAINTS]
        self.problems += [_bad_value(complaint, layer) for complaint in complaints]
        if not converted.usable:
            return False
        if not restricted:
            self._set(found, converted.value, layer.origin)
            return False
        before = self.values[found.key]
        narrowed = _narrowed(found.rule, converted.value, before)
        if narrowed != before:
            self._set(found, narrowed, layer.origin)
        return _refused(found.rule, converted.value, before)

    def _set(self, found: Option, value: object, origin: str) -> None:
        before = self.values.get(found.key)
        if isinstance(value, Mapping):
            if before is not None and not value:
                return
            self.origins |= {f"{found.key}.{name}": origin for name in value}
            value = {**before, **value} if isinstance(before, Mapping) else dict(value)
        self.values[found.key] = value
        self.origins[found.key] = origin

    def _notice_never(self, keys: list[str], layer: Layer) -> None:
        if keys:
            self.problems.append(
                Problem(
                    f"A project file may not set {_listed(keys)}, so this is ignored.",
                    "Set it in your user file, in your editor or in the environment.",
                    layer.origin,
                    "notice",
                    keys[0],
                )
            )

    def _notice_untrusted(self, keys: list[str], layer: Layer) -> None:
        if keys:
            self.problems.append(
                Problem(
                    f"This workspace is not trusted and can only switch things off, so {_listed(keys)} is ignored.",
                    "Set it in your user file, or run `foretype trust FOLDER` if you trust this folder.",
                    layer.origin,
                    "notice",
                    keys[0],
                )
            )


def _narrowed(rule: Rule, value: object, before: object) -> object:
    """What a restricted layer achieves by saying `value`: what was there `before`, or less."""
    if isinstance(value, Mapping):
        return {name: entry for name, entry in value.items() if entry in rule.off}
    if rule.adds and isinstance(value, tuple) and isinstance(before, tuple):
        # A pattern with `!` takes back what another one excludes, so it would switch something on.
        return (*before, *(entry for entry in value if entry not in before and not _takes_back(entry)))
    return value if value in rule.off else before


def _refused(rule: Rule, value: object, before: object) -> bool:
    """Whether anything in `value` would have changed what was there `before` and may not."""
    if isinstance(value, Mapping) and isinstance(before, Mapping):
        return any(entry not in rule.off and before.get(name, _NOTHING) != entry for name, entry in value.items())
    if rule.adds and isinstance(value, tuple):
        return any(map(_takes_back, value))
    return not rule.adds and value not in rule.off and value != before


def _takes_back(entry: object) -> bool:
    return isinstance(entry, str) and entry.startswith("!")


def _bad_value(complaint: Complaint, layer: Layer) -> Problem:
    remedy = f"Write {complaint.suggestion!r}." if complaint.suggestion else "Correct or remove it."
    subject = complaint.subject or complaint.key
    return Problem(
        f"{subject} is {complaint.found}, which is ignored: it must be {complaint.allowed}.",
        remedy,
        layer.origin,
        "error",
        complaint.key,
    )


def _listed(keys: list[str]) -> str:
    return ", ".join(dict.fromkeys(keys))
