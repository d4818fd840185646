"""Models that rewrite a region around the cursor instead of filling a hole: what they want to see. Data only.

They are never asked to fill in the middle. Source: the public descriptions and ports of the Zeta models; Zeta 2
and 2.1 descend from Seed-Coder and keep its special tokens.
"""

from __future__ import annotations

from dataclasses import dataclass

from foretype.models.families import squeezed_names


@dataclass(frozen=True, slots=True)
class EditFamily:
    """One family of editing models.

    `template` holds {edits}, what was changed lately as diffs, and {editable}, the region to rewrite with `cursor`
    in it; perhaps {before} and {after}, the text around the region, {path}, {instruction} and {files}, each of
    which has the form `file`. With `markers` the region is cut into blocks by that text, numbered from 1, and the
    answer names the blocks that it replaces. `end` stands behind an answer. `context` is in tokens.
    """

    name: str
    template: str
    cursor: str
    end: str
    stop: tuple[str, ...]
    tokens: tuple[str, ...]
    models: tuple[str, ...]
    file: str = ""
    markers: str = ""
    context: int = 4_096


_SEED_TOKENS = ("<[fim-suffix]>", "<[fim-prefix]>", "<[fim-middle]>", "<[end▁of▁sentence]>", "<filename>")
_SEED_HEAD = "<[fim-suffix]>{after}\n<[fim-prefix]>{files}<filename>edit_history\n{edits}<filename>{path}\n{before}"

ZETA_1 = EditFamily(
    "Zeta",
    "### Instruction:\n{instruction}\n\n### User Edits:\n\n{edits}\n\n### User Excerpt:\n\n"
    "{before}<|editable_region_start|>\n{editable}\n<|editable_region_end|>{after}\n\n### Response:\n\n",
    "<|user_cursor_is_here|>",
    "<|editable_region_end|>",
    ("<|editable_region_end|>",),
    ("<|editable_region_start|>", "<|editable_region_end|>", "<|user_cursor_is_here|>", "<|start_of_file|>"),
    ("zeta", "zeta1"),
)
ZETA_2 = EditFamily(
    "Zeta 2",
    _SEED_HEAD + "<<<<<<< CURRENT\n{editable}\n=======\n<[fim-middle]>",
    "<|user_cursor|>",
    ">>>>>>> UPDATED\n",
    (">>>>>>> UPDATED\n", "<[end▁of▁sentence]>"),
    (*_SEED_TOKENS, "<|user_cursor|>"),
    ("zeta2",),
    "<filename>{path}\n{text}\n",
)
ZETA_2_1 = EditFamily(
    "Zeta 2.1",
    _SEED_HEAD + "{editable}\n<[fim-middle]>",
    "<|user_cursor|>",
    "<[end▁of▁sentence]>",
    ("<[end▁of▁sentence]>",),
    (*_SEED_TOKENS, "<|user_cursor|>"),
    ("zeta21",),
    "<filename>{path}\n{text}\n",
    "<|marker_{number}|>",
)

EDIT_FAMILIES = (ZETA_1, ZETA_2, ZETA_2_1)


def edit_family_of(model: str) -> EditFamily | None:
    """The editing family of a model by its name (the longest part decides); None for all other models."""
    names = squeezed_names(model)
    found = [
        (len(part), family) for family in EDIT_FAMILIES for part in family.models if any(part in name for name in names)
    ]
    return max(found, key=lambda entry: entry[0])[1] if found else None
