"""A project's instructions: which files count, in which order, and which never do."""

from __future__ import annotations

from pathlib import Path

import pytest

from foretype.prompts.instructions import MOST_BYTES, Instructions, read_instructions

pytestmark = pytest.mark.asyncio


async def anything(_: Path) -> bool:
    return True


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


async def test_nothing_there(tmp_path: Path) -> None:
    assert await read_instructions(tmp_path, tmp_path / "a.py", anything) == Instructions()


async def test_the_order(tmp_path: Path) -> None:
    names = [".foretype/instructions.md", "AGENTS.md", ".github/copilot-instructions.md", "src/AGENTS.md"]
    write(tmp_path, {name: f"{name}\r\nsays\n" for name in names} | {"other/AGENTS.md": "other"})
    found = await read_instructions(tmp_path, tmp_path / "src" / "deep" / "a.py", anything)
    assert found.paths == (names[0], names[3], names[1], names[2])
    assert found.text == "\n\n".join(f"{name}\nsays" for name in found.paths)


async def test_the_same_text_counts_once(tmp_path: Path) -> None:
    write(tmp_path, {"AGENTS.md": "same", ".github/copilot-instructions.md": "same\n"})
    assert await read_instructions(tmp_path, None, anything) == Instructions("same", ("AGENTS.md",))


async def test_what_never_counts(tmp_path: Path) -> None:
    outside = tmp_path / "outside.md"
    outside.write_text("elsewhere")
    folder = tmp_path / "project"
    write(folder, {".foretype/instructions.md": "x" * (MOST_BYTES + 1), "secret.md": "s"})
    (folder / ".github").mkdir()
    (folder / ".github" / "copilot-instructions.md").write_bytes(b"\xff\xfe")
    try:
        (folder / "AGENTS.md").symlink_to(outside)
    except OSError:
        pytest.skip("no links on this system")
    assert await read_instructions(folder, Path("/elsewhere/a.py"), anything) == Instructions()
    (folder / "AGENTS.md").unlink()
    (folder / "AGENTS.md").symlink_to(folder / "secret.md")
    assert (await read_instructions(folder, None, anything)).text == "s"


async def test_what_no_model_may_see_is_no_instruction(tmp_path: Path) -> None:
    async def allowed(path: Path) -> bool:
        return path.name != "AGENTS.md"

    write(tmp_path, {"AGENTS.md": "same", ".github/copilot-instructions.md": "same", "src/AGENTS.md": "x"})
    found = await read_instructions(tmp_path, tmp_path / "src" / "a.py", allowed)
    assert found == Instructions("same", (".github/copilot-instructions.md",))
