"""Precedence, trust and bad values, as data: layers in, settings and problems out."""

from __future__ import annotations

import dataclasses
import itertools
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretype.settings.layers import PRECEDENCE, Kind, Layer
from foretype.settings.model import CustomAction, FamilySettings, Price, Settings
from foretype.settings.resolve import Resolved, resolve
from foretype.settings.schema import Option, value_at, walk
from foretype.settings.values import hide_password

SECRET = "sk-live-0123456789abcdef"


def one(values: dict[str, object], kind: Kind = "user", trusted: bool = True, workspace: bool = False) -> Resolved:
    return resolve([Layer(kind, "somewhere", values, workspace)], trusted)


def nested(key: str, value: object) -> dict[str, object]:
    for part in reversed(key.split(".")):
        value = {part: value}
    return value  # type: ignore[return-value]


def test_nothing_gives_the_defaults() -> None:
    resolved = resolve([], trusted=False)
    assert resolved.settings == Settings()
    assert resolved.problems == ()
    assert set(resolved.origins.values()) == {"default"}
    assert {found.key for found in walk(Settings)} <= set(resolved.origins)


def test_the_names_that_the_outside_relies_on() -> None:
    assert {found.key for found in walk(Settings)} >= {
        "enable",
        "model.base_url",
        "model.name",
        "model.api_key_env",
        "model.api_key_command",
        "model.mode",
        "model.headers",
        "model.prices",
        "completion.multiline",
        "completion.max_lines",
        "completion.trigger",
        "context.max_tokens",
        "limits.requests_per_minute",
        "limits.tokens_per_minute",
        "limits.tokens_per_day",
        "exclude",
    }


# --- every option takes a good value ---------------------------------------------------------------------

GOOD: dict[str, tuple[object, object]] = {
    "enable": ({"python": False}, {**Settings().enable, "python": False}),
    "exclude": (["a/**", "b"], ("a/**", "b")),
    "model.base_url": ("https://example.org:8443/v1?x=1", "https://example.org:8443/v1?x=1"),
    "model.name": ("qwen/coder:7b", "qwen/coder:7b"),
    "model.mode": ("infill", "infill"),
    "model.api_key_env": ("MY_KEY", "MY_KEY"),
    "model.api_key_command": (["pass", "show x"], ("pass", "show x")),
    "model.headers": ({"X-Team": "blue"}, {"X-Team": "blue"}),
    "model.extra_body": (
        {"top_p": 0.9, "chat_template_kwargs": {"enable_thinking": False}},
        {"top_p": 0.9, "chat_template_kwargs": {"enable_thinking": False}},
    ),
    "model.proxy": ("http://proxy.lan:3128", "http://proxy.lan:3128"),
    "model.ca_file": ("~/ca.pem", "~/ca.pem"),
    "model.tokenizer": ("~/tokenizer.json", "~/tokenizer.json"),
    "model.families": (
        {"mine": {"template": "<p>{prefix}\n<s>{suffix}<m>", "stop": ["\n\n"], "context": 4096}},
        {"mine": FamilySettings("<p>{prefix}\n<s>{suffix}<m>", (), ("\n\n",), (), 4096)},
    ),
    "model.prices": ({"gpt-4.1": {"input": 2, "output": 8.5}}, {"gpt-4.1": Price(2.0, 8.5, None)}),
    "model.timeouts.connect": (1, 1.0),
    "model.timeouts.first_token": (0.1, 0.1),
    "model.timeouts.between_tokens": (3600, 3600.0),
    "model.timeouts.total": (12.5, 12.5),
    "completion.multiline": ("never", "never"),
    "completion.max_lines": (5.0, 5),  # Lua has one kind of number
    "completion.temperature": (0.5, 0.5),
    "completion.alternatives": (2, 2),
    "completion.trigger": ("manual", "manual"),
    "completion.popup": ("always", "always"),
    "completion.prefetch": ("always", "always"),
    "completion.threshold": (1, 1.0),
    "context.max_tokens": (256, 256),
    "context.outside_workspace": (True, True),
    "context.git_ignored": (True, True),
    "limits.requests_per_minute": (30, 30),
    "limits.tokens_per_minute": (10**6, 10**6),
    "limits.tokens_per_day": (1, 1),
    "limits.concurrent_requests": (4, 4),
    "completion.learned_gate": ("off", "off"),
    "usage.keep": (False, False),
    "actions.enable": (False, False),
    "actions.max_tokens": (4096, 4096),
    "actions.timeout": (60, 60.0),
    "actions.concurrency": (20, 20),
    "actions.confirm": ("never", "never"),
    "actions.language": ("German", "German"),
    "actions.custom": (
        {"loud": {"prompt": "Shout\nin {{selection}}", "output": "insert", "languages": ["python"]}},
        {"loud": CustomAction("Shout\nin {{selection}}", "", "insert", ("python",))},
    ),
    "index.enable": (False, False),
    "log.level": ("off", "off"),
}


def test_good_values_cover_every_option() -> None:
    assert set(GOOD) == {found.key for found in walk(Settings)}


@pytest.mark.parametrize("key", GOOD)
@pytest.mark.parametrize("form", ["nested", "dotted", "section", "dotted section", "camel"])
def test_good_value(key: str, form: str) -> None:
    raw, expected = GOOD[key]
    camel = ".".join(
        "".join(part if not index else part.capitalize() for index, part in enumerate(word.split("_")))
        for word in key.split(".")
    )
    values: dict[str, object] = {
        "nested": nested(key, raw),
        "dotted": {key: raw},
        "section": {"foretype": nested(key, raw), "python": {"analysis": 1}},
        "dotted section": {f"foretype.{key}": raw},
        "camel": nested(camel, raw),
    }[form]
    resolved = one(values)
    assert resolved.problems == ()
    assert value_at(resolved.settings, key) == expected
    assert type(value_at(resolved.settings, key)) is type(expected)
    assert resolved.origins[key] == "somewhere"


@pytest.mark.parametrize("key", GOOD)
def test_null_says_nothing(key: str) -> None:
    assert one(nested(key, None), "configuration").settings == Settings()
    assert one(nested(key, None), "configuration").problems == ()


# --- precedence -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("weaker", "stronger"), list(itertools.combinations(range(len(PRECEDENCE)), 2)))
def test_the_stronger_source_wins_in_any_order(weaker: int, stronger: int) -> None:
    layers = [
        Layer(PRECEDENCE[place], PRECEDENCE[place], {"completion": {"max_lines": 100 + place}})
        for place in (stronger, weaker)
    ]
    for order in (layers, layers[::-1]):
        resolved = resolve(order, trusted=True)
        assert resolved.settings.completion.max_lines == 100 + stronger
        assert resolved.origins["completion.max_lines"] == PRECEDENCE[stronger]


def test_tables_merge_and_lists_replace() -> None:
    resolved = resolve(
        [
            Layer("user", "u", {"enable": {"go": False, "python": False}, "exclude": ["a"]}),
            Layer("configuration", "c", {"enable": {"python": True}, "exclude": ["b"]}),
        ],
        trusted=True,
    )
    assert resolved.settings.enable == {**Settings().enable, "go": False, "python": True}
    assert resolved.settings.exclude == ("b",)
    assert resolved.origins["enable.go"] == "u"
    assert resolved.origins["enable.python"] == "c"
    assert resolved.origins["enable.*"] == "default"
    assert resolved.origins["exclude"] == "c"


def test_a_bad_value_leaves_what_a_weaker_source_says() -> None:
    layers = [
        Layer("user", "u", {"completion": {"trigger": "manual"}}),
        Layer("configuration", "c", {"completion": {"trigger": "sometimes"}}),
    ]
    resolved = resolve(layers, trusted=True)
    assert resolved.settings.completion.trigger == "manual"
    assert [problem.origin for problem in resolved.problems] == ["c"]


# --- trust ------------------------------------------------------------------------------------------------

SWITCHES_OFF: list[tuple[str, object]] = [
    ("enable", {"python": False, "*": False}),
    ("completion.trigger", "manual"),
    ("completion.multiline", "never"),
    ("completion.popup", "never"),
    ("completion.threshold", 1),
    ("index.enable", False),
    ("actions.enable", False),
    ("completion.learned_gate", "off"),
    ("usage.keep", False),
    ("exclude", ["secret/**"]),
    ("model.mode", "local"),
]


@pytest.mark.parametrize(("key", "raw"), SWITCHES_OFF)
@pytest.mark.parametrize("kind", ["project", "configuration"])
def test_an_untrusted_workspace_may_switch_off(key: str, raw: object, kind: Kind) -> None:
    resolved = one(nested(key, raw), kind, trusted=False, workspace=True)
    expected = one(nested(key, raw)).settings
    assert resolved.settings == expected
    assert resolved.settings != Settings()
    assert resolved.problems == ()


GOES_FURTHER = {
    **{key: raw for key, (raw, _) in GOOD.items() if key not in {key for key, _ in SWITCHES_OFF}},
    "enable": {"markdown": True},
    "completion.multiline": "always",
    "completion.popup": "always",
    "completion.threshold": 0.1,
    "index.enable": True,
    "model.mode": "chat",
}


@pytest.mark.parametrize("key", GOES_FURTHER)
@pytest.mark.parametrize("kind", ["project", "initialization", "configuration"])
def test_an_untrusted_workspace_may_do_nothing_else(key: str, kind: Kind) -> None:
    raw = GOES_FURTHER[key]
    before = Layer("user", "u", {"index": {"enable": False}})
    layer = Layer(kind, "somewhere", nested(key, raw), workspace=True)
    resolved = resolve([before, layer], trusted=False)
    assert resolved.settings == one({"index": {"enable": False}}).settings
    assert [problem.severity for problem in resolved.problems] == ["notice"]
    assert key in resolved.problems[0].message
    assert resolved.problems[0].remedy
    assert not resolved.failed


def test_an_untrusted_workspace_adds_to_exclude_and_takes_nothing_out() -> None:
    layers = [
        Layer("user", "u", {"exclude": ["mine"]}),
        Layer("project", "p", {"exclude": ["theirs", "mine"]}),
        Layer("configuration", "c", {"exclude": []}, workspace=True),
    ]
    resolved = resolve(layers, trusted=False)
    assert resolved.settings.exclude == ("mine", "theirs")
    assert resolved.origins["exclude"] == "p"


def test_an_untrusted_workspace_keeps_its_good_entries() -> None:
    resolved = one({"enable": {"python": False, "markdown": True}}, "project", trusted=False)
    assert resolved.settings.enabled("python") is False
    assert resolved.settings.enabled("markdown") is False
    assert [problem.severity for problem in resolved.problems] == ["notice"]


def test_what_changes_nothing_is_not_worth_a_notice() -> None:
    values = {"completion": {"max_lines": Settings().completion.max_lines}, "enable": {"*": True}}
    assert one(values, "configuration", trusted=False, workspace=True).problems == ()


def test_a_trusted_project_sets_what_is_safe() -> None:
    for found in walk(Settings):
        resolved = one(nested(found.key, GOOD[found.key][0]), "project", trusted=True)
        if found.rule.scope == "project" or GOOD[found.key][1] in found.rule.off:
            assert value_at(resolved.settings, found.key) == GOOD[found.key][1]
            assert resolved.problems == ()
        else:
            assert resolved.settings == Settings()
            assert found.key in resolved.problems[0].message


ENDPOINT = ["base_url", "name", "mode", "api_key_env", "api_key_command", "headers"]


@pytest.mark.parametrize("name", ENDPOINT)
@pytest.mark.parametrize("trusted", [True, False])
def test_no_project_file_decides_where_code_and_keys_go(name: str, trusted: bool) -> None:
    raw = GOOD[f"model.{name}"][0]
    for values in ({"model": {name: raw}}, {f"model.{name}": raw}, {"foretype": {"model": {name: raw}}}):
        assert one(values, "project", trusted).settings.model == Settings().model


def test_the_editor_sets_the_endpoint_where_the_workspace_is_trusted_or_not_involved() -> None:
    values: dict[str, object] = {"model": {"baseUrl": "http://localhost:1/v1"}}
    for trusted, workspace, expected in ((True, True, True), (False, False, True), (False, True, False)):
        resolved = one(values, "configuration", trusted, workspace)
        assert bool(resolved.settings.model.base_url) is expected


def test_a_project_layer_counts_as_the_workspaces_whatever_it_claims() -> None:
    assert one({"completion": {"max_lines": 3}}, "project", trusted=False).settings == Settings()


# --- bad values -------------------------------------------------------------------------------------------

BAD: list[tuple[str, object, str]] = [
    ("enable", True, "must be a table"),
    ("enable", "off", "must be a table"),
    ("enable", {"python": "off"}, "enable.python is 'off', which is ignored: it must be true or false"),
    ("enable", {"python": 0}, "must be true or false"),
    ("enable", {"py\x1bthon": True}, "A name in enable"),
    ("exclude", 3, "must be a list of strings"),
    ("exclude", [3], "exclude[0] is 3"),
    ("exclude", {"a": 1}, "must be a list of strings"),
    ("model", "gpt", "model is a hidden value, which is ignored: it must be a table"),
    ("model.base_url", "localhost:8080/v1", "must be an address such as http://localhost:8080/v1"),
    ("model.base_url", "ftp://x/", "must be an address"),
    ("model.base_url", "http://", "must be an address"),
    ("model.base_url", "https://a b/", "must be an address"),
    ("model.base_url", "http://h:port/", "must be an address"),
    ("model.base_url", "http://h\r\nX: y/", "without control characters"),
    ("model.base_url", 80, "must be a string"),
    ("model.name", ["a"], "must be a string"),
    ("model.name", "a\ud800", "without control characters"),
    ("model.mode", "Chat", "must be one of auto, chat, fim, suffix, mistral, infill, local"),
    ("model.mode", 1, "must be one of"),
    ("model.api_key_env", SECRET, "must be the name of an environment variable, not a key"),
    ("model.api_key_env", [SECRET], "must be a string"),
    ("model.api_key_command", 7, "must be a list of strings"),
    ("model.api_key_command", ["echo", 3], "must be a string"),
    ("model.headers", [SECRET], "must be a table"),
    ("model.headers", {"A B": SECRET}, "A name in model.headers is a hidden value"),
    ("model.headers", {f"Authorization: {SECRET}": ""}, "A name in model.headers is a hidden value"),
    ("model.headers", {"A": f"{SECRET}\r\nB: c"}, "without control characters"),
    ("model.headers", {"A": 3}, "must be a string"),
    ("model.prices", {"m": 3}, "must be a table"),
    ("model.extra_body", {"stream": False}, "A name in model.extra_body is 'stream'"),
    ("model.extra_body", {"top_p": float("inf")}, "must be a value that JSON can hold"),
    ("model.proxy", "proxy.lan:3128", "must be an address such as"),
    ("model.families", {"m": {"template": "{prefix}"}}, "must be a text with {prefix} and {suffix} once each"),
    ("model.families", {"m": {"template": "{prefix}{suffix}{prefix}"}}, "{prefix} and {suffix} once each"),
    ("model.prices", {"m": {"inptu": 3}}, "A name in model.prices.m is 'inptu'"),
    ("model.prices", {"m": {"input": -1}}, "model.prices.m.input is -1"),
    ("model.timeouts", 5, "must be a table"),
    ("model.timeouts.total", 0, "must be a number from 0.1 to 3,600"),
    ("model.timeouts.total", float("nan"), "must be a number"),
    ("model.timeouts.total", float("inf"), "must be a number"),
    ("model.timeouts.total", 10**400, "is a huge number"),
    ("model.timeouts.total", "5", "must be a number"),
    ("model.timeouts.total", True, "must be a number"),
    ("completion.multiline", "no", "must be one of auto, never, always"),
    ("completion.multiline", False, "completion.multiline is false"),
    ("completion.max_lines", 0, "must be a whole number from 1 to 1,000"),
    ("completion.max_lines", 2.5, "must be a whole number"),
    ("completion.max_lines", True, "must be a whole number"),
    ("completion.max_lines", -(10**5000), "is a huge number"),
    ("completion.trigger", "Manual", "completion.trigger is 'Manual'"),
    ("completion.threshold", 1.01, "must be a number from 0 to 1"),
    ("limits.tokens_per_day", 0, "must be a whole number of at least 1"),
    ("index", False, "must be a table"),
    ("index.enable", "true", "must be true or false, without quotes"),
    ("log.level", "none", "must be one of off, error, warning, info, debug"),
]


# Numbered, since one of the values is too long to be written in decimal.
@pytest.mark.parametrize(("key", "raw", "message"), BAD, ids=[f"{n}-{bad[0]}" for n, bad in enumerate(BAD)])
def test_bad_value(key: str, raw: object, message: str) -> None:
    resolved = one(nested(key, raw), "user")
    assert resolved.settings == Settings()
    assert resolved.failed
    (problem,) = resolved.problems
    assert message in problem.message
    assert problem.key.startswith(key)
    assert problem.remedy
    assert problem.origin == "somewhere"
    assert problem.severity == "error"
    assert SECRET not in repr(problem)
    assert (problem.message + problem.remedy).isprintable()
    assert len(problem.message) < 250


@pytest.mark.parametrize(
    ("key", "raw", "remedy"),
    [
        ("completion.trigger", "Manual", "Write 'manual'."),
        ("model.mode", "chta", "Write 'chat'."),
        ("log.level", "warn", "Write 'warning'."),
        ("model.prices", {"m": {"inptu": 3}}, "Write 'input'."),
    ],
)
def test_near_misses_of_values(key: str, raw: object, remedy: str) -> None:
    assert one(nested(key, raw)).problems[0].remedy == remedy


@pytest.mark.parametrize(
    ("key", "remedy"),
    [
        ("modle", "Did you mean model?"),
        ("model.nmae", "Did you mean model.name?"),
        ("model.baseurl", "Did you mean model.base_url?"),
        ("base_url", "Did you mean model.base_url?"),
        ("maxLines", "Did you mean completion.max_lines?"),
        ("completion.maxLine", "Did you mean completion.max_lines?"),
        ("enabled", "Did you mean enable?"),
        ("zzzzzz", "Remove it, or see docs/configuration.md for all options."),
        ("model.api_key", "Remove it: a key is never read from settings; use model.api_key_env or"),
        ("apiKey", "Remove it: a key is never read from settings"),
        ("model.model.model.name", "Did you mean model.name?"),
        ("", "Remove it"),
        ("..", "Remove it"),
    ],
)
def test_unknown_keys(key: str, remedy: str) -> None:
    resolved = one({key: SECRET})
    assert resolved.settings == Settings()
    (problem,) = resolved.problems
    assert problem.severity == "warning"
    assert problem.remedy.startswith(remedy)
    assert SECRET not in repr(problem)
    assert not resolved.failed


def test_a_list_keeps_its_good_entries_but_a_command_is_whole_or_not() -> None:
    assert one({"exclude": ["a", 1, "b"]}).settings.exclude == ("a", "b")
    assert one({"model": {"api_key_command": ["rm", 1]}}).settings.model.api_key_command == ""
    assert one({"exclude": "a"}).settings.exclude == ("a",)


def test_a_table_keeps_its_good_entries() -> None:
    resolved = one({"enable": {"go": False, "lua": "x"}, "model": {"prices": {"m": {"input": 1, "output": "x"}}}})
    assert resolved.settings.enabled("go") is False
    assert resolved.settings.model.prices == {}  # half a price would show a wrong cost
    assert len(resolved.problems) == 2


@pytest.mark.parametrize("values", [{"foretype": "x"}, {"foretype": [1]}, {"foretype": 3}])
def test_a_section_that_is_no_table(values: dict[str, object]) -> None:
    assert "not a table" in one(values).problems[0].message


def test_a_flood_of_bad_entries_gives_few_problems() -> None:
    flood = {f"unknown{number}": 1 for number in range(5000)}
    bad = {"enable": {f"language{number}": "x" for number in range(5000)}}
    assert len(one(flood).problems) == 20
    assert len(one(bad).problems) == 20


def test_long_and_odd_keys_stay_printable_and_short() -> None:
    name = "\x1b[31m\u202e" + "x" * 100_000
    for values in ({name: 1}, {"enable": {name: True}}, {"model": {name: 1}}, {"enable": {"\u202eabc": 3}}):
        for problem in one(values).problems:
            assert (problem.message + problem.remedy).isprintable()
            assert len(problem.message) < 300


# --- secrets ----------------------------------------------------------------------------------------------


def test_secrets_are_in_no_repr() -> None:
    layer = Layer("user", "u", {"model": {"headers": {"A": SECRET}, "api_key_command": f"echo {SECRET}"}})
    resolved = resolve([layer], True)
    assert resolved.settings.model.headers == {"A": SECRET}
    assert SECRET not in repr(layer) + repr(resolved) + repr(resolved.settings.model)


def test_a_password_in_an_address_is_in_no_problem() -> None:
    problem = one({"model": {"base_url": f"htp://me:{SECRET}@host/v1"}}).problems[0]
    assert SECRET not in repr(problem)
    assert "htp://***@host/v1" in problem.message


# --- the values themselves --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("enable", "language", "expected"),
    [
        ({}, "python", True),
        ({}, "markdown", False),
        ({"*": False}, "python", False),
        ({"*": False, "python": True}, "python", True),
        ({"markdown": True}, "markdown", True),
    ],
)
def test_enabled(enable: dict[str, bool], language: str, expected: bool) -> None:
    assert one({"enable": enable}).settings.enabled(language) is expected


def test_settings_are_values() -> None:
    settings = one(nested("model.headers", {"A": "b"})).settings
    assert pickle.loads(pickle.dumps(settings)) == settings
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.exclude = ("x",)  # type: ignore[misc]
    assert Settings().enable is not Settings().enable


def test_every_option_is_documented() -> None:
    for found in walk(Settings):
        assert isinstance(found, Option)
        assert found.text.endswith(".")
        assert found.rule.scope in ("user", "project")
        assert not (found.rule.secret and found.rule.scope == "project")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from([*GOOD, "model", "completion", "foretype", "model.timeouts", "model.prices.m.input"])


@given(st.dictionaries(KEYS | st.text(max_size=8), JSON, max_size=4), st.sampled_from(PRECEDENCE), st.booleans())
def test_any_json_gives_settings(values: dict[str, object], kind: Kind, trusted: bool) -> None:
    resolved = one(values, kind, trusted, workspace=True)
    assert isinstance(resolved.settings, Settings)
    for problem in resolved.problems:
        assert (problem.message + problem.remedy).isprintable()
    if kind == "project" or not trusted:
        allowed = dataclasses.replace(Settings().model, mode=resolved.settings.model.mode)
        assert resolved.settings.model == allowed


def test_an_untrusted_workspace_cannot_take_back_what_the_user_excludes() -> None:
    user = Layer("user", "u", {"exclude": ["secrets/**", "*.key"]})
    project = Layer("project", "p", {"exclude": ["!secrets/**", "more/**", "!*.key"]}, workspace=True)
    resolved = resolve([user, project], False)
    assert resolved.settings.exclude == ("secrets/**", "*.key", "more/**")
    assert any("not trusted" in problem.message for problem in resolved.problems)


def test_addresses_are_shown_without_their_secrets() -> None:
    shown = hide_password("https://me:pw@host/v1?api_key=SECRET&b=2&api-version=2024 and http://x/?k=v, a?b=c")
    assert shown == "https://***@host/v1?api_key=***&b=***&api-version=2024 and http://x/?k=*** a?b=c"
