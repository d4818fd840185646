"""Changes of one document from several answers: what they import is put in once, or one of them is refused."""

from __future__ import annotations

import pytest

from foretype.features.actions.change import FileChange, joined
from foretype.features.actions.judge import judge
from foretype.features.actions.values import Asked, Edit, Fitted, Unfit, Unit
from foretype.text.document import Document
from foretype.text.lines import Lines
from foretype.text.positions import Position

PYTHON = '"""Shapes."""\n\nimport math\n\n\ndef one():\n    return 1\n\n\ndef two():\n    return 2\n'


def changes(text: str, language: str, units: dict[str, tuple[int, int]], answers: dict[str, str]) -> list[FileChange]:
    """What each answer comes to by itself."""
    document = Document("file:///w/a", language, 1, Lines(text))
    found = []
    for name, answer in answers.items():
        asked = Asked(document, Unit(*units[name], name), imports=True)
        verdict = judge(answer, asked)
        assert isinstance(verdict, Fitted), verdict
        found.append(FileChange(document, verdict.edits))
    return found


def python(*imports: str, text: str = PYTHON) -> str:
    """The file after two fixes that bring these imports."""
    start = text.split("\n").index("def one():")
    units = {"one": (start, start + 2), "two": (start + 4, start + 6)}
    answers = {
        name: f"```imports\n{each}\n```\n```python\ndef {name}():\n    return {name!r}\n```"
        for name, each in zip(units, imports, strict=True)
    }
    (change,) = joined(changes(text, "python", units, answers))
    return change.after


def fixed(text: str) -> str:
    return text.replace("return 1", "return 'one'").replace("return 2", "return 'two'")


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ("import os", "import os", "import os\n"),
        ("import os", "import sys", "import os\nimport sys\n"),
        ("import os", "import sys\nimport os", "import os\nimport sys\n"),
        ("from a import b", "from a import b, c", "from a import b\nfrom a import c\n"),
        (
            "from a import (\n    b,\n)",
            "from a import (\n    b,\n    c,\n)",
            "from a import (\n    b,\n)\nfrom a import (c)\n",
        ),
        ("import a as x", "import a as y", "import a as x\nimport a as y\n"),
    ],
)
def test_what_two_answers_import(one: str, other: str, both: str):
    assert python(one, other) == fixed(PYTHON).replace("import math\n", f"import math\n{both}")


def test_the_future_comes_first_whoever_brings_it():
    future = "from __future__ import annotations"
    assert python("import os", future) == fixed(PYTHON).replace("import math\n", f"{future}\nimport math\nimport os\n")
    bare = PYTHON.replace("import math\n\n\n", "")
    assert python("import os", future, text=bare) == fixed(bare).replace('"""\n', f'"""\n{future}\nimport os\n', 1)


def test_line_ends_stay():
    windows = PYTHON.replace("\n", "\r\n")
    document = Document("file:///w/a", "python", 1, Lines(windows))
    found = []
    for name, start in (("one", 5), ("two", 9)):
        answer = f"```imports\nimport {name}\n```\n```python\ndef {name}():\n    return {name!r}\n```"
        verdict = judge(answer, Asked(document, Unit(start, start + 2, name), imports=True))
        assert isinstance(verdict, Fitted)
        found.append(FileChange(document, verdict.edits))
    (change,) = joined(found)
    assert "import math\r\nimport one\r\nimport two\r\n" in change.after
    assert change.after.count("\r\n") == change.after.count("\n")


def test_a_name_from_two_places_is_refused():
    with pytest.raises(Unfit, match="another 'loads'"):
        python("from json import loads", "from yaml import loads")


def test_names_of_typescript_are_imported_once():
    text = "import { a } from './a';\n\nfunction one() {\n  return 1;\n}\n\nfunction two() {\n  return 2;\n}\n"
    answers = {
        "one": "```imports\nimport { b } from './b';\n```\n```typescript\nfunction one() {\n  return b;\n}\n```",
        "two": "```imports\nimport { b, c } from './b';\n```\n```typescript\nfunction two() {\n  return c(b);\n}\n```",
    }
    (change,) = joined(changes(text, "typescript", {"one": (2, 5), "two": (6, 9)}, answers))
    assert change.after.startswith(
        "import { a } from './a';\nimport { b } from './b';\nimport { c } from './b';\n\nfunction one() {\n"
    )


def test_go_paths_share_the_brackets():
    text = 'package m\n\nimport (\n\t"fmt"\n)\n\nfunc one() int {\n\treturn 1\n}\n\nfunc two() int {\n\treturn 2\n}\n'
    answers = {
        "one": '```imports\nimport "os"\n```\n```go\nfunc one() int {\n\treturn os.Getpid()\n}\n```',
        "two": '```imports\nimport (\n\t"os"\n\tx "io"\n)\n```\n```go\nfunc two() int {\n\treturn os.Getppid()\n}\n```',
    }
    (change,) = joined(changes(text, "go", {"one": (6, 9), "two": (10, 13)}, answers))
    assert change.after.startswith('package m\n\nimport (\n\t"fmt"\n\t"os"\n\tx "io"\n)\n\nfunc one')


def test_other_text_at_one_place_is_refused():
    document = Document("file:///w/a", "python", 1, Lines("x = 1\n"))
    end = Position(1, 0)
    found = [FileChange(document, (Edit(end, end, text),)) for text in ("y = 1\n", "import z\n")]
    with pytest.raises(Unfit, match="change the same lines"):
        joined(found)
