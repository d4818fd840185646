"""Brings the sources together: files, trust, environment and what the caller has from editor or command line."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from foretype.errors import ConfigurationError
from foretype.settings.environment import environment_layers
from foretype.settings.files import read_project_file, read_user_file
from foretype.settings.layers import Layer, Problem
from foretype.settings.resolve import Resolved, resolve
from foretype.settings.trust import read_trust, trust_file


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything that is read from this machine for one workspace; read anew when one of them changes."""

    layers: tuple[Layer, ...]
    problems: tuple[Problem, ...]
    listed: bool

    def resolve(self, layers: Sequence[Layer] = (), client_trust: bool = False) -> Resolved:
        """The settings, with `layers` of the editor and the command line merged in.

        The workspace is trusted when the client says so or when the user listed its folder.
        """
        return resolve([*self.layers, *layers], self.listed or client_trust, self.problems)


def read_sources(workspace: Path | None, environ: Mapping[str, str] | None = None) -> Sources:
    """Read the user's file, the project file in `workspace` (if any), the list of trust and the environment."""
    environ = os.environ if environ is None else environ
    layers = list(environment_layers(environ))
    problems: list[Problem] = []
    reads = [read_user_file(environ)]
    listed = False
    if workspace is not None:
        reads.append(read_project_file(workspace))
        listed = _is_listed(workspace, environ, problems)
    for read in reads:
        problems += read.problems
        if read.layer is not None:
            layers.append(read.layer)
    return Sources(tuple(layers), tuple(problems), listed)


def _is_listed(workspace: Path, environ: Mapping[str, str], problems: list[Problem]) -> bool:
    try:
        trust = read_trust(trust_file(environ))
    except ConfigurationError:
        return False  # no home folder: the user's file has already said so
    problems += trust.problems
    return trust.is_trusted(workspace)
