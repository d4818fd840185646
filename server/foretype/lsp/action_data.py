"""An action as it travels: in a menu item's `data`, and as the argument of the command `foretype.action`.

Clients send it back as they got it, or make it by hand; so everything is looked at again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types

from foretype.lsp.request_error import INVALID_PARAMS, RequestError

if TYPE_CHECKING:
    from foretype.features.actions.menu import Severity

_LARGEST: Final = 2**31 - 1
MOST_PROBLEMS: Final = 200
LONGEST_MESSAGE: Final = 4_000
_SEVERITIES: Final[dict[int, Severity]] = {1: "error", 2: "warning", 3: "information", 4: "hint"}


@dataclass(frozen=True, slots=True)
class ActionData:
    """`range` None means the whole document; `version` None means: as it is now. `paths` are files or folders, by URI.

    `problems` are the client's diagnostics as it sent them.
    """

    task: str
    uri: str
    range: types.Range | None = None
    version: int | None = None
    problems: tuple[types.Diagnostic, ...] = ()
    bulk: bool = False
    paths: tuple[str, ...] = ()

    def to_lsp(self) -> dict[str, Any]:
        """As JSON."""
        value: dict[str, Any] = {"task": self.task, "uri": self.uri}
        if self.range is not None:
            value["range"] = _range_to_json(self.range)
        if self.version is not None:
            value["version"] = self.version
        if self.problems:
            value["problems"] = [_problem_to_json(problem) for problem in self.problems]
        if self.bulk:
            value["bulk"] = True
        return value


def read_data(value: Any) -> ActionData:
    """What a client sent. Raises RequestError where it is nothing of the kind."""
    fields = plain(value)
    try:
        if not isinstance(fields, Mapping):
            raise TypeError
        span = fields.get("range")
        version = fields.get("version")
        problems = fields.get("problems") or ()
        paths = fields.get("paths") or ()
        if len(problems) > MOST_PROBLEMS or isinstance(version, bool):
            raise ValueError
        return ActionData(
            task=_text(fields["task"]),
            uri=_text(fields.get("uri") or (paths[0] if paths else "")),
            range=_range(span) if span is not None else None,
            version=None if version is None else int(version),
            problems=tuple(map(_problem, problems)),
            bulk=fields.get("bulk") is True,
            paths=tuple(map(_text, paths)),
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        message = "The argument is { task, uri, range?, version?, problems?, bulk?, paths? }."
        raise RequestError(INVALID_PARAMS, message) from error


def plain(value: Any) -> Any:
    """A value as JSON has it: pygls may have made named tuples of its objects."""
    if hasattr(value, "_asdict"):
        return {name: plain(entry) for name, entry in value._asdict().items()}
    if isinstance(value, Mapping):
        return {name: plain(entry) for name, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(entry) for entry in value]
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError
    return int(min(max(value, 0), _LARGEST))


def _range(value: Any) -> types.Range:
    start, end = value["start"], value["end"]
    return types.Range(
        types.Position(_number(start["line"]), _number(start["character"])),
        types.Position(_number(end["line"]), _number(end["character"])),
    )


def _range_to_json(span: types.Range) -> dict[str, Any]:
    return {
        "start": {"line": span.start.line, "character": span.start.character},
        "end": {"line": span.end.line, "character": span.end.character},
    }


def _problem(value: Any) -> types.Diagnostic:
    severity, code = value.get("severity"), value.get("code")
    return types.Diagnostic(
        range=_range(value["range"]),
        message=_text(value["message"])[:LONGEST_MESSAGE],
        severity=types.DiagnosticSeverity(severity) if severity in _SEVERITIES else None,
        code=code if isinstance(code, (str, int)) else None,
        source=value.get("source") if isinstance(value.get("source"), str) else None,
    )


def _problem_to_json(problem: types.Diagnostic) -> dict[str, Any]:
    value: dict[str, Any] = {"range": _range_to_json(problem.range), "message": message_of(problem)[:LONGEST_MESSAGE]}
    if problem.severity is not None:
        value["severity"] = int(problem.severity)
    if isinstance(problem.code, (str, int)):
        value["code"] = problem.code
    if problem.source:
        value["source"] = problem.source
    return value


def message_of(problem: types.Diagnostic) -> str:
    """A diagnostic's message as text; clients of the newest protocol may send Markdown."""
    message: Any = problem.message
    return message if isinstance(message, str) else str(getattr(message, "value", ""))


def severity_of(problem: types.Diagnostic) -> Severity:
    """A diagnostic's severity in a word."""
    return _SEVERITIES.get(int(problem.severity or 1), "error")
