"""How much a text looks drawn by lot rather than written: the measure by which secrets are told from names and words.

Pure arithmetic on one short text. Which text deserves the question, and how sure one must be, is decided elsewhere.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import Final

# How letters follow each other in names: a row for each first letter, a digit for each second one. A digit d says that
# the pair is 2**(d - 4) times as likely between letters drawn by lot as it is in names. Counted over the 162,252
# different words of CPython's standard library; `python -m benchmarks.secrets.letters` counts them anew.
_PAIRS: Final = (
    "64338649496233949232567669",
    "25463778338267349446298947",
    "38663783593368178452478969",
    "35641667299377369445387969",
    "47336568798343756223766469",
    "37553369199487279354398969",
    "47661744398464569335478987",
    "17761787398567289464598979",
    "55445549898341349432959595",
    "37671766474676248637277866",
    "37550647378385667535674979",
    "36741299299387269844489959",
    "25861899398547229745499959",
    "37322428496675369732559979",
    "55337659695432439244454698",
    "28652786497388339353578939",
    "67677967796376866557087888",
    "37551649396655269433557959",
    "59581775396677447731487959",
    "37561693297667459344587748",
    "54563559499242639232899899",
    "17680788399867579777887978",
    "28653684199563379246884799",
    "47263596388647629651888448",
    "65454577598443518622665756",
    "48760777298556368866886553",
)

# Base-2 logarithms of how often one kind of character follows another in the same words: lower case, upper case,
# digit, any other; a row for the first.
_STEPS: Final = (
    (-0.22, -5.69, -6.84, -3.14),
    (-1.55, -0.84, -5.43, -3.72),
    (-3.0, -4.9, -0.51, -2.86),
    (-0.4, -3.61, -4.48, -3.14),
)
_KINDS: Final = (26.0, 26.0, 10.0, 4.0)
"""How many characters of each kind there are to draw from; of the others, as many as base64 and passwords use."""


def evidence(text: str) -> float:
    """Bits of evidence that the text was drawn by lot; below 0 it rather was written.

    The logarithm of a likelihood ratio: characters drawn independently from the kinds that occur, against the words
    of a large library (see `_PAIRS`). Of those words of 16 to 24 characters one in a thousand has more than 40 bits
    (real base64, most of them); of random letters and digits of that length 99 in 100 have more than 14.
    """
    if text.isupper():
        text = text.lower()  # capitals are no sign of chance where there is nothing else
    kinds = [_kind(char) for char in text]
    total = sum(_KINDS[kind] for kind in set(kinds))
    drawn = [math.log2(size / total) for size in _KINDS]
    bits = 0.0
    for at in range(1, len(kinds)):
        before, kind = kinds[at - 1], kinds[at]
        bits += drawn[kind] - _STEPS[before][kind]
        if before < 2 and kind < 2:
            bits += int(_PAIRS[_letter(text[at - 1])][_letter(text[at])]) - 4
    return bits


def entropy(text: str) -> float:
    """Shannon's entropy of the text's own characters, in bits per character; 0 for an empty text.

    Its bounds are those of the scanners that came first: 3.0 for hexadecimal and 4.5 for long base64 (truffleHog,
    detect-secrets), 3.5 for values beside a name (gitleaks). Alone it cannot tell `getElementById` from a key.
    """
    size = len(text)
    return -sum(count / size * math.log2(count / size) for count in Counter(text).values()) if text else 0.0


def _kind(char: str) -> int:
    if "a" <= char <= "z":
        return 0
    if "A" <= char <= "Z":
        return 1
    return 2 if "0" <= char <= "9" else 3


def _letter(char: str) -> int:
    return (ord(char) | 32) - 97
