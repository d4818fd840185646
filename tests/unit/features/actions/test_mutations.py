"""A thousand answers, mutated from valid ones: no other line is changed, nothing is raised, each no has its reason."""

from __future__ import annotations

import random

from foretype.features.actions.imports import import_lines
from foretype.features.actions.judge import judge
from foretype.features.actions.values import Asked, Fitted, Unfit, applied
from tests.golden.action_cases import ActionCase, read_action_cases

MUTATIONS = 1000
NOISE = [
    "```",
    "```python",
    "~~~",
    "<<<<<<< SEARCH",
    "=======",
    ">>>>>>> REPLACE",
    "",
    "\t",
    "    ",
    "# ...",
    "\r",
    "@@ -1,3 +1,4 @@",
]
NOISE += [
    "+x = 1",
    "-x = 1",
    "src/other.py",
    "`/etc/passwd`",
    "import os",
    "def area(w, h):",
    "}",
    '"""',
    "/**",
    "\x00",
    "│",
    "名前 😀",
    "<think>",
]


def mutated(text: str, dice: random.Random) -> str:
    lines = text.split("\n")
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(lines))
        what = dice.randrange(9)
        if what == 0:
            del lines[at]
        elif what == 1:
            lines.insert(at, dice.choice(NOISE))
        elif what == 2:
            lines.insert(at, dice.choice(lines))
        elif what == 3:
            lines[at] = dice.choice(["", " ", "\t", "    "]) + lines[at]
        elif what == 4:
            lines[at] = lines[at].lstrip()
        elif what == 5:
            cut = dice.randrange(len(lines[at]) + 1)
            lines[at] = lines[at][:cut] + dice.choice(["", ")", "{", "\u2028", '"']) + lines[at][cut + 1 :]
        elif what == 6:
            lines = lines[: at + 1]
        elif what == 7:
            lines = lines[at:]
        else:
            other = dice.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
        lines = lines or [""]
    return "\n".join(lines)


def untouched(asked: Asked, fitted: Fitted) -> bool:
    """Whether what stands around the unit is the same, but for imports among the imports."""
    before, after = list(asked.lines), list(applied(asked.lines, fitted.edits))
    start, behind = asked.unit.start, len(before) - asked.unit.end
    if asked.unit.end >= len(before) - 1:
        behind = 0
    elif after[len(after) - behind :] != before[asked.unit.end :]:
        return False
    if not asked.imports:
        return after[:start] == before[:start]
    place = import_lines(asked)
    kept = iter(after)
    return place.stop <= start and all(line in kept for line in before[:start])


def valid_cases() -> list[ActionCase]:
    return [case for case in read_action_cases() if "expected" in case.sections and "times" not in case.options]


def test_mutations_of_valid_answers() -> None:
    dice, cases = random.Random(6), valid_cases()
    fitting = refused = 0
    for number in range(MUTATIONS):
        case = cases[number % len(cases)]
        asked, answer = case.asked, mutated(case.answer, dice)
        verdict = judge(answer, asked)
        if isinstance(verdict, Unfit):
            refused += 1
            assert verdict.reason.endswith((".", "…")), (answer, verdict.reason)
            assert verdict.hint
        else:
            fitting += 1
            assert verdict.edits
            assert untouched(asked, verdict), (case.sentence, answer)
    # Both must have happened, or nothing was tried.
    assert fitting > MUTATIONS / 5
    assert refused > MUTATIONS / 5
