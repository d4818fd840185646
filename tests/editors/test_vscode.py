"""Foretype's extension in a real VS Code, installed as users install it, with nothing configured but the server's path.

Each story is played by vscode.mjs in a browser; what it saw, and what is in the files afterwards, is judged here.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import sys
from pathlib import Path

import pytest

from tests.editors.conftest import SHAPES, SIZES
from tests.editors.endpoint import endpoint
from tests.editors.vscode_fixtures import Open
from tests.stub import replies

pytestmark = [pytest.mark.editor, pytest.mark.slow]


def test_ghost_text_is_shown_accepted_and_saved(opened: Open, workspace: Path, output: Path) -> None:
    seen = opened().play("typing", output)
    assert seen["first"] == "self.check(name)"
    assert (output / "vscode-picture.png").stat().st_size < 300_000  # the README's, see `make picture`
    expected = SHAPES + "    def get_hexagon(self, name):\n        self.check(name)"
    assert (workspace / "shapes.py").read_text(encoding="utf-8").rstrip() == expected
    # VS Code may have closed the bracket by itself; the file below shows that it is there once.
    assert seen["second"].removesuffix(")") == " name, sichtbar=True"
    expected = SIZES + '    def sechseck(self, name):\n        self.größen.melde("名前 😀", name, sichtbar=True)'
    assert (workspace / "sizes.py").read_text(encoding="utf-8").rstrip() == expected
    print(f"from opening the window to ghost text: {seen['milliseconds']} ms")


def test_the_menu_turns_suggestions_off_and_on(opened: Open, output: Path) -> None:
    code = opened()
    seen = code.play("menu", output)
    assert [label.split(",")[0] for label in seen["labels"]] == [
        "debug-pause  Turn Off in This Window",
        "code  Turn Off for python",
        "bell-slash  Snooze...",
        "server-environment  Model: none",
        "graph  Today: 0 accepted",
        "key  Set API Key...",
        "checklist  Check the Setup",
        "gear  Settings",
        "output  Show Log",
        "debug-restart  Restart Server",
    ]
    assert seen["off"] == "Foretype: Suggestions are off in this window."
    assert seen["whileOff"] == 0
    assert seen["again"] == "elf.check(name)"
    assert seen["snoozed"].startswith("Foretype: Snoozed until ")
    assert seen["whileSnoozed"] == 0
    assert seen["languageOff"] == 0
    settings = json.loads((code.data / "User" / "settings.json").read_text(encoding="utf-8"))
    assert settings["foretype.enable"] == {"python": False}
    assert seen["log"] == "Foretype"


def test_a_server_that_dies_is_started_again_three_times(opened: Open, output: Path) -> None:
    seen = opened().play("crash", output)
    assert len(set(seen["pids"])) == 4
    assert seen["messages"] == ["The Foretype server ended by itself 4 times."]
    assert seen["failed"] == "Foretype: The server does not run."


def test_a_server_that_is_not_there_is_said_once_with_a_remedy(opened: Open, output: Path, tmp_path: Path) -> None:
    seen = opened({"foretype.server.path": str(tmp_path / "nothing")}).play("told", output)
    (message,) = seen["messages"]
    assert "server was not found" in message
    assert str(tmp_path / "nothing") in message
    assert seen["buttons"] == ["Set the Path", "Show Log"]
    assert seen["status"] == "Foretype: The server was not found."


def test_a_server_that_ends_at_its_start_is_started_three_times_more(
    opened: Open, output: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    lines = ["#!/bin/sh", 'case "$*" in *--version*) echo foretype 0.1.0; exit;; esac', f"echo x >> {tmp_path}/starts"]
    broken.write_text("\n".join([*lines, "exit 3", ""]), encoding="utf-8")
    broken.chmod(0o755)
    seen = opened({"foretype.server.path": str(broken)}).play("told", output)
    assert seen["messages"] == ["The Foretype server ended by itself 4 times."]
    assert seen["buttons"] == ["Restart", "Show Log"]
    assert seen["status"] == "Foretype: The server does not run."
    assert (tmp_path / "starts").read_text(encoding="utf-8").split() == ["x"] * 4


def test_two_windows_on_one_folder_are_not_in_each_others_way(opened: Open, output: Path) -> None:
    assert opened().play("windows", output) == {"first": "self.check(name)", "messages": []}


def machine_with(folder: Path, python: str) -> dict[str, str]:
    """The environment of a machine where every `python` is this program."""
    folder.mkdir()
    for name in ("python3", *(f"python3.{minor}" for minor in range(10, 15)), "python"):
        (folder / name).write_text(f'#!/bin/sh\n{python} "$@"\n', encoding="utf-8")
        (folder / name).chmod(0o755)
    return {"PATH": os.pathsep.join([str(folder), "/usr/bin", "/bin"]), "SHELL": "/bin/bash"}


def test_a_server_that_is_nowhere_is_set_up_after_asking(opened: Open, output: Path, tmp_path: Path) -> None:
    """Nothing but a Python is on this machine, and the extension makes an environment of its own."""
    machine = machine_with(tmp_path / "programs", f"exec {Path(sys.base_prefix) / 'bin' / 'python3'}")
    seen = opened({"foretype.server.path": ""}, env=machine).play("setup", output)
    assert "Foretype needs its server" in seen["asked"]
    assert seen["first"] == "self.check(name)"
    assert "Ready." in seen["status"]
    print(f"from Set Up to ghost text: {seen['milliseconds']} ms")


@pytest.mark.parametrize(
    ("python", "said"),
    [
        (
            f"exec {Path(sys.base_prefix) / 'bin' / 'python3'}",
            "The packages of Foretype's server could not be fetched. Check the network, ",
        ),
        ("echo python 3.8 #", "Foretype's server needs Python 3.10 or newer, with venv, or uv. Found: "),
    ],
    ids=["no network", "too old a Python"],
)
def test_a_set_up_that_cannot_be_done_ends_in_one_sentence(
    opened: Open, output: Path, tmp_path: Path, python: str, said: str
) -> None:
    machine = machine_with(tmp_path / "programs", python)
    offline = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0", "PIP_NO_CACHE_DIR": "1"}
    seen = opened({"foretype.server.path": ""}, env={**machine, **offline}).play("refused", output)
    (message,) = seen["messages"]
    assert message.startswith(said)
    assert seen["buttons"] == ["Try Again", "Show Log"]
    assert seen["status"] == "Foretype: The server was not found."


def test_a_machine_without_a_python_is_told_what_is_needed(opened: Open, output: Path, tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("sh", "bash", "env", "cat", "uname"):
        (programs / name).symlink_to(shutil.which(name) or name)
    machine = {"PATH": str(programs), "SHELL": "/bin/bash"}
    seen = opened({"foretype.server.path": ""}, env=machine).play("refused", output)
    assert seen["messages"] == ["Foretype's server needs Python 3.10 or newer, with venv, or uv. None was found."]
    assert seen["buttons"] == ["Try Again", "Show Log"]
    assert seen["status"] == "Foretype: The server was not found."


def test_a_set_up_where_nothing_can_be_written_says_where(opened: Open, output: Path, tmp_path: Path) -> None:
    machine = machine_with(tmp_path / "programs", f"exec {Path(sys.base_prefix) / 'bin' / 'python3'}")
    # A file where the extension's folder would be: that stops a superuser, too, as a read-only disk would.
    storage = tmp_path / "data" / "User" / "globalStorage"
    storage.mkdir(parents=True)
    (storage / "foretype.foretype").write_text("", encoding="utf-8")
    seen = opened({"foretype.server.path": ""}, env=machine).play("refused", output)
    (message,) = seen["messages"]
    assert message.startswith(f"Foretype's server could not be set up, since {storage / 'foretype.foretype'}")
    assert message.endswith(" cannot be written. Install it elsewhere and set its path.")
    assert seen["buttons"] == ["Try Again", "Show Log"]


def test_a_home_that_cannot_be_written_is_no_hindrance(
    opened: Open, output: Path, server_path: Path, tmp_path: Path
) -> None:
    command = tmp_path / "homeless"
    nowhere = [f"XDG_{name}_HOME=/proc/nowhere" for name in ("CONFIG", "CACHE", "STATE", "DATA")]
    command.write_text(f'#!/bin/sh\nexport {" ".join(nowhere)}\nexec {server_path} "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    seen = opened({"foretype.server.path": str(command)}).play("restricted", output)
    assert seen == {"first": "self.check(name)", "restricted": 0, "messages": []}


def test_the_walkthrough_has_its_four_steps(opened: Open, output: Path) -> None:
    seen = opened().play("walkthrough", output)
    assert seen["steps"] == [
        "Set up the server",
        "Take your first suggestion",
        "Choose a model, or none",
        "Steer it",
    ]
    assert seen["ticked"] == ["Set up the server"]


def test_an_untrusted_folder_decides_nothing(opened: Open, workspace: Path, output: Path, tmp_path: Path) -> None:
    evil = tmp_path / "evil"
    evil.write_text(f'#!/bin/sh\ntouch "{tmp_path}/was-run"\n', encoding="utf-8")
    evil.chmod(0o755)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)
        endpoint = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        settings = {"foretype.server.path": str(evil), "foretype.model.baseUrl": endpoint, "foretype.model.name": "x"}
        (workspace / ".vscode").mkdir()
        (workspace / ".vscode" / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
        seen = opened(trusted=False).play("restricted", output)
        with pytest.raises(TimeoutError):
            listener.accept()
    assert seen == {"first": "self.check(name)", "restricted": 1, "messages": []}
    assert not os.path.exists(tmp_path / "was-run")


def test_a_models_text_is_shown_and_a_word_of_it_accepted(opened: Open, workspace: Path, output: Path) -> None:
    with endpoint(lambda _: replies.chat(["omega(name, twice=True)"])) as stub:
        seen = opened(model=stub).play("model", output)
        heads = [request.headers.get("authorization", "") for request in stub.asked]
    assert seen["first"] == "omega(name, twice=True)"
    assert (workspace / "shapes.py").read_text(encoding="utf-8").endswith(("    zeta = omega", "    zeta = omega("))
    assert seen["rest"].endswith("twice=True)")
    assert heads[-1] == "Bearer made-up-key"


LINES = ["alpha = gamma", "beta = alpha", "omega = beta", *(f"line_{number} = omega" for number in range(16))]


def test_ghost_text_grows_while_a_model_writes_and_stays_away_after_escape(opened: Open, output: Path) -> None:
    slow = replies.chat([f"{line}\n        " for line in LINES]).slowly(1.5)
    with endpoint(lambda _: slow) as stub:
        seen = opened(model=stub).play("growing", output)
    assert "alpha" in seen["first"]
    assert "omega" not in seen["first"]
    assert "omega" in seen["grown"]
    assert seen["after"] == 0


def test_ghost_text_that_grows_takes_the_focus_from_nothing(opened: Open, output: Path) -> None:
    slow = replies.chat([f"{line}\n        " for line in LINES]).slowly(1.0)
    with endpoint(lambda _: slow) as stub:
        seen = opened(model=stub).play("growingBehind", output)
    assert seen == {"kept": {"list": "gamma", "palette": "gamma", "find": "gamma"}, "typed": False}


def test_settings_that_are_wrong_are_said_in_the_status_bar(opened: Open, workspace: Path, output: Path) -> None:
    file = workspace / "foretype.toml"
    file.write_text("[completion]\ntemprature = 1\n", encoding="utf-8")
    seen = opened().play("settings", output)
    assert seen["wrong"].startswith("Foretype: There is no option ")
    assert seen["wrong"].endswith(f" (Settings: {file})")
    assert "temperature" in seen["wrong"]
    assert seen["messages"] == []
