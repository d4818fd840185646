"""A commit's message from what is staged: git is asked, the model writes, nothing is committed.

Files that no model may see are left out of the diff, secrets are taken out of the rest.
"""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path
from typing import Final

from foretype.context.gate import Gate
from foretype.context.secrets.redaction import redact
from foretype.features.actions.asking import ActionModel, ask
from foretype.features.actions.run import Report, nothing
from foretype.features.actions.values import Unfit
from foretype.models.provider import ChatPrompt
from foretype.prompts.actions.answer import read_answer
from foretype.prompts.actions.render import wording
from foretype.prompts.tasks import Section, render_task
from foretype.text.document import Document
from foretype.text.lines import Lines

MOST_BYTES: Final = 4_000_000
ANSWER_TOKENS: Final = 400
_PATIENCE: Final = 20.0
_EARLIER: Final = 8
_SAFE: Final = (
    *("--no-pager", "--literal-pathspecs"),
    *("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "-c", "log.showSignature=false"),
    *("-c", "diff.external=", "-c", "protocol.allow=never"),
)
"""Whoever made a repository may have named programs in it, which git would start while it reads."""
_SURROUNDINGS: Final = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_TERMINAL_PROMPT": "0",
}
_STAGED: Final = (
    "diff",
    "--staged",
    "--find-renames",
    "--submodule=short",
    "--ignore-submodules=dirty",
    "--diff-filter=u",
)
"""Whatever the user's git is set to: one part for each file, none for those that are still in conflict."""
_LABEL: Final = re.compile(r"\A(?:commit message|message)\s*:\s*", re.IGNORECASE)


async def commit_message(place: Path, model: ActionModel, gate: Gate, report: Report = nothing) -> str:
    """The message for what is staged in the repository that holds `place`. Raises Unfit where nothing is."""
    report("reading", "", 0)
    folder = place if place.is_dir() else place.parent
    top = Path((await _git(folder, "rev-parse", "--show-toplevel")).strip())
    diff = await _git(top, *_STAGED, "--no-color", "--no-ext-diff", "--no-textconv", "-U3")
    if not diff.strip():
        raise Unfit("Nothing is staged.")
    # Names as they are: in a diff git quotes what is no plain ASCII.
    listed = await _git(top, *_STAGED, "--name-status", "-z")
    parts, all_names = _files(diff), _names(listed)
    # One part for each name, or a part would be judged by another file's name; only a diff that was cut has fewer.
    if len(parts) > len(all_names) or (len(parts) < len(all_names) and len(diff) < MOST_BYTES // 4):
        raise Unfit("What is staged changed while it was read.")
    changes = list(zip(parts, all_names, strict=False))
    files = [(part, names[-1]) for part, names in changes if await _may_be_seen(names, top, gate)]
    if not files:
        raise Unfit("Only files that no model may see are staged.")
    summary = "\n".join(f"{name}: +{_count(part, '+')} -{_count(part, '-')}" for part, name in files)
    earlier = await _git(top, "log", f"-{_EARLIER}", "--no-show-signature", "--format=%s", may_fail=True)
    prompt = _prompt(files, summary, earlier, model)
    report("asking", "", 0)
    said = await ask(model, prompt, ANSWER_TOKENS, lambda text, count: report("answering", text, count))
    if not said.whole:
        raise Unfit("The answer was cut off before its end.")
    return read_message(said.text)


def read_message(raw: str) -> str:
    """The message in an answer, whatever stands around it. Raises Unfit where there is none."""
    answer = read_answer(raw)
    text = answer.blocks[0].text if answer.blocks else answer.bare
    text = _LABEL.sub("", text.strip().strip("`")).strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1].strip()
    if not text or answer.declines:
        raise Unfit("The answer was empty." if not text else "The model declined to do it.")
    lines = [line.rstrip() for line in text.split("\n")]
    lines[0] = lines[0].lstrip("#*- ").removesuffix(".")
    if len(lines) > 1 and lines[1]:
        lines.insert(1, "")
    return "\n".join(lines)


def _prompt(files: list[tuple[str, str]], summary: str, earlier: str, model: ActionModel) -> ChatPrompt:
    """Small changes first: where not all of them fit, the largest is cut, which says least by the line."""
    sections = [Section(f"The files:\n{redact(summary).text}", keep="start")]
    if earlier.strip():
        sections.append(Section(f"Earlier messages:\n{redact(earlier.strip()).text}", keep="optional", rank=20))
    for rank, (part, name) in enumerate(sorted(files, key=lambda file: len(file[0])), 1):
        sections.append(Section(redact(part, name).text, language_id="diff", keep="start", rank=min(rank, 19)))
    return render_task(wording("commit_message"), "", sections, model.budget).prompt


def _files(diff: str) -> list[str]:
    """The diff of each file."""
    return [part for part in re.split(r"(?m)^(?=diff --git )", diff) if part.strip()]


def _names(listed: str) -> list[tuple[str, ...]]:
    """The names of each part of the diff: before and after where a file was renamed or copied.

    A file that became a link, or the other way round, has two parts: one for what went, one for what came.
    """
    words, found = iter(listed.split("\0")), list[tuple[str, ...]]()
    for status in filter(None, words):
        names = (next(words, ""), next(words, "")) if status[0] in "RC" else (next(words, ""),)
        found += [names, names] if status[0] == "T" else [names]
    return found


def _count(part: str, sign: str) -> int:
    """How many lines of a file's diff begin so, without its head."""
    body = part[part.find("\n@@") :] if "\n@@" in part else ""
    return body.count(f"\n{sign}")


async def _may_be_seen(names: tuple[str, ...], top: Path, gate: Gate) -> bool:
    """Whether a model may see a file by all its names."""
    for name in filter(None, names):
        document = Document((top / name).as_uri(), "", None, Lines(""))
        await gate.known(document)
        if gate.closed(document):
            return False
    return True


async def _git(folder: Path, *arguments: str, may_fail: bool = False) -> str:
    """What git says. Raises Unfit where it cannot be asked."""
    try:
        process = await asyncio.create_subprocess_exec(
            "git",
            *_SAFE,
            *arguments,
            cwd=folder,
            env={**os.environ, **_SURROUNDINGS},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError as error:
        raise Unfit("git could not be run.") from error
    try:
        output, _ = await asyncio.wait_for(process.communicate(), _PATIENCE)
    except asyncio.TimeoutError:
        raise Unfit("git took too long.") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode and not may_fail:
        raise Unfit("This folder is not in a git repository.")
    return output[:MOST_BYTES].decode("utf-8", "replace")
