"""What each family of code models wants to see for fill-in-the-middle. Data, and looking it up by name.

Sources: the models' own cards and reports (Qwen2.5-Coder and Qwen3-Coder; StarCoder2, arXiv 2402.19173;
Code Llama, arXiv 2308.12950; DeepSeek-Coder, arXiv 2401.14196; CodeGemma's prompt page; Seed-Coder's report;
Mellum's card), checked against the special tokens that llama.cpp recognises. Models that rewrite a region
instead of filling a hole (the Zeta models) have no family here; a user's own come from `model.families`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileForm:
    """How other files stand before the document, in the form that the model was trained on.

    `start` comes once and may hold {repository}, `file` for each file with {path} and {text}, `current` with
    {path} before the document itself. With `in_prefix` all of it is part of the prefix, else it precedes the
    template.
    """

    file: str
    start: str = ""
    current: str = ""
    in_prefix: bool = False


@dataclass(frozen=True, slots=True)
class Family:
    """One family.

    `template` holds {prefix} and {suffix} once each, in the order that the model was trained on, and perhaps
    {path} and {language}. `stop` ends an answer, the most useful first, since at most four travel. `tokens` are
    all special tokens, which must not come from a document (they would end or redirect the prompt) and are never
    shown. `models` are parts of the models' names, letters and digits only. `context` is the longest prompt and
    answer together, in tokens, that all its models take, None where it is not known. Not `preferred`: asked by
    chat where that is possible. `by_server`: where the server can build the prompt (llama.cpp), it does it better.
    """

    name: str
    template: str
    stop: tuple[str, ...]
    tokens: tuple[str, ...]
    models: tuple[str, ...] = ()
    context: int | None = None
    files: FileForm | None = None
    preferred: bool = True
    by_server: bool = False

    @property
    def marks(self) -> tuple[str, ...]:
        """The special tokens of the template itself, in its order."""
        return tuple(token for token in self.tokens if token in self.template)

    @property
    def leads(self) -> tuple[str, ...]:
        """The special tokens with which an answer may begin: the end of the prompt, told again."""
        end = re.split(r"\{\w+\}", self.template)[-1]
        return tuple(token for token in self.tokens if token in (end or "[MIDDLE]"))

    @property
    def suffix_first(self) -> bool:
        """Whether the text after the hole comes before the text in front of it."""
        return self.template.index("{suffix}") < self.template.index("{prefix}")

    def strip(self, text: str) -> str:
        """The text without the family's special tokens, also those that appear when others are taken out."""
        before = None
        while text != before:
            before = text
            for token in self.tokens:
                text = text.replace(token, "")
        return text


def make_family(name: str, template: str, stop: Iterable[str], more: Iterable[str] = (), **facts: object) -> Family:
    """A family whose tokens are those of its template, its stops and some `more`; `facts` as `Family` has them."""
    stop = tuple(stop)
    in_template = re.split(r"\{\w+\}|\s", template)
    # A stop that begins with a line end is ordinary text, which a document may well hold.
    # So is a heading in a template.
    tokens = (token for token in (*in_template, *stop, *more) if token and not token.startswith(("\n", "#")))
    return Family(name, template, stop, tuple(dict.fromkeys(tokens)), **facts)  # type: ignore[arg-type]


_CHATML = ("<|im_start|>", "<|im_end|>")
_STARCODER = "<fim_prefix>{prefix}<fim_suffix>{suffix}<fim_middle>"
_MARKED = "<|fim_prefix|>{prefix}<|fim_suffix|>{suffix}<|fim_middle|>"
_NAMED_FILE = FileForm("<filename>{path}\n{text}\n", current="<filename>{path}\n")

QWEN = make_family(
    "Qwen Coder",
    _MARKED,
    ("<|endoftext|>", "<|fim_prefix|>", "<|file_sep|>", "<|repo_name|>", "<|fim_suffix|>", "<|fim_middle|>"),
    ("<|fim_pad|>", *_CHATML),
    models=("qwen25coder", "qwen3coder", "qwencoder", "codeqwen"),
    context=32_768,
    files=FileForm("<|file_sep|>{path}\n{text}\n", "<|repo_name|>{repository}\n", "<|file_sep|>{path}\n"),
)
STARCODER = make_family(
    "StarCoder",
    _STARCODER,
    ("<|endoftext|>", "<file_sep>", "<fim_prefix>", "<fim_suffix>", "<fim_middle>"),
    ("<fim_pad>", "<repo_name>", "<reponame>", "<filename>"),
    models=("starcoder", "stablecode"),
    context=8_192,
    files=FileForm("<file_sep>{path}\n{text}", "<repo_name>{repository}", "<file_sep>"),
)
SANTACODER = make_family(
    "SantaCoder",
    "<fim-prefix>{prefix}<fim-suffix>{suffix}<fim-middle>",
    ("<|endoftext|>", "<fim-prefix>", "<fim-suffix>", "<fim-middle>"),
    ("<fim-pad>",),
    models=("santacoder",),
    context=2_048,
)
GRANITE = make_family(
    "Granite Code",
    _STARCODER,
    ("<|endoftext|>", "<|end_of_text|>", "<fim_prefix>", "<fim_suffix>", "<fim_middle>"),
    ("<fim_pad>", "<reponame>", "<filename>"),
    models=("granitecode", "granite33", "granite3"),
    files=FileForm("<filename>{path}\n{text}\n", "<reponame>{repository}\n", "<filename>{path}\n"),
)
GRANITE_4 = make_family(
    "Granite 4",
    _MARKED,
    ("<|end_of_text|>", "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"),
    ("<|fim_pad|>", "<|endoftext|>", "<|start_of_role|>", "<|end_of_role|>"),
    models=("granite4",),
    context=131_072,
    preferred=False,
)
CODE_LLAMA = make_family(
    "Code Llama",
    "<PRE> {prefix} <SUF>{suffix} <MID>",
    ("<EOT>", "<PRE>", "<SUF>", "<MID>"),
    ("</s>",),
    models=("codellama",),
    context=16_384,
    # Its tokens begin with a blank in the vocabulary, which text in a prompt does not always reach.
    by_server=True,
)
DEEPSEEK = make_family(
    "DeepSeek Coder",
    "<｜fim▁begin｜>{prefix}<｜fim▁hole｜>{suffix}<｜fim▁end｜>",
    ("<｜end▁of▁sentence｜>", "<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"),
    ("<｜begin▁of▁sentence｜>", "<|EOT|>"),
    models=("deepseekcoder",),
    context=16_384,
    files=FileForm("#{path}\n{text}\n", current="#{path}\n"),
)
DEEPSEEK_CHAT = make_family(
    "DeepSeek",
    DEEPSEEK.template,
    DEEPSEEK.stop,
    (*DEEPSEEK.tokens, "<｜User｜>", "<｜Assistant｜>"),
    models=("deepseekv3", "deepseekv4"),
    context=65_536,
    preferred=False,
)
CODESTRAL = make_family(
    "Codestral",
    "[SUFFIX]{suffix}[PREFIX]{prefix}",
    ("[PREFIX]", "[SUFFIX]", "\n+++++ "),
    ("[MIDDLE]", "</s>", "[INST]", "[/INST]"),
    models=("codestral",),
    context=32_768,
    files=FileForm("+++++ {path}\n{text}\n\n", current="+++++ {path}\n", in_prefix=True),
)
CODE_GEMMA = make_family(
    "CodeGemma",
    _MARKED,
    ("<|file_separator|>", "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<end_of_turn>", "<eos>"),
    ("<start_of_turn>",),
    models=("codegemma",),
    context=8_192,
    files=FileForm("{path}\n{text}<|file_separator|>", current="{path}\n"),
    by_server=True,
)
GLM = make_family(
    "GLM",
    "<|code_prefix|>{prefix}<|code_suffix|>{suffix}<|code_middle|>",
    ("<|endoftext|>", "<|code_prefix|>", "<|code_suffix|>", "<|code_middle|>"),
    ("<|user|>", "<|assistant|>", "<|system|>"),
    models=("glm4",),
    context=131_072,
    preferred=False,
)
CODEGEEX = make_family(
    "CodeGeeX4",
    "<|user|>\n###PATH:{path}\n###LANGUAGE:{language}\n###MODE:BLOCK\n"
    "<|code_suffix|>{suffix}<|code_prefix|>{prefix}<|code_middle|><|assistant|>\n",
    ("<|endoftext|>", "<|user|>", "<|code_suffix|>", "<|code_prefix|>", "<|code_middle|>", "<|assistant|>"),
    ("<|system|>",),
    models=("codegeex4",),
    context=131_072,
)
SEED_CODER = make_family(
    "Seed-Coder",
    "<[fim-suffix]>{suffix}<[fim-prefix]>{prefix}<[fim-middle]>",
    ("<[end▁of▁sentence]>", "<[fim-prefix]>", "<[fim-suffix]>", "<[fim-middle]>"),
    ("<[begin▁of▁sentence]>",),
    models=("seedcoder",),
    context=32_768,
    files=_NAMED_FILE,
)
MELLUM = make_family(
    "Mellum",
    "<filename>{path}\n<fim_suffix>{suffix}<fim_prefix>{prefix}<fim_middle>",
    ("<|endoftext|>", "<filename>", "<fim_prefix>", "<fim_suffix>", "<fim_middle>"),
    ("<reponame>",),
    models=("mellum",),
    context=8_192,
    # The document's own name is in the template already.
    files=FileForm("<filename>{path}\n{text}\n"),
)
FALCON = make_family(
    "Falcon Coder",
    "<|prefix|>{prefix}<|suffix|>{suffix}<|middle|>",
    ("<|endoftext|>", "<|prefix|>", "<|suffix|>", "<|middle|>"),
    models=("falconh1tinycoder",),
)

FAMILIES = (
    *(QWEN, STARCODER, SANTACODER, GRANITE, GRANITE_4, CODE_LLAMA, DEEPSEEK, DEEPSEEK_CHAT, CODESTRAL),
    *(CODE_GEMMA, GLM, CODEGEEX, SEED_CODER, MELLUM, FALCON),
)
# Members of a family that were not trained to fill in the middle.
_NOT_TRAINED = ("codellama34b", "codellama70b", "codellamapython", "mambacodestral", "codestralmamba")

_SIZE = re.compile(r"(?<![a-z0-9.])\d+(\.\d+)?[bm](?![a-z0-9])")


def family_of(model: str, own: Iterable[Family] = ()) -> Family | None:
    """The family of a model by its name; None where it is not known or cannot fill in the middle.

    The name may carry a publisher, a tag or a file name, as in `org/Qwen2.5-Coder-7B` or `codellama:7b-code`. The
    longest part that it holds decides; the user's `own` families come before all others.
    """
    squeezed = _squeezed_names(model)
    for families, excluded in ((tuple(own), ()), (FAMILIES, _NOT_TRAINED)):
        known: dict[str, Family | None] = {part: family for family in families for part in family.models}
        known |= dict.fromkeys(excluded)
        found = [part for part in known if any(part in form for form in squeezed)]
        if found:
            return known[max(found, key=len)]
    return None


def _squeezed_names(model: str) -> tuple[str, str]:
    """A model's name as letters and digits only, with its size and without.

    A size may stand inside what is looked for, as in granite-3b-code; for others it decides.
    """
    name = model.lower()
    return squeezed(name), squeezed(_SIZE.sub("", name))


def squeezed(name: str) -> str:
    """Letters and digits only, in lower case."""
    return re.sub(r"[^a-z0-9]", "", name.lower())
