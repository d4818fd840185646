"""Puts the server that came with the extension into the environment of this Python, in two parts.

`install.py first WHEEL` installs the server and what it needs to suggest from the user's own code, which is little;
`install.py rest WHEEL` what it needs for models and grammars, while the first part is in use already. Needs nothing but
Python's own library: pip is run from the wheel that Python keeps for new environments, so that none has to be put
into this one. Never touches anything outside of the environment.
"""

from __future__ import annotations

import email
import ensurepip
import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

FIRST = frozenset({"pygls", "lsprotocol", "platformdirs", "tomli"})
"""What the server imports before a model is configured; the real editor's test of the set-up runs with these alone."""

EXTRA = "grammars"


def main(part: str, wheel: Path) -> int:
    """Install one part; pip's exit code."""
    first, rest = requirements(wheel)
    if part == "first":
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(sysconfig.get_path("purelib"))
    # The first part is compiled as it is loaded, so that the rest of it costs nothing before the first suggestion.
    wanted = ["--no-compile", *first] if part == "first" else rest
    quiet = ["--disable-pip-version-check", "--no-input", "--progress-bar=off", "--quiet"]
    command = [sys.executable, "-I", *pip(), "install", *quiet, "--prefer-binary", "--retries=2", *wanted]
    if os.name != "nt":
        os.execv(command[0], command)  # noqa: S606  so that who ends this ends pip
    return subprocess.call(command)  # noqa: S603


def requirements(wheel: Path) -> tuple[list[str], list[str]]:
    """What the wheel says that it needs, in two parts; of its extras only the grammars."""
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = email.message_from_string(archive.read(name).decode())
    first: list[str] = []
    rest: list[str] = []
    for requirement in metadata.get_all("Requires-Dist", []):
        text, _, marker = requirement.partition(";")
        named = re.match(r"[\w.-]+", text)
        extra = re.search(r"extra\s*==\s*['\"](\w+)", marker)
        if extra is None:
            (first if named and named.group() in FIRST else rest).append(requirement)
        elif extra.group(1) == EXTRA:
            rest.append(text.strip())
    return first, rest


def pip() -> list[str]:
    """How pip is run: from the wheel that belongs to this Python, or as a module where there is none to be found."""
    folders = [Path(ensurepip.__file__).parent / "_bundled", sysconfig.get_config_var("WHEEL_PKG_DIR")]
    for folder in [*folders, "/usr/share/python-wheels"]:
        found = sorted(Path(folder).glob("pip-*.whl")) if folder else []
        if found:
            return [f"{found[-1]}/pip"]
    ensurepip.bootstrap()
    return ["-m", "pip"]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], Path(sys.argv[2])))
