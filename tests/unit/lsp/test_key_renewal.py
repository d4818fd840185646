"""When a refused key is asked for again, and when that would be in vain."""

from __future__ import annotations

import pytest

from foretype.errors import AuthenticationError, ConfigurationError, ServerError
from foretype.lsp.key_renewal import RENEWAL_PAUSE, KeyRenewal
from foretype.settings.keys import Key, KeyFinder
from foretype.settings.model import Model, Settings

BY_COMMAND = Settings(model=Model(api_key_command="print-key"))
REFUSED = AuthenticationError("The key was refused.")


class Desk:
    """A renewal whose command prints what the test says."""

    def __init__(self, *keys: Key | Exception | None) -> None:
        self._keys = list(keys)
        self.connected = 0
        self.renewal = KeyRenewal(KeyFinder({}), self._find, self._connect)

    async def _find(self) -> Key | None:
        found = self._keys.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    def _connect(self) -> None:
        self.connected += 1


def test_only_where_another_key_may_help() -> None:
    wanted = Desk().renewal.wanted
    assert not wanted(Settings(), REFUSED), "no command"
    assert not wanted(BY_COMMAND, ServerError("x"))
    assert not wanted(BY_COMMAND, None)
    assert wanted(BY_COMMAND, REFUSED)


def test_not_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000.0
    monkeypatch.setattr("foretype.lsp.key_renewal.time.monotonic", lambda: now)
    renewal = Desk().renewal
    assert renewal.wanted(BY_COMMAND, REFUSED)
    assert not renewal.wanted(BY_COMMAND, REFUSED)
    now += RENEWAL_PAUSE
    assert renewal.wanted(BY_COMMAND, REFUSED)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("found", "connected"),
    [
        (Key("new-key", "model.api_key_command"), 1),
        (Key("old-key", "model.api_key_command"), 0),
        (None, 0),
        (ConfigurationError("The command failed."), 0),
    ],
)
async def test_the_server_is_asked_again_with_another_key_only(found: Key | Exception | None, connected: int) -> None:
    desk = Desk(found)
    desk.renewal.using(Key("old-key", "model.api_key_command"))
    await desk.renewal.renew()
    assert desk.connected == connected


@pytest.mark.asyncio
async def test_the_key_is_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    desk = Desk(Key("secret-new-key", "model.api_key_command"))
    desk.renewal.using(Key("secret-old-key", "model.api_key_command"))
    await desk.renewal.renew()
    assert "there is another one now" in caplog.text
    assert "secret" not in caplog.text
