"""Real editors for the tests, each in a folder of its own in the cache; nothing on the machine itself is changed.

`python -m tests.editors.install NAME` prints the path of one. Neovim, Helix, Emacs and Chromium come from Debian's
archive (unpacked, not installed, so that no root is needed), VS Code (as code-server) and the Node that it needs from
npm. Whatever cannot be had ends in `NotAvailable`, whose message says why.
"""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from tests.locking import alone_with

REPOSITORY: Final = Path(__file__).resolve().parents[2]
NODE_VERSION: Final = "24.21.0"
CODE_SERVER_VERSION: Final = "4.139.1"
PLAYWRIGHT_VERSION: Final = "1.65.1"
NEW_SUITE: Final = "forky"
"""The first Debian suite with Neovim 0.12, and with Helix and Emacs 30; it is a rolling one until it is released."""

_TIMEOUT: Final = 900
_READY: Final = ".installed"


class NotAvailable(Exception):
    """The editor cannot be had on this machine; the message says why."""


def main() -> int:
    """Install one editor and print where its program is."""
    wanted = sys.argv[1] if len(sys.argv) == 2 else ""
    if wanted not in INSTALLERS:
        print(f"usage: python -m tests.editors.install {'|'.join(INSTALLERS)}", file=sys.stderr)
        return 2
    try:
        print(INSTALLERS[wanted]())
    except NotAvailable as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0


def cache() -> Path:
    """Where the editors are kept: FORETYPE_TEST_CACHE, or .cache in the repository."""
    return Path(os.environ.get("FORETYPE_TEST_CACHE") or REPOSITORY / ".cache").resolve() / "editors"


def neovim() -> Path:
    """Neovim 0.12 or newer: FORETYPE_NEOVIM, the one on PATH where it is new enough, or Debian's."""
    for known in (os.environ.get("FORETYPE_NEOVIM"), shutil.which("nvim")):
        if known and _version(known, 1) >= (0, 12):
            return Path(known)
    folder = cache() / "neovim"
    with _installing(folder) as needed:
        if needed:
            _unpack(folder, NEW_SUITE, "neovim", "patchelf")
            _rehome(folder, "nvim")
            share = folder / "usr/share/nvim"
            _write_program(
                folder / "nvim",
                f'export VIM="{share}" VIMRUNTIME="{share}/runtime"\nexec "{folder}/rehomed/nvim" "$@"',
            )
    found = _version(folder / "nvim", 1)
    if found < (0, 12):
        raise NotAvailable(f"Neovim does not run here: {folder / 'nvim'} reports version {found}.")
    return folder / "nvim"


def helix() -> Path:
    """Helix: FORETYPE_HELIX, the one on PATH, or Debian's."""
    for known in (os.environ.get("FORETYPE_HELIX"), shutil.which("hx")):
        if known:
            return Path(known)
    folder = cache() / "helix"
    with _installing(folder) as needed:
        if needed:
            _unpack(folder, NEW_SUITE, "hx", "patchelf")
            _rehome(folder, "hx")
            runtime = folder / "usr/lib/hx/runtime"
            _write_program(folder / "hx", f'export HELIX_RUNTIME="{runtime}"\nexec "{folder}/rehomed/hx" "$@"')
            run(folder / "hx", "--version")
    return folder / "hx"


def emacs() -> Path:
    """Emacs 30 or newer: FORETYPE_EMACS, the one on PATH where it is new enough, or Debian's; emacsclient beside it."""
    for known in (os.environ.get("FORETYPE_EMACS"), shutil.which("emacs")):
        if known and _version(known, 2) >= (30,):
            return Path(known)
    folder = cache() / "emacs"
    with _installing(folder) as needed:
        if needed:
            _unpack(folder, NEW_SUITE, "emacs-nox", "patchelf")
            _rehome(folder, "emacs-nox")
            _rehome(folder, "emacsclient.emacs")
            share = next((folder / "usr/share/emacs").glob("[0-9]*"))
            dump = next((folder / "usr/libexec/emacs").glob("*/*/*.pdmp"))
            _write_program(
                folder / "emacs",
                f'export EMACSDATA="{share}/etc" EMACSDOC="{share}/etc" EMACSLOADPATH="{share}/lisp:" '
                f'EMACSPATH="{dump.parent}"\nexec "{folder}/rehomed/emacs-nox" --dump-file="{dump}" "$@"',
            )
            _write_program(folder / "emacsclient", f'exec "{folder}/rehomed/emacsclient.emacs" "$@"')
    found = _version(folder / "emacs", 2)
    if found < (30,):
        raise NotAvailable(f"Emacs does not run here: {folder / 'emacs'} reports version {found}.")
    return folder / "emacs"


def lsp_mode() -> Path:
    """Debian's lsp-mode and what it needs: the folder of their sources, one folder each. For `emacs`."""
    folder = cache() / "lsp-mode"
    with _installing(folder) as needed:
        if needed:
            _unpack(folder, NEW_SUITE, "elpa-lsp-mode")
    return folder / "usr/share/emacs/site-lisp/elpa-src"


def chromium() -> Path:
    """A Chromium: FORETYPE_CHROMIUM, one on PATH, or the one of this machine's own Debian suite."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    for known in (os.environ.get("FORETYPE_CHROMIUM"), *map(shutil.which, names)):
        if known:
            return Path(known)
    folder = cache() / "chromium"
    with _installing(folder) as needed:
        if needed:
            _unpack(folder, "", "chromium", "fonts-dejavu-core")
            _write_fonts(folder)
            libraries = f"{folder}/usr/lib/x86_64-linux-gnu:{folder}/usr/lib/x86_64-linux-gnu/pulseaudio"
            _write_program(
                folder / "chromium.sh",
                f'export LD_LIBRARY_PATH="{libraries}" FONTCONFIG_FILE="{folder}/fonts.conf"\n'
                f'exec "{folder}/usr/lib/chromium/chromium" "$@"',
            )
            run(folder / "chromium.sh", "--version")
    return folder / "chromium.sh"


def node() -> Path:
    """The Node that this code-server is made for; the machine's own may be older."""
    folder = cache() / f"node-{NODE_VERSION}"
    with _installing(folder) as needed:
        if needed:
            package = f"{_npm_package_for_node()}@{NODE_VERSION}"
            run("npm", "pack", package, "--loglevel=error", cwd=folder)
            archive = next(folder.glob("*.tgz"))
            run("tar", "-xzf", archive, "--strip-components=1", cwd=folder)
            archive.unlink()
            run(folder / "bin/node", "--version")
    return folder / "bin/node"


def code_server() -> Path:
    """VS Code served to a browser, without running any install script of its packages."""
    folder = cache() / f"code-server-{CODE_SERVER_VERSION}"
    home = folder / "node_modules/code-server"
    with _installing(folder) as needed:
        if needed:
            (folder / "package.json").write_text('{"private": true}', encoding="utf-8")
            _npm_install(folder, f"code-server@{CODE_SERVER_VERSION}")
            # Its own install script does these two; optional packages stay, the file watcher is one of them.
            _npm_install(home / "lib/vscode", "--omit=dev")
            _npm_install(home / "lib/vscode/extensions", "--omit=dev")
            run(node(), home, "--version", env={"XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder)})
    return home


def playwright() -> Path:
    """The folder whose node_modules hold playwright-core, which steers the browser."""
    folder = cache() / f"playwright-{PLAYWRIGHT_VERSION}"
    with _installing(folder) as needed:
        if needed:
            (folder / "package.json").write_text('{"private": true}', encoding="utf-8")
            _npm_install(folder, f"playwright-core@{PLAYWRIGHT_VERSION}")
    return folder


INSTALLERS: Final[dict[str, Callable[[], Path]]] = {
    "neovim": neovim,
    "helix": helix,
    "emacs": emacs,
    "lsp-mode": lsp_mode,
    "chromium": chromium,
    "node": node,
    "code-server": code_server,
    "playwright": playwright,
}


@contextlib.contextmanager
def _installing(folder: Path) -> Iterator[bool]:
    """True where the folder is to be filled now; what was left half done is thrown away, then and before."""
    if (folder / _READY).exists():
        yield False
        return
    with alone_with(folder):
        if (folder / _READY).exists():  # another process has just done it
            yield False
            return
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            yield True
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        (folder / _READY).touch()


def _unpack(folder: Path, suite: str, *packages: str) -> None:
    """Unpack Debian packages and what they depend on, by an apt that has all its state in `folder`.

    With a `suite` everything down to the C library is unpacked, since nothing of another suite may be mixed with the
    machine's own; without one only what the machine lacks.
    """
    if not shutil.which("apt-get") or platform.machine() != "x86_64":
        raise NotAvailable(f"{packages[0]} is unpacked from Debian's archive here, which needs apt-get on x86_64.")
    state = folder / ".apt"
    for part in ("lists/partial", "cache/archives/partial", "parts"):
        (state / part).mkdir(parents=True)
    options = [
        f"Dir::State::lists={state}/lists",
        f"Dir::Cache={state}/cache",
        "Debug::NoLocking=1",
        "APT::Sandbox::User=",
        "Acquire::Languages=none",
        "APT::Install-Recommends=0",
        "DPkg::Post-Invoke=",
        "APT::Update::Post-Invoke=",
        "DPkg::Pre-Install-Pkgs=",
    ]
    if suite:
        (state / "status").touch()
        (state / "sources.list").write_text(
            f"deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] {_mirror()} {suite} main\n",
            encoding="utf-8",
        )
        options += [f"Dir::Etc::sourcelist={state}/sources.list", f"Dir::Etc::sourceparts={state}/parts"]
        options += [f"Dir::State::status={state}/status"]
    apt = ["apt-get", *(word for option in options for word in ("-o", option))]
    run(*apt, "update", "-qq")
    run(*apt, "install", "-y", "-qq", "--download-only", *packages)
    _extract(folder, sorted((state / "cache/archives").glob("*.deb")))
    shutil.rmtree(state)


def _extract(folder: Path, archives: list[Path]) -> None:
    """Unpack as a merged /usr, as every Debian of today is laid out."""
    for name in ("bin", "lib", "lib64", "sbin"):
        (folder / "usr" / name).mkdir(parents=True, exist_ok=True)
        (folder / name).symlink_to(f"usr/{name}")
    for archive in archives:
        with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", archive], stdout=subprocess.PIPE) as reading:
            subprocess.run(
                ["tar", "-C", folder, "-xf", "-", "--no-same-owner", "--keep-directory-symlink"],
                stdin=reading.stdout,
                check=True,
            )


def _rehome(folder: Path, program: str) -> None:
    """Make a program of another suite use that suite's own loader and libraries.

    Starting it through the loader by hand would not do: Neovim starts itself again by its own path.
    """
    loader, libraries = folder / "lib64/ld-linux-x86-64.so.2", folder / "usr/lib/x86_64-linux-gnu"
    target = folder / "rehomed" / program
    target.parent.mkdir(exist_ok=True)
    shutil.copy2(folder / "usr/bin" / program, target)
    patchelf: list[str | Path] = [loader, "--library-path", libraries, folder / "usr/bin/patchelf"]
    run(*patchelf, "--set-interpreter", loader, "--force-rpath", "--set-rpath", libraries, target)


def _mirror() -> str:
    answer = run("apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages")
    for address in answer.split():
        if address.rstrip("/").endswith("/debian"):
            return address
    raise NotAvailable("apt on this machine knows no Debian mirror.")


def _npm_package_for_node() -> str:
    machine = {"x86_64": "x64", "AMD64": "x64", "aarch64": "arm64", "arm64": "arm64"}.get(platform.machine())
    system = {"Linux": "linux", "Darwin": "darwin"}.get(platform.system())
    if not machine or not system:
        raise NotAvailable("There is no package of Node for this machine.")
    return f"node-{system}-{machine}"


def _npm_install(folder: Path, *arguments: str) -> None:
    run("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", *arguments, cwd=folder)


def _version(program: str | Path, word: int) -> tuple[int, ...]:
    """(0, 12) for `NVIM v0.12.4` with `word` 1, counted from 0; () where it does not run."""
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=30, check=True).stdout
        return tuple(int(part) for part in answer.split()[word].lstrip("v").split("-")[0].split(".")[:2])
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return ()


def _write_program(path: Path, body: str) -> None:
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)


def _write_fonts(folder: Path) -> None:
    """A machine without fonts has no configuration of them either."""
    (folder / "fonts.conf").write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n'
        f"<fontconfig><dir>{folder}/usr/share/fonts</dir><dir>/usr/share/fonts</dir>"
        f"<cachedir>{folder}/fonts-cache</cachedir></fontconfig>\n",
        encoding="utf-8",
    )


def run(*command: str | Path, cwd: Path | None = None, env: dict[str, str] | None = None) -> str:
    """Run one step of an installation; its output, or NotAvailable with the last it said."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words,
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotAvailable(f"`{words[0]}` could not be run: {error}") from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()[-3:]
        raise NotAvailable(f"`{' '.join(words[:2])}` failed ({done.returncode}): {' / '.join(said)}")
    return done.stdout


if __name__ == "__main__":
    raise SystemExit(main())
