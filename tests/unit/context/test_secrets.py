"""No secret of the corpus is in what is left of a text, wherever it is cut, and ordinary code is left as it is."""

from __future__ import annotations

import importlib
import random
import sys
import sysconfig
from pathlib import Path

import pytest

from foretype.context.secrets import PLACEHOLDER, formats, redact
from foretype.context.secrets.document import DocumentScan
from foretype.text.document import Change, Document
from foretype.text.lines import Lines
from foretype.text.positions import Position
from tests.planted import Planted, planted

CORPUS = planted()


def place_of(text: str, offset: int) -> Position:
    before = text[:offset]
    return Position(before.count("\n"), offset - before.rfind("\n") - 1)


def test_the_corpus_is_large_enough():
    assert len(CORPUS) >= 300
    assert len({each.text for each in CORPUS}) == len(CORPUS)


@pytest.mark.parametrize("secret", CORPUS, ids=lambda each: f"{each.kind}-{each.path}")
def test_a_planted_secret_is_withheld(secret: Planted):
    redacted = redact(secret.text, secret.path)
    assert secret.seen_in(redacted.text) == ""
    assert PLACEHOLDER in redacted.text
    assert redacted.text.count("\n") == secret.text.count("\n")
    assert redacted.text.startswith("def before():\n    return 1\n\n")
    assert redacted.text.endswith("\n\ndef after():\n    return 2\n")
    assert redacted.found
    assert not any(core[:8] in repr(redacted) for core in secret.cores)
    assert redacted.restore(redacted.text) in (secret.text, None)


@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
def test_line_ends_make_no_difference(line_end: str):
    for secret in CORPUS:
        left = redact(secret.text.replace("\n", line_end), secret.path).text
        assert secret.seen_in(left) == "", secret.kind


@pytest.mark.parametrize("secret", CORPUS, ids=lambda each: f"{each.kind}-{each.path}")
def test_a_cursor_anywhere_around_a_secret_shows_none_of_it(secret: Planted):
    text = secret.text
    document = Document(f"file:///w/{secret.path}", "python", 1, Lines(text))
    scan = DocumentScan()
    edges = {0, len(text), secret.at - 1, secret.at, secret.at + 1, secret.at + secret.size}
    for offset in edges | set(range(secret.at, secret.at + secret.size, 11)):
        shown = scan.shown(document, place_of(text, offset))
        before, after = shown.document.before(shown.position, 10**6), shown.document.after(shown.position, 10**6)
        assert secret.seen_in(before + after) == ""
        assert before + after == redact(text, document.uri).text
        if secret.at < offset < secret.at + secret.size and "\n" not in text[secret.at : secret.at + secret.size]:
            assert shown.inside


@pytest.mark.parametrize("secret", [each for each in CORPUS if not each.kind.startswith("key")], ids=lambda e: e.kind)
def test_a_secret_is_withheld_while_it_is_typed(secret: Planted):
    """At each key either no model is asked, or what it would see holds no piece of the secret."""
    # What begins as it likes, without a name beside it, can only be known once some of it stands there.
    free = secret.kind.startswith(("terraform", "telegram", "discord bot", "azure", "twilio", "mailchimp"))
    shortest = 16 if free else 8
    text = secret.text
    position = place_of(text, secret.at)
    document = Document(
        f"file:///w/{secret.path}", "python", 1, Lines(text[: secret.at] + text[secret.at + secret.size :])
    )
    scan = DocumentScan()
    shown = scan.shown(document, position)
    for char in text[secret.at : secret.at + secret.size]:
        document = document.apply([Change(position, position, char)], 1, "utf-32")
        position = Position(position.line, position.column + 1)
        shown = scan.shown(document, position)
        assert shown.inside or secret.seen_in(shown.document.text, shortest) == "", shown.document.text
    assert secret.seen_in(shown.document.text) == ""


@pytest.mark.parametrize("secret", [each for each in CORPUS if each.kind.startswith("key")], ids=lambda e: e.kind)
def test_a_part_of_a_key_is_withheld_too(secret: Planted):
    """A window or a snippet may begin or end in the middle of a block."""
    lines = secret.text.split("\n")
    for start in range(len(lines)):
        for stop in (start + 2, start + 3, start + 8, len(lines)):
            part = "\n".join(lines[start:stop])
            left = redact(part, secret.path).text
            # The last line of a key alone, without any other of its lines, is one short run of characters.
            assert stop > len(lines) or stop - start < 2 or secret.seen_in(left) == "", part


def ordinary_files() -> list[Path]:
    """This project's own sources, and 300 of the packages that it was installed with, always the same ones."""
    root = Path(__file__).resolve().parents[3]
    own = [*root.glob("server/**/*.py"), *root.glob("clients/*/src/*.ts"), *root.glob("clients/**/*.lua")]
    installed = sorted(Path(sysconfig.get_path("purelib")).rglob("*.py"))
    others = [path for path in installed if "test" not in path.as_posix().lower() and path.stat().st_size < 200_000]
    return [*own, *random.Random(5).sample(others, min(300, len(others)))]


def test_ordinary_code_alarms_nobody():
    files = ordinary_files()
    alarmed = []
    for path in files:
        found = redact(path.read_text("utf-8", "replace"), path.name).found
        alarmed += [f"{path}:{found[0].line + 1}: {found[0].kind}"] if found else []
    assert len(files) >= 200
    assert len(alarmed) <= len(files) / 100, "\n".join(alarmed)


@pytest.mark.parametrize(
    "text",
    [
        "password = get_password(user1)",
        "token = self.next_token2",
        "if (token == TOKEN_2) {",
        'key = "user.name"',
        'cache_key = f"user:{user.id}:v2"',
        '"password": "Please enter your password 1 more time"',
        'password_field = "id_password1"',
        'secretKey: "${SECRET_KEY}"',
        "password: {{ vault_password1 }}",
        'password = "<your password 1>"',
        'API_KEY = "your-api-key-here"',
        'token_url = "https://example.org/oauth2/token"',
        'commit = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"',
        'sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"',
        '<script integrity="sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC">',
        'src="data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4"',
        'pins.add("example.org", "sha1/afwiKY3RxoMmLkuRW1l7QsPZTJPwDS2pdDROQjXw8ig=")',
        'id = "550e8400-e29b-41d4-a716-446655440000"',
        "def test_authentication_with_an_expired_token_2():",
        'primary_key = models.AutoField("primary key 1")',
        "https://example.org/users/1?page=2&sort=name",
        "http://user:password@example.org",
        "http://localhost:8080/v1",
        "postgres://user:{password}@host/db",
        'keyboard = {"key1": "value1", "key2": "value2"}',
        "for key, value in sorted(tokens.items()):",
        "-----BEGIN PUBLIC KEY-----",
        'if line.startswith("-----BEGIN"):',
        'assert author == "x1y2z3"',
        "monkey = 'banana12345'",
        'tokenizer = "cl100k_base"',
        'pw = "password"',
        'pw_hash = "bcrypt2"',
        'power = "level42!"',
        'import upwards from "./pw2"',
        'key = "User@2x.png"',
        'key = "Outer$Inner1"',
        'key = "Ctrl+Shift+F1"',
        'passphrase = "enter the passphrase for your key"',
        'passphrase_label = "anvil copper lantern meadow"',
        'title = "anvil copper lantern meadow"',
    ],
)
def test_what_is_no_secret(text: str):
    for path in ("a.py", "a.yaml"):
        assert redact(text, path).text == text


@pytest.mark.parametrize(
    "password", ["Tr0ub4dor&3", "hunter2hunter", "Summer2031!", "s3cr3tpassw0rd", "Zx81fj2", "correct-horse-7-battery"]
)
@pytest.mark.parametrize("place", ['password = "%"', "DB_PASSWORD=%", "password: '%'", "<password>%</password>"])
def test_passwords_that_people_think_of(password: str, place: str):
    assert password not in redact(place.replace("%", password), "a.yaml").text


@pytest.mark.parametrize(
    "text",
    [
        'pw = "Winter2031!"',
        "db_pw: hunter2hunter2",
        'user.pw1 = "Zx81fj2"',
        'userPw = "Tr0ub4dor&3"',
        "PSWD=Blue42Fish$",
        'key = "Winter2031!"',
        "api_key: Blue42Fish!",
        'secretKey("Winter2031!")',
        'passphrase = "anvil copper lantern meadow"',
        "PASS_PHRASE='anvil-copper-lantern-meadow-7'",
        '"passphrase": "anvil copper lantern meadow walnut ribbon"',
    ],
)
def test_made_up_values_of_short_names_and_phrases(text: str):
    value = text.partition("=")[2] or text.partition(": ")[2] or text.partition("(")[2]
    shown = redact(text, "a.yaml").text
    assert PLACEHOLDER in shown
    assert value.strip(" \"'()")[:6] not in shown


def test_a_passphrase_is_withheld_while_it_is_typed():
    text = 'passphrase = "anvil copper lantern meadow'
    for end in range(len('passphrase = "a'), len(text)):
        lines = Lines(text[:end] + '"\nb = 1\n')
        shown = DocumentScan().shown(Document("file:///a.py", "python", 1, lines), Position(0, end))
        assert shown.inside


@pytest.mark.parametrize(
    ("asked", "answered", "restored"),
    [
        (["p = 'A'"], "p = '?'", "p = 'A'"),
        (["p = 'A'"], "q = ('?',)\n", "q = ('A',)\n"),
        (["p = 'A'", "q = 'B'"], "q = '?'\np = '?'", "q = 'B'\np = 'A'"),
        (["p = 'A'", "q = 'B'"], "r = '?'", None),
        (["p = 'A'", "p = 'B'"], "p = '?'", None),
        (["p = 'A'", "p = 'A'"], "  p = '?'", "  p = 'A'"),
        (["x = 1"], "p = '?'", None),
        (["x = 1"], "x = 2", "x = 2"),
    ],
)
def test_secrets_come_back_only_where_they_were(asked: list[str], answered: str, restored: str | None):
    secrets = {"A": "sk_" + "live_" + "x8Kd02LmQz" * 2, "B": "sk_" + "live_" + "Pq93hXr7Wm" * 2}
    text = "\n".join(asked)
    for letter, secret in secrets.items():
        text = text.replace(letter, secret)
        restored = restored and restored.replace(letter, secret)
    redacted = redact(text, "a.py")
    assert not any(secret in redacted.text for secret in secrets.values())
    assert redacted.restore(answered.replace("?", PLACEHOLDER)) == restored


def test_a_long_line_is_shown_only_around_the_cursor():
    secret = CORPUS[0]
    token = secret.text[secret.at : secret.at + secret.size]
    line = "x = 1; " * 2_000 + f'use("{token}"); ' + "y = 2; " * 2_000
    document = Document("file:///w/a.js", "javascript", 1, Lines(f"above()\n{line}\nbelow()\n"))
    for column in (0, 5_000, 13_990, 14_000, 20_000, len(line)):
        shown = DocumentScan().shown(document, Position(1, column))
        assert secret.seen_in(shown.document.text) == ""
        assert len(shown.document.lines) == len(document.lines)
        assert len(shown.document.line(1)) < 5_000
        near = document.before(Position(1, column), 20)
        assert shown.inside or near in shown.document.before(shown.position, 10**6) or token[:4] in near
    # Of the same line seen from another one nothing is shown.
    shown = DocumentScan().shown(document, Position(2, 3))
    assert shown.document.text == "above()\n\nbelow()\n"


def test_what_is_not_read_yet_is_left_out_and_comes_later():
    secret = CORPUS[0].text
    text = "\n".join([*("value = 1" for _ in range(20_000)), secret, "last = 1"])
    document = Document("file:///w/a.py", "python", 1, Lines(text))
    scan, place = DocumentScan(), Position(10, 0)
    first = scan.shown(document, place).document
    assert len(first.lines) == len(document.lines)
    assert first.line(0) == first.line(900) == "value = 1"
    assert first.line(15_000) == first.line(20_003) == ""
    for _ in scan.prepare(document):
        pass
    assert scan.shown(document, place).document.text == redact(text, "a.py").text


def test_a_document_edited_at_random_is_read_as_if_it_were_new():
    dice = random.Random(3)
    pool = [line for each in CORPUS[::7] for line in each.text.split("\n")]
    pieces = ["x", "\n", " ", 'password = "', "'", pool[0], "secret:\n", "\r\n", "-----E" + "ND PRIVATE KEY-----\n"]
    for path in ("a.py", "a.yaml"):
        document = Document(f"file:///w/{path}", "x", 1, Lines("\n".join(dice.sample(pool, 300))))
        scan = DocumentScan()
        for _ in range(150):
            first = dice.randrange(len(document.lines))
            last = min(len(document.lines) - 1, first + dice.choice([0, 0, 0, 1, 3]))
            start = Position(first, dice.randrange(len(document.line(first)) + 1))
            end = Position(last, dice.randrange(len(document.line(last)) + 1))
            text = dice.choice([*pieces, "\n".join(dice.sample(pool, 3))])
            document = document.apply([Change(min(start, end), max(start, end), text)], 1, "utf-32")
            shown = scan.shown(document, Position(dice.randrange(len(document.lines)), 0))
            whole = redact(document.text, path)
            assert shown.document.text == whole.text
            assert shown.found == whole.found


def test_what_begins_as_it_likes_is_no_shorter_than_the_table_says():
    """The shortest that each pattern matches, told by the pattern's own parser."""
    parser = importlib.import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")
    assert [least for _, _, least, _ in formats._INSIDE] == [
        parser.parse(whole).getwidth()[0] for _, _, _, whole in formats._INSIDE
    ]
