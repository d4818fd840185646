"""Reading files and other sources: whatever is there, a layer or a problem comes back, and nothing hangs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from foretype.errors import ConfigurationError
from foretype.settings import files, paths
from foretype.settings.arguments import argument_layers
from foretype.settings.client import client_layer, client_trust
from foretype.settings.environment import environment_layers
from foretype.settings.files import Read, read_project_file, read_user_file
from foretype.settings.load import read_sources
from foretype.settings.model import Settings
from foretype.settings.resolve import resolve
from foretype.settings.trust import add_folder, read_trust, trust_file

posix = pytest.mark.skipif(os.name == "nt", reason="needs pipes and links that every user may make")


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {
        "HOME": str(tmp_path / "home"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
    }


def user(environ: dict[str, str], content: bytes) -> Read:
    path = Path(environ["XDG_CONFIG_HOME"]) / "foretype" / "config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return read_user_file(environ)


# --- files ------------------------------------------------------------------------------------------------


def test_no_file_is_no_problem(tmp_path: Path, environ: dict[str, str]) -> None:
    assert read_user_file(environ) == Read()
    assert read_project_file(tmp_path) == Read()
    assert read_project_file(tmp_path / "missing") == Read()
    assert read_project_file(Path("nul\0byte")) == Read()


GOOD = [
    b'[model]\nname = "x"\n',
    b'\xef\xbb\xbf[model]\r\nname = "x"\r\n',
    b'model.name = "x"',
    b'"model.name" = "x"',
    b'[foretype.model]\nname = "x"',
]


@pytest.mark.parametrize("content", GOOD)
def test_good_user_file(content: bytes, environ: dict[str, str]) -> None:
    read = user(environ, content)
    assert read.problems == ()
    assert read.layer is not None
    assert resolve([read.layer], trusted=False).settings.model.name == "x"
    assert read.layer.origin.endswith("config.toml")
    assert not read.layer.from_workspace


def test_an_empty_file_says_nothing(environ: dict[str, str]) -> None:
    read = user(environ, b"")
    assert read.problems == ()
    assert read.layer is not None
    assert read.layer.values == {}


BAD = [
    (b"model.name = x", "line 1, column 14"),
    (b"a = 1\na = 2\n", "not valid TOML"),
    (b"[model\n", "not valid TOML"),
    (b"\xff\xfem\x00", "UTF-16"),
    (b'name = "\xe9"', "not UTF-8 (byte 9)"),
    (b'name = "\x00"', "not valid TOML"),
    (b"x = " + b"9" * 5000, "not valid TOML"),
    (b"x = " + b"[" * 100_000, "config.toml is n"),
    (b"x = " + b"{a=" * 100_000, "config.toml is n"),
    (b"#" * 1_000_001, "larger than 1,000,000 bytes"),
    (b"\x1b[31m = 1", "not valid TOML"),
]


@pytest.mark.parametrize(("content", "message"), BAD, ids=[message for _, message in BAD])
def test_bad_user_file(content: bytes, message: str, environ: dict[str, str]) -> None:
    read = user(environ, content)
    assert read.layer is None
    (problem,) = read.problems
    assert message in problem.message
    assert problem.severity == "error"
    assert problem.origin.endswith("config.toml")
    assert problem.remedy
    assert (problem.message + problem.remedy).isprintable()
    assert len(problem.message) < 350


@pytest.mark.parametrize("depth", [50, 400, 2000])
def test_deep_nesting_that_parses_is_harmless(depth: int, environ: dict[str, str]) -> None:
    for content in (b"exclude = " + b"[" * depth + b"]" * depth, b"[" + b".".join([b"a"] * depth) + b"]"):
        read = user(environ, content)
        problems = read.problems + (resolve([read.layer], True).problems if read.layer else ())
        assert len(problems) == 1


def test_a_folder_instead_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "foretype.toml").mkdir()
    read = read_project_file(tmp_path)
    assert read.layer is None
    assert "cannot be read" in read.problems[0].message


@posix
@pytest.mark.parametrize("target", ["pipe", "/dev/zero", "loop", "dangling"])
def test_things_that_are_no_files(tmp_path: Path, target: str) -> None:
    path = tmp_path / "foretype.toml"
    if target == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to({"loop": path, "dangling": tmp_path / "nothing"}.get(target, Path(target)))
    read = read_project_file(tmp_path)
    assert read.layer is None
    assert bool(read.problems) is (target != "dangling")
    (tmp_path / "pyproject.toml").symlink_to(path)
    path.rename(tmp_path / "foretype.toml.away")
    assert read_project_file(tmp_path) == Read()


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Tests may run as root, whom no permission stops.
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Keine Berechtigung", str(tmp_path))

    (tmp_path / "foretype.toml").touch()
    monkeypatch.setattr(files.os, "open", refuse)
    read = read_project_file(tmp_path)
    assert read.problems[0].message == "foretype.toml cannot be read: permission denied."


def test_tomli_and_tomllib_are_the_same_to_us(monkeypatch: pytest.MonkeyPatch, environ: dict[str, str]) -> None:
    loaded: list[str] = []

    def load(name: str) -> object:
        loaded.append(name)
        return __import__("types").SimpleNamespace(loads=lambda text: {"model": {"name": text}})

    monkeypatch.setattr(files.importlib, "import_module", load)
    monkeypatch.setattr(files.sys, "version_info", (3, 10, 13))
    assert user(environ, b"x").layer is not None
    assert loaded == ["tomli"]


# --- which project file -----------------------------------------------------------------------------------

THREE = {
    "foretype.toml": 'model.name = "a"',
    ".foretype.toml": 'model.name = "b"',
    "pyproject.toml": '[tool.foretype]\nmodel.name = "c"',
}


@pytest.mark.parametrize(
    ("names", "expected", "warnings"),
    [
        (["foretype.toml", ".foretype.toml", "pyproject.toml"], "a", 1),
        (["foretype.toml", "pyproject.toml"], "a", 0),
        ([".foretype.toml", "pyproject.toml"], "b", 0),
        (["pyproject.toml"], "c", 0),
    ],
)
def test_the_first_project_file_counts(tmp_path: Path, names: list[str], expected: str, warnings: int) -> None:
    for name in names:
        (tmp_path / name).write_text(THREE[name])
    read = read_project_file(tmp_path)
    assert read.layer is not None
    assert read.layer.values == {"model": {"name": expected}}
    assert read.layer.from_workspace
    assert [problem.severity for problem in read.problems] == ["warning"] * warnings


@pytest.mark.parametrize(
    ("content", "problems"),
    [
        ("[tool.black]\nline-length = 1", 0),
        ("[project]\ndependencies = ['foretype']", 0),
        ("tool = 3 # foretype", 0),
        ("[tool]\nforetype = 3", 1),
        ("not toml at all", 0),
        ("not toml at all, foretype", 1),
    ],
)
def test_a_pyproject_that_is_not_ours(tmp_path: Path, content: str, problems: int) -> None:
    (tmp_path / "pyproject.toml").write_text(content)
    read = read_project_file(tmp_path)
    assert read.layer is None
    assert len(read.problems) == problems


# --- environment, editor, command line --------------------------------------------------------------------


def test_environment() -> None:
    layers = environment_layers(
        {
            "FORETYPE_BASE_URL": "http://h/v1",
            "FORETYPE_MODEL": " m ",
            "FORETYPE_MODE": "Chat",
            "FORETYPE_LOG": "",
            "FORETYPE_API_KEY": "sk-never-in-a-layer",
            "OPENAI_BASE_URL": "http://other",
        }
    )
    resolved = resolve(layers, trusted=False)
    assert resolved.settings.model.base_url == "http://h/v1"
    assert resolved.settings.model.name == "m"
    assert resolved.origins["model.name"] == "environment variable FORETYPE_MODEL"
    assert resolved.origins["log.level"] == "default"
    (problem,) = resolved.problems
    assert problem.origin == "environment variable FORETYPE_MODE"
    assert problem.remedy == "Write 'chat'."
    assert "sk-never" not in str([layer.values for layer in layers])


@pytest.mark.parametrize("payload", [None, {}, [], "", 0, False, [None], [{}], {"foretype": None}, {"foretype": {}}])
def test_an_editor_that_says_nothing(payload: object) -> None:
    resolved = resolve([client_layer("configuration", payload, workspace=True)], trusted=False)
    assert resolved.settings == Settings()
    assert resolved.problems == ()


@pytest.mark.parametrize("payload", ["x", 3, True, [3], {"foretype": 3}])
def test_an_editor_that_sends_no_table(payload: object) -> None:
    resolved = resolve([client_layer("initialization", payload, workspace=False)], trusted=False)
    assert resolved.settings == Settings()
    assert [problem.severity for problem in resolved.problems] == ["error"]


@pytest.mark.parametrize(
    "payload",
    [
        {"completion": {"maxLines": 3}},
        [{"completion": {"maxLines": 3}}],
        {"foretype": {"completion.max_lines": 3}, "editorInfo": {"name": "x"}},
        {"trusted": True, "completion": {"max_lines": 3}, "editorPluginInfo": {}, "clientCapabilities": {}},
        {"foretype": {"trusted": True, "completion": {"max_lines": 3}}},
    ],
)
def test_an_editor_that_sends_settings(payload: object) -> None:
    resolved = resolve([client_layer("initialization", payload, workspace=False)], trusted=False)
    assert resolved.settings.completion.max_lines == 3
    assert resolved.problems == ()


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"trusted": True}, True),
        ({"foretype": {"trusted": True}}, True),
        ({"trusted": 1}, False),
        ({"trusted": "true"}, False),
        ({"foretype": 1}, False),
        ([{"trusted": True}], False),
        (None, False),
    ],
)
def test_client_trust(payload: object, expected: bool) -> None:
    assert client_trust(payload) is expected


def test_trust_is_no_option() -> None:
    layer = client_layer("configuration", {"trusted": True, "completion": {"max_lines": 3}}, workspace=True)
    assert resolve([layer], trusted=False).settings == Settings()


@pytest.mark.parametrize(
    ("pair", "key", "expected"),
    [
        ("model.name=x", "model.name", "x"),
        ("model.name=4", "model.name", "4"),
        ("model.name=a=b", "model.name", "a=b"),
        ("foretype.model.name=x", "model.name", "x"),
        ("completion.maxLines=3", "completion.max_lines", 3),
        ("completion.trigger=manual", "completion.trigger", "manual"),
        ("index.enable=false", "index.enable", False),
        ('exclude=["a", "b"]', "exclude", ("a", "b")),
        ("exclude=a/**", "exclude", ("a/**",)),
        ("enable.python=false", "enable", {**Settings().enable, "python": False}),
        ("model.headers.X-Y=12", "model.headers", {"X-Y": "12"}),
        (" model.name =x", "model.name", "x"),
    ],
)
def test_command_line(pair: str, key: str, expected: object) -> None:
    layers, problems = argument_layers([pair])
    resolved = resolve(layers, trusted=False)
    assert problems + resolved.problems == ()
    value: object = resolved.settings
    for name in key.split("."):
        value = getattr(value, name)
    assert value == expected


def test_the_last_of_the_command_line_wins() -> None:
    layers, _ = argument_layers(["log.level=info", "log.level=debug"], "error")
    resolved = resolve(layers, trusted=False)
    assert resolved.settings.log.level == "error"
    assert resolved.origins["log.level"] == "--log-level"


@pytest.mark.parametrize("pair", ["", "=", "=x", "sk-live-0123456789abcdef"])
def test_malformed_arguments(pair: str) -> None:
    layers, problems = argument_layers([pair])
    assert layers == ()
    assert len(problems) == 1
    assert "sk-live" not in repr(problems)


@pytest.mark.parametrize("pair", ["completion.max_lines=many", "exclude=" + "[" * 100_000, "nothing=1", "\x1b=1"])
def test_bad_arguments_are_reported(pair: str) -> None:
    layers, _ = argument_layers([pair])
    resolved = resolve(layers, trusted=False)
    assert len(resolved.problems) <= 1
    assert all((problem.message + problem.origin).isprintable() for problem in resolved.problems)


# --- all together -----------------------------------------------------------------------------------------


def test_all_sources(tmp_path: Path, environ: dict[str, str]) -> None:
    user(environ, b'[model]\nname = "user"\n[completion]\nmax_lines = 2\n')
    project = tmp_path / "project"
    project.mkdir()
    (project / "foretype.toml").write_text('completion.max_lines = 3\nmodel.name = "evil"\nexclude = ["x"]\n')
    environ |= {"FORETYPE_BASE_URL": "http://h/v1"}
    editor = client_layer("initialization", {"completion": {"trigger": "manual"}}, workspace=False)

    untrusted = read_sources(project, environ).resolve([editor])
    assert not untrusted.trusted
    assert untrusted.settings.model.name == "user"
    assert untrusted.settings.model.base_url == "http://h/v1"
    assert untrusted.settings.completion.max_lines == 2
    assert untrusted.settings.completion.trigger == "manual"
    assert untrusted.settings.exclude == ("x",)
    assert [problem.severity for problem in untrusted.problems] == ["notice", "notice"]

    by_client = read_sources(project, environ).resolve([editor], client_trust=True)
    file = trust_file(environ)
    add_folder(read_trust(file), tmp_path)
    by_list = read_sources(project, environ).resolve([editor])
    for trusted in (by_client, by_list):
        assert trusted.trusted
        assert trusted.settings.model.name == "user"
        assert trusted.settings.completion.max_lines == 3
        assert [problem.key for problem in trusted.problems] == ["model.name"]
    assert read_sources(None, environ).resolve().settings.completion.max_lines == 2


def test_importing_the_sources_stays_cheap() -> None:
    # What is listed here costs milliseconds at every start of the server, and most starts need none of it.
    code = "import sys, foretype.settings.load, foretype.settings.keys, foretype.settings.arguments\n"
    heavy = "{'tomllib', 'tomli', 'platformdirs', 'difflib', 'tempfile', 'shlex', 'shutil'}"
    program = [sys.executable, "-S", "-c", f"{code}print(sorted({heavy} & set(sys.modules)))"]
    environ = {**os.environ, "PYTHONPATH": str(Path(files.__file__).parents[2])}
    run = subprocess.run(program, env=environ, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_a_damaged_list_of_trust_is_said(tmp_path: Path, environ: dict[str, str]) -> None:
    file = trust_file(environ)
    file.parent.mkdir(parents=True)
    file.write_text("{")
    resolved = read_sources(tmp_path, environ).resolve()
    assert not resolved.trusted
    assert "trusted" in resolved.problems[0].message


# --- paths ------------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the customs of Linux")
@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, "/home/me/.config/foretype"),
        ({"XDG_CONFIG_HOME": ""}, "/home/me/.config/foretype"),
        ({"XDG_CONFIG_HOME": "/etc/me"}, "/etc/me/foretype"),
        ({"XDG_CONFIG_HOME": "relative"}, "/home/me/.config/foretype"),
    ],
)
def test_config_dir(variables: dict[str, str], expected: str) -> None:
    assert paths.config_dir({"HOME": "/home/me", **variables}) == Path(expected)
    assert paths.cache_dir({"HOME": "/home/me", **variables}) == Path("/home/me/.cache/foretype")
    assert paths.state_dir({"HOME": "/home/me", **variables}) == Path("/home/me/.local/state/foretype")


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_other_systems_have_their_own_folders(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths.sys, "platform", platform)
    absolute = os.path.abspath("somewhere")
    assert paths.config_dir({"XDG_CONFIG_HOME": absolute}) == Path(absolute) / "foretype"
    native = {paths.config_dir({}), paths.cache_dir({}), paths.state_dir({})}
    assert all(folder.name == "foretype" for folder in native)


def test_no_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def homeless(_: object = None) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(paths.sys, "platform", "linux")
    monkeypatch.setattr(paths.Path, "home", homeless)
    with pytest.raises(ConfigurationError):
        paths.state_dir({})
    resolved = read_sources(tmp_path, {}).resolve()
    assert resolved.settings == Settings()
    assert [problem.severity for problem in resolved.problems] == ["warning"]
