"""Prints the seconds of each step from a Python alone to a server that suggests, as the extension takes them.

`python clients/vscode/scripts/setup_time.py` makes an environment in a temporary folder by the commands of
src/environment.ts, with nothing in pip's cache, and prints wall time and processor time. What the editor adds is shown
by the test of the set-up in a real VS Code (`make setup-time` runs both).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

EXTENSION: Final = Path(__file__).resolve().parents[1]
REPOSITORY: Final = EXTENSION.parents[1]


def main() -> int:
    """Take the steps; 1 where one of them failed."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*build, "--no-build-isolation", "-w", place, REPOSITORY], check=True)  # noqa: S603
        wheel = next(place.glob("foretype-*.whl"))
        environment = place / "environment"
        inside = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        example = place / "example.py"
        methods = [f"    def get_{name}(self, name):\n        self.check(name)\n\n" for name in ("one", "two", "three")]
        example.write_text(
            f"class Things:\n{''.join(methods)}    def get_four(self, name):\n        ", encoding="utf-8"
        )
        install = [inside, "-I", EXTENSION / "setup" / "install.py"]
        steps: list[tuple[str, list[str | Path]]] = [
            ("making the environment", [sys.executable, "-I", "-m", "venv", "--without-pip", "--clear", environment]),
            ("installing the server", [*install, "first", wheel]),
            ("its first start and suggestion", [inside, "-I", "-m", "foretype", "complete", f"{example}:12:9"]),
            ("what models need, afterwards", [*install, "rest", wheel]),
        ]
        return max(_timed(title, command, place) for title, command in steps)


def _timed(title: str, command: list[str | Path], place: Path) -> int:
    """Run one step and print what it took; 1 where it failed."""
    env = {**os.environ, "PIP_CACHE_DIR": str(place / "cache"), "XDG_CACHE_HOME": str(place / "cache")}
    began, before = time.perf_counter(), os.times()
    done = subprocess.run(command, env=env, cwd=place, capture_output=True, text=True, check=False)  # noqa: S603
    wall, after = time.perf_counter() - began, os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    print(f"{title:32} {wall:6.1f} s  ({spent:.1f} s of processor time)")
    if done.returncode:
        print(done.stderr.strip()[-500:], file=sys.stderr)
    return 1 if done.returncode else 0


if __name__ == "__main__":
    raise SystemExit(main())
