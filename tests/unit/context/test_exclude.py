"""What gets no suggestions, and what no model may see, by path alone."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from foretype.context.exclude import Exclusions

FOLDERS = [PurePosixPath("/w/app"), PurePosixPath("/w/lib")]


def path(text):
    return None if text is None else PurePosixPath(text)


@pytest.mark.parametrize(
    ("globs", "file", "excluded"),
    [
        ([], "/w/app/a.py", False),
        (["*.py"], "/w/app/a.py", True),
        (["*.py"], "/w/app/deep/er/a.py", True),
        (["*.py"], "/w/app/a.pyi", False),
        (["*.py"], None, False),
        (["secrets/"], "/w/app/secrets/a.py", True),
        (["secrets/"], "/w/app/deep/secrets/a.py", True),
        (["secrets/"], "/w/app/secrets", False),
        (["secrets/**"], "/w/app/secrets/a/b.py", True),
        (["/secrets"], "/w/app/secrets/a.py", True),
        (["/secrets"], "/w/lib/secrets/a.py", True),
        (["/secrets"], "/w/app/deep/secrets/a.py", False),
        (["*.py", "!keep.py"], "/w/app/keep.py", False),
        (["*.py", "!keep.py"], "/w/app/other.py", True),
        (["!keep.py", "*.py"], "/w/app/keep.py", True),
        (["app"], "/w/app/a.py", False),
        (["*.py"], "/elsewhere/a.py", True),
        (["/a.py"], "/elsewhere/a.py", True),
        (["elsewhere/"], "/elsewhere/a.py", False),
        (["", "# comment", "   "], "/w/app/a.py", False),
        (["[", "*.py"], "/w/app/a.py", True),
    ],
)
def test_the_users_globs(globs, file, excluded):
    assert Exclusions(globs, FOLDERS).excluded(path(file)) is excluded


@pytest.mark.parametrize(
    ("file", "withheld"),
    [
        ("/w/app/a.py", False),
        (None, False),
        ("/w/app/.env", True),
        ("/w/app/.env.production", True),
        ("/w/app/id_rsa", True),
        ("/w/app/server.pem", True),
        ("/w/app/SERVER.PEM", True),
        ("/home/u/.ssh/config", True),
        ("/home/u/.SSH/config", True),
        ("/home/u/.aws/credentials", True),
        ("/w/app/environment.py", False),
        ("/w/app/.env~", True),
        ("/w/app/.env.bak", True),
        ("/w/app/#.env#", True),
        ("/w/app/.env.git", True),
        ("/w/app/server.pem.git", True),
        ("/w/app/server.key.old", True),
        ("/w/app/credentials.json.orig2", True),
        ("/w/app/.bash_history", True),
        ("/w/app/secrets/prod.yaml", True),
        ("/w/app/secrets/db_password", True),
        ("/w/app/secrets/values.py", False),
        ("/w/app/auth.json", True),
        ("/w/app/history.py", False),
        ("/w/app/template.py", False),
        ("/w/app/backup.py", False),
        ("/w/app/rsa.py", False),
    ],
)
def test_what_no_model_may_see(file, withheld):
    reason = Exclusions([], FOLDERS).withheld(path(file))
    assert bool(reason) is withheld
    assert not reason or reason.endswith(".")
