"""Cut what stands below the cursor already: models like to go on until they meet the next line and write it again."""

from __future__ import annotations

from foretype.postprocess.surroundings import Surroundings
from foretype.text.lines import split_lines


def cut_repeated_lines(text: str, around: Surroundings) -> str:
    """Cut from the first line on that begins a repetition of the lines below.

    A line that is only closers (`}`, `end`) repeats by right; such a run is cut only where it reaches the end of the
    text, that is, where the closers below would be doubled.
    """
    below = [line.strip() for line in around.below if line.strip()]
    if not below:
        return text
    lines = split_lines(text)
    whole = [(around.typed + lines[0]).strip(), *(line.strip() for line in lines[1:])]
    for start, line in enumerate(whole):
        if not line:
            continue
        run = [other for other in whole[start:] if other]
        same = run == below[: len(run)]
        telling = line == below[0] and sum(character.isalnum() for character in line) > 3
        if same or telling:
            return "".join(lines[:start]).rstrip() if start else ""
    return text
