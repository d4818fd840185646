"""Code actions as editors meet them: a real server, a scripted model, and the buffer that must result in each."""

from __future__ import annotations

from typing import Any

import pytest

from tests.protocol.acting import CLIENTS, selected
from tests.stub import StubServer, replies

pytestmark = pytest.mark.asyncio

FILE = '''"""Shapes."""

import os

NAME = "名前 😀"


def area(w, h):
    print("名前 😀", w)
    return w + h


class Shape:
    def name(self):
        # TODO: give the name
        pass

    def sides(self):
        return [1, 2, 3]
'''


def fenced(code: str, language: str = "python") -> replies.Reply:
    """An answer in pieces, with talk around it."""
    return replies.chat(
        ["Sure! ", "Here it is:\n\n", f"```{language}\n", *code.splitlines(keepends=True), "\n```\n", "Done."]
    )


MULTIPLIED = FILE.replace("w + h", "w * h")
PROBLEM = {"range": {"start": {"line": 9, "character": 4}, "end": {"line": 9, "character": 16}}, "message": "adds"}

# title of the item, the file with the selection, the answer, and the file that must result
CASES: dict[str, tuple[str, str, str, str]] = {
    "fix": (
        "Fix: adds",
        FILE.replace("return w + h", "return w│ + h"),
        'def area(w, h):\n    print("名前 😀", w)\n    return w * h',
        MULTIPLIED,
    ),
    "document": (
        "Document `area`",
        FILE.replace("w + h", "w│ + h"),
        '"""Add the sides."""',
        FILE.replace("def area(w, h):\n", 'def area(w, h):\n    """Add the sides."""\n'),
    ),
    "extract": (
        "Extract into a function",
        FILE.replace('    print("名前 😀", w)', '│    print("名前 😀", w)│'),
        'def tell(w):\n    print("名前 😀", w)\n\n\ndef area(w, h):\n    tell(w)\n    return w + h',
        FILE.replace(
            'def area(w, h):\n    print("名前 😀", w)\n',
            'def tell(w):\n    print("名前 😀", w)\n\n\ndef area(w, h):\n    tell(w)\n',
        ),
    ),
    "simplify": (
        "Simplify",
        FILE.replace("return [1, 2, 3]", "return │[1, 2, 3]"),
        "    def sides(self):\n        return list(range(1, 4))",
        FILE.replace("[1, 2, 3]", "list(range(1, 4))"),
    ),
    "rename": (
        "Rename variables",
        FILE.replace("return w + h", "return w + │h"),
        'def area(w, h):\n    print("名前 😀", w)\n    return h + w',
        FILE.replace("w + h", "h + w"),
    ),
    "types": (
        "Add types",
        FILE.replace("return w + h", "return w + │h"),
        'def area(w: int, h: int) -> int:\n    print("名前 😀", w)\n    return w + h',
        FILE.replace("def area(w, h):", "def area(w: int, h: int) -> int:"),
    ),
    "errors": (
        "Handle errors",
        FILE.replace("return w + h", "return w + │h"),
        'def area(w, h):\n    if w < 0:\n        raise ValueError("w")\n    print("名前 😀", w)\n    return w + h',
        FILE.replace(
            '    print("名前 😀", w)\n', '    if w < 0:\n        raise ValueError("w")\n    print("名前 😀", w)\n'
        ),
    ),
    "complete": (
        "Complete `name`",
        FILE.replace("        pass", "        │pass"),
        '```imports\nimport json\n```\n```python\ndef name(self):\n    return json.dumps("shape")',
        FILE.replace("        # TODO: give the name\n        pass", '        return json.dumps("shape")').replace(
            "import os\n", "import os\nimport json\n"
        ),
    ),
    "optimise": (
        "Optimise `sides`",
        FILE.replace("return [1, 2, 3]", "return │[1, 2, 3]"),
        "def sides(self):\n    return (1, 2, 3)",
        FILE.replace("[1, 2, 3]", "(1, 2, 3)"),
    ),
    "translate": (
        "Translate the comments",
        FILE.replace("        # TODO: give the name\n", "│        # TODO: 名前を返す\n│"),
        "        # TODO: give the name",
        FILE,
    ),
}


@pytest.mark.parametrize("client", list(CLIENTS))
@pytest.mark.parametrize("case", list(CASES))
async def test_the_buffer_after_each_action_in_each_editor(acting, client: str, case: str):
    title, marked, answer, expected = CASES[case]
    reply = replies.chat([answer + "\n```"]) if answer.startswith("```imports") else fenced(answer)
    async with StubServer(reply) as stub:
        editor = await acting(client, stub)
        text, span = selected(marked, editor.encoding)
        uri = (acting.folder / "shapes.py").as_uri()
        editor.open(uri, text)
        context: dict[str, Any] = {}
        if case == "fix":
            context["diagnostics"] = [{**PROBLEM, "severity": 1, "source": "check", "code": "E1"}]
        await editor.choose(uri, span, title, **context)
        assert await editor.settled(uri, text) == expected, editor.shown()
        assert len(editor.edits) == 1  # one undo step
        assert editor.shown() == []
        assert len(stub.asked) == 1
