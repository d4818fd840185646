"""Reading a local git repository (bare or not) by its path, with the git command and nothing else."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

__all__ = ["CODE", "Repository", "code_files"]

CODE = {
    ".py": "python",
    ".ts": "typescript",
    ".tsx": "typescriptreact",
    ".js": "javascript",
    ".mjs": "javascript",
    ".go": "go",
    ".rs": "rust",
    ".java": "java",
    ".rb": "ruby",
    ".c": "c",
    ".h": "c",
    ".cc": "cpp",
    ".cpp": "cpp",
}
"""Suffixes of the files that are looked at, and their language identifiers."""

_LARGEST = 400_000
_MACHINE_MADE = ("vendor/", "node_modules/", "/dist/", "third_party/", ".min.", "_pb2.py", ".pb.go", ".d.ts")


class Repository:
    """A repository at a path, asked by git."""

    def __init__(self, path: Path) -> None:
        git = path / ".git"
        self._git = ["git", f"--git-dir={git if git.exists() else path}"]
        self._batch: subprocess.Popen[bytes] | None = None
        self.files = lru_cache(64)(self._files)

    def run(self, *arguments: str) -> str:
        """The output of a git command."""
        found = subprocess.run([*self._git, *arguments], check=True, capture_output=True)
        return found.stdout.decode("utf-8", "replace")

    def has(self, commit: str) -> bool:
        """Whether a commit is in the repository."""
        command = [*self._git, "cat-file", "-e", f"{commit}^{{commit}}"]
        return subprocess.run(command, check=False, capture_output=True).returncode == 0

    def _files(self, commit: str) -> frozenset[str]:
        """The paths of a commit's tree."""
        return frozenset(self.run("ls-tree", "-r", "-z", "--name-only", commit).split("\0")[:-1])

    def read(self, commit: str, path: str) -> str | None:
        """The text of a file, or None if there is none, or it is no UTF-8, or too large."""
        return None if "\n" in path else self.read_object(f"{commit}:{path}")

    def read_object(self, name: str) -> str | None:
        """The same for any name that git has for a file's text."""
        if self._batch is None:
            command = [*self._git, "cat-file", "--batch"]
            self._batch = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        writer, reader = self._batch.stdin, self._batch.stdout
        if writer is None or reader is None:
            raise RuntimeError("git cat-file has no pipes")
        writer.write(f"{name}\n".encode())
        writer.flush()
        head = reader.readline().split()
        if head[-1] == b"missing" or len(head) != 3:
            return None
        data = reader.read(int(head[2]) + 1)[:-1]
        if head[1] != b"blob" or len(data) > _LARGEST:
            return None
        try:
            return data.decode()
        except UnicodeDecodeError:
            return None

    def close(self) -> None:
        """End the git process."""
        if self._batch is not None and self._batch.stdin is not None and self._batch.stdout is not None:
            self._batch.stdin.close()
            self._batch.stdout.close()
            self._batch.wait()
            self._batch = None


def is_code(path: str) -> bool:
    """Whether a file is code that somebody wrote."""
    return Path(path).suffix in CODE and not any(part in f"/{path}" for part in _MACHINE_MADE)


def code_files(repository: Repository, commit: str) -> Iterator[tuple[str, str]]:
    """(path, text) of a commit's code, without exact duplicates."""
    seen = set()
    for path in sorted(repository.files(commit)):
        text = repository.read(commit, path) if is_code(path) else None
        if text and text not in seen:
            seen.add(text)
            yield path, text
