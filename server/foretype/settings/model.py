"""Every option of Foretype: its name, type, default, scope and what it does, each in one place only.

The checks, `foretype config`, docs/configuration.md and the JSON schema are made from these declarations;
to add an option, add one field here. The module may hold no logic beyond reading its own values.
"""

# ruff: noqa: RUF009 - `option` and `group` are calls to dataclasses.field with the declaration's metadata.

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from foretype.settings.schema import Rule, group, option

Mode = Literal["auto", "chat", "fim", "suffix", "mistral", "infill", "local"]
Multiline = Literal["auto", "never", "always"]
Trigger = Literal["auto", "manual"]
Popup = Literal["auto", "always", "never"]
Prefetch = Literal["auto", "always", "never"]
LearnedGate = Literal["auto", "off"]
ActionOutput = Literal["replace", "insert", "explain"]
Confirm = Literal["always", "files", "never"]
LogLevel = Literal["off", "error", "warning", "info", "debug"]

_USER = Rule(scope="user")
_SECONDS = Rule(scope="user", minimum=0.1, maximum=3600)
# A limit that is not set does not limit; 0 is refused because it could be read both ways.
_LIMIT = Rule(scope="user", minimum=1, maximum=10**12)
_PRICE = Rule(scope="user", minimum=0, maximum=10**6)
# What a question consists of; a user's field of that name would ask another one.
_QUESTION = "model|messages|prompt|suffix|stream|input_prefix|input_suffix|input_extra"
_TEMPLATE = (
    r"(?![\s\S]*\{prefix\}[\s\S]*\{prefix\})(?![\s\S]*\{suffix\}[\s\S]*\{suffix\})"
    r"(?=[\s\S]*\{prefix\})[\s\S]*\{suffix\}[\s\S]*"
)
_URL = r"https?://([^\s/?#@]*@)?(\[[0-9A-Fa-f:.]+\]|[^\s/?#@:\[\]]+)(:[0-9]{1,5})?([/?#]\S*)?"


@dataclass(frozen=True, slots=True)
class Price:
    """What one model costs, in any one currency per million tokens."""

    input: float = option(0.0, "Price of a million prompt tokens.", _PRICE)
    output: float = option(0.0, "Price of a million generated tokens.", _PRICE)
    cached: float | None = option(
        None,
        "Price of a million prompt tokens that the server had cached; the same as `input` if not set.",
        _PRICE,
    )


@dataclass(frozen=True, slots=True)
class FamilySettings:
    """One family of models, as the user describes it: how it wants to be asked to fill in the middle."""

    template: str = option(
        "",
        "The prompt: {prefix} and {suffix} once each, and perhaps {path} and {language}.",
        Rule(scope="user", lines=True, pattern=_TEMPLATE, allowed="a text with {prefix} and {suffix} once each"),
    )
    models: tuple[str, ...] = option(
        (), "Parts of the names of its models; the table's own name if not set.", Rule(scope="user")
    )
    stop: tuple[str, ...] = option(
        (),
        "Texts that end an answer, the most useful first: four of them are sent, all of them are applied.",
        Rule(scope="user", lines=True),
    )
    tokens: tuple[str, ...] = option(
        (), "Special tokens besides those of the template; none is let through, in either direction.", _USER
    )
    context: int | None = option(
        None, "The context window in tokens.", Rule(scope="user", minimum=256, maximum=100_000_000)
    )


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait for the model's server, in seconds."""

    connect: float = option(3.0, "Seconds to wait for a connection to the model's server.", _SECONDS)
    first_token: float = option(6.0, "Seconds to wait for the first token, the server's queue included.", _SECONDS)
    between_tokens: float = option(3.0, "Seconds to wait from one token of an answer to the next.", _SECONDS)
    total: float = option(8.0, "Seconds that one suggestion may take from the request to its end.", _SECONDS)


@dataclass(frozen=True, slots=True)
class Model:
    """Which model answers, where it is, and how it is asked."""

    base_url: str = option(
        "",
        "Address of an OpenAI-compatible server, up to and with its `/v1`; without one the embedded engine "
        "answers and nothing leaves the machine.",
        Rule(
            scope="user",
            environment="FORETYPE_BASE_URL",
            pattern=_URL,
            allowed="an address such as http://localhost:8080/v1",
            example="http://localhost:8080/v1",
        ),
    )
    name: str = option(
        "",
        "The model's name as its server knows it.",
        Rule(scope="user", environment="FORETYPE_MODEL", example="qwen2.5-coder-7b"),
    )
    mode: Mode = option(
        "auto",
        "How the model is asked: `chat` messages, a fill-in-the-middle prompt (`fim`), a prompt with `suffix`, "
        "the `mistral` or llama.cpp `infill` route, or the embedded engine only (`local`); "
        "`auto` chooses by model and server.",
        Rule(scope="user", environment="FORETYPE_MODE", off=("local",)),
    )
    api_key_env: str = option(
        "",
        "Name of the environment variable that holds the key (the name, never the key itself).",
        Rule(
            scope="user",
            secret=True,
            pattern=r"[A-Za-z_][A-Za-z0-9_]*",
            allowed="the name of an environment variable, not a key",
            example="MY_PROVIDER_KEY",
        ),
    )
    api_key_command: str | tuple[str, ...] = option(
        "",
        "Command whose first line of output is the key, as one string or a list of arguments; "
        "run without a shell, at most 10 seconds, and again only where the server refuses the key.",
        Rule(scope="user", secret=True, example="pass show my-provider"),
    )
    headers: Mapping[str, str] = option(
        {},
        "Further HTTP headers that are sent with every request to the model's server.",
        Rule(scope="user", secret=True, key_pattern=r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"),
    )
    extra_body: Mapping[str, Any] = option(
        {},
        "Further fields that are sent with every question to the model's server; what makes up the question itself "
        "cannot be replaced.",
        Rule(scope="user", key_pattern=rf"(?!({_QUESTION})$)[A-Za-z_][A-Za-z0-9_.-]*"),
    )
    proxy: str = option(
        "",
        "Address of an HTTP proxy for the model's server, instead of the environment's; never used for this machine.",
        Rule(scope="user", pattern=_URL, allowed="an address such as http://proxy.lan:3128"),
    )
    ca_file: str = option(
        "",
        "File of certificates (PEM) whose authorities are trusted for the model's server, besides the system's.",
        _USER,
    )
    tokenizer: str = option(
        "",
        "File `tokenizer.json` of the model (or the folder that it is in), by which tokens are counted exactly; needs "
        "`foretype[tokenizers]`. Servers that have llama.cpp's or vLLM's `/tokenize` need no file.",
        _USER,
    )
    families: Mapping[str, FamilySettings] = option(
        {}, "Families of models that Foretype does not know, by a name of your choice; see docs/models.md.", _USER
    )
    prices: Mapping[str, Price] = option(
        {}, "Prices by model name, per million tokens, from which the cost shown to you is computed.", _USER
    )
    timeouts: Timeouts = group(Timeouts, "How long to wait for the model's server, in seconds.")


@dataclass(frozen=True, slots=True)
class Completion:
    """What is suggested, and when."""

    multiline: Multiline = option(
        "auto",
        "Whether a suggestion may have several lines: where the code calls for it (`auto`), `never`, or `always`.",
        Rule(off=("never",)),
    )
    max_lines: int = option(
        20, "Longest suggestion in lines; what is longer is cut there.", Rule(minimum=1, maximum=1000)
    )
    temperature: float | None = option(
        None,
        "How freely the model answers, from 0 (always the likeliest) to 2; if not set, 0 for a line and 0.2 for a "
        "block. Further alternatives are asked for at rising temperatures.",
        Rule(minimum=0, maximum=2, example="0.2"),
    )
    alternatives: int = option(
        3,
        "Most suggestions of the model when you ask for them by hand; while typing there is one.",
        Rule(minimum=1, maximum=5),
    )
    trigger: Trigger = option(
        "auto",
        "Whether suggestions come while typing (`auto`) or only when the editor asks on your command (`manual`).",
        Rule(off=("manual",)),
    )
    popup: Popup = option(
        "auto",
        "Whether the completion popup has a suggestion too: only in editors without ghost text (`auto`), "
        "`always`, or `never`.",
        Rule(off=("never",)),
    )
    prefetch: Prefetch = option(
        "auto",
        "Whether the model is asked ahead for what follows a suggestion that is not accepted yet: unless its tokens "
        "are paid for (`auto`, by `model.prices`), `always`, or `never`.",
        Rule(off=("never",)),
    )
    learned_gate: LearnedGate = option(
        "auto",
        "Whether the model is spared questions whose answers you hardly ever accept: once your own acceptances, of "
        "which only numbers are kept on this machine, bear it out (`auto`), or never (`off`).",
        Rule(off=("off",)),
    )
    threshold: float = option(
        0.55,
        "How sure the embedded engine must be before it shows anything, from 0 (always) to 1 (never).",
        Rule(minimum=0, maximum=1, off=(1.0,)),
    )


@dataclass(frozen=True, slots=True)
class Context:
    """What the model is shown."""

    max_tokens: int = option(
        2048,
        "Longest prompt in tokens, counted by the model's own tokenizer where it is known.",
        Rule(minimum=256, maximum=2_000_000),
    )
    outside_workspace: bool = option(
        False, "Whether the model may see open files outside the workspace folders, and where links lead there.", _USER
    )
    git_ignored: bool = option(False, "Whether the model may see files that git ignores.", _USER)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may be asked of the model's server; what is not set is not limited."""

    requests_per_minute: int | None = option(None, "Most requests in any minute.", _LIMIT)
    tokens_per_minute: int | None = option(None, "Most tokens in any minute, prompts and answers together.", _LIMIT)
    tokens_per_day: int | None = option(None, "Most tokens in a day, prompts and answers together.", _LIMIT)
    concurrent_requests: int | None = option(
        None, "Most requests under way at once, those of all your windows together.", _LIMIT
    )


@dataclass(frozen=True, slots=True)
class CustomAction:
    """A code action of the user's own."""

    prompt: str = option(
        "",
        "What the model is to do; may hold {{selection}}, {{file}}, {{language}}, {{diagnostics}} and {{context}}.",
        Rule(scope="user", lines=True),
    )
    title: str = option("", "Its title in the menu; the table's own name if not set.", _USER)
    output: ActionOutput = option(
        "replace", "Whether the answer goes in place of the selected code, behind it, or is shown as text.", _USER
    )
    languages: tuple[str, ...] = option((), "Language identifiers in which it is offered; all if not set.", _USER)


@dataclass(frozen=True, slots=True)
class Actions:
    """Code actions: what is offered, and how much may be asked for it."""

    enable: bool = option(
        True, "Whether code actions are offered; they need a configured model in any case.", Rule(off=(False,))
    )
    max_tokens: int = option(
        8192, "Longest prompt of an action in tokens.", Rule(scope="user", minimum=1024, maximum=2_000_000)
    )
    timeout: float = option(
        15.0, "Seconds that the answer to an action may take; raise it for a slow model on your own machine.", _SECONDS
    )
    concurrency: int = option(
        4,
        "Most questions at once when an action works through many functions or files.",
        Rule(scope="user", minimum=1, maximum=100),
    )
    confirm: Confirm = option(
        "files",
        "Whether an edit is shown for confirmation first, in editors that can: each (`always`), those that create a "
        "file or change several (`files`), or none (`never`); one undo takes any of them back.",
        _USER,
    )
    language: str = option("English", "Language of explanations, and the one that comments are translated to.")
    custom: Mapping[str, CustomAction] = option(
        {}, "Code actions of your own, by a name of your choice; see docs/actions.md.", _USER
    )


@dataclass(frozen=True, slots=True)
class Index:
    """The index of the workspace that the embedded engine repeats patterns from."""

    enable: bool = option(
        True,
        "Whether the workspace's files are indexed; without it only the open files are used.",
        Rule(off=(False,)),
    )


@dataclass(frozen=True, slots=True)
class Usage:
    """What is counted."""

    keep: bool = option(
        True,
        "Whether numbers of use (never text) are kept on this machine, for `foretype stats`; without it they end with "
        "the session.",
        Rule(scope="user", off=(False,)),
    )


@dataclass(frozen=True, slots=True)
class Log:
    """What the server tells the editor's log."""

    level: LogLevel = option(
        "info",
        "Least important messages that are logged; text of documents and prompts is never logged.",
        Rule(scope="user", environment="FORETYPE_LOG"),
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """All options. An instance never changes; a new one is resolved when a source changes."""

    enable: Mapping[str, bool] = option(
        {"*": True, "plaintext": False, "markdown": False, "scminput": False},
        'Suggestions on or off by the editor\'s language identifier, `"*"` for all others.',
        Rule(off=(False,)),
    )
    exclude: tuple[str, ...] = option(
        (),
        "Globs, as in .gitignore, of files that get no suggestions and whose text is never used anywhere else.",
        Rule(adds=True, example='["secrets/**"]'),
    )
    model: Model = group(Model, "Which model answers, where it is, and how it is asked.")
    completion: Completion = group(Completion, "What is suggested, and when.")
    context: Context = group(Context, "What the model is shown.")
    actions: Actions = group(Actions, "Code actions: what is offered, and how much may be asked for it.")
    limits: Limits = group(Limits, "How much may be asked of the model's server; what is not set is not limited.")
    index: Index = group(Index, "The index of the workspace, which the embedded engine repeats patterns from.")
    usage: Usage = group(Usage, "What is counted.")
    log: Log = group(Log, "What the server tells the editor's log.")

    def enabled(self, language: str) -> bool:
        """Whether documents with this language identifier get suggestions."""
        return self.enable.get(language, self.enable.get("*", True))

    @property
    def asking(self) -> tuple[Model, Context, Limits, tuple[str, ...]]:
        """All by which the model is connected to, shown text and limited; other options change nothing of that."""
        return self.model, self.context, self.limits, self.exclude

    def prefetches(self, model: str) -> bool:
        """Whether a model is asked ahead of acceptance."""
        if self.completion.prefetch == "auto":
            return model not in self.model.prices
        return self.completion.prefetch == "always"
