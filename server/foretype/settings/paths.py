"""Where Foretype keeps its files: configuration, cache and state, each a folder of its own.

The XDG variables are honoured on every system when they are set; otherwise Windows and macOS have their
own customs. Nothing here creates a folder.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from foretype.errors import ConfigurationError

_NAME = "foretype"


def config_dir(environ: Mapping[str, str] | None = None) -> Path:
    """The folder of config.toml. ConfigurationError where the user has no home folder."""
    return _folder("XDG_CONFIG_HOME", ".config", environ)


def cache_dir(environ: Mapping[str, str] | None = None) -> Path:
    """The folder of what can be computed anew. ConfigurationError where the user has no home folder."""
    return _folder("XDG_CACHE_HOME", ".cache", environ)


def state_dir(environ: Mapping[str, str] | None = None) -> Path:
    """The folder of trust, counters and logs. ConfigurationError where the user has no home folder."""
    return _folder("XDG_STATE_HOME", ".local/state", environ)


def _folder(variable: str, below_home: str, environ: Mapping[str, str] | None) -> Path:
    environ = os.environ if environ is None else environ
    named = environ.get(variable, "")
    # The XDG specification says that a relative path is to be ignored; here it would also let the folder
    # that the server is started in, mostly a workspace, stand for the user's own files.
    if named and os.path.isabs(named):
        return Path(named) / _NAME
    if sys.platform in ("win32", "darwin"):
        return _native_folder(variable)
    return home_dir(environ) / below_home / _NAME


def home_dir(environ: Mapping[str, str] | None = None) -> Path:
    """The user's home folder. ConfigurationError where there is none (a container's unnamed user)."""
    environ = os.environ if environ is None else environ
    named = environ.get("HOME", "")
    if named and os.path.isabs(named):
        return Path(named)
    try:
        return Path.home()
    except RuntimeError as error:
        raise ConfigurationError(
            "Your home folder cannot be found.", "Set HOME, or XDG_CONFIG_HOME and its siblings."
        ) from error


def _native_folder(variable: str) -> Path:
    # Imported here because Linux never needs it and every start would pay for it.
    import platformdirs

    native = {
        "XDG_CONFIG_HOME": platformdirs.user_config_path,
        "XDG_CACHE_HOME": platformdirs.user_cache_path,
        "XDG_STATE_HOME": platformdirs.user_state_path,
    }[variable]
    return native(_NAME, appauthor=False)
