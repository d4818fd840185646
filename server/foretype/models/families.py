"""What each family of code models wants to see for fill-in-the-middle. Data, and looking it up by name.

Sources: the models' own cards and reports (Qwen2.5-Coder and Qwen3-Coder; StarCoder2, arXiv 2402.19173;
Code Llama, arXiv 2308.12950; DeepSeek-Coder, arXiv 2401.14196; CodeGemma's prompt page; Seed-Coder's report;
Mellum's card), checked against the special tokens that llama.cpp recognises.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Family:
    """One family.

    `template` holds {prefix} and {suffix} once each, in the order that the model was trained on, and perhaps
    {path}. `stop` ends an answer, the most useful first, since at most four travel. `tokens` are all special
    tokens that must not come from a document: they would end or redirect the prompt.
    """

    name: str
    template: str
    stop: tuple[str, ...]
    tokens: tuple[str, ...]
    preferred: bool = True

    def strip(self, text: str) -> str:
        """The text without the family's special tokens, also those that appear when others are taken out."""
        before = None
        while text != before:
            before = text
            for token in self.tokens:
                text = text.replace(token, "")
        return text


def _family(name: str, template: str, stop: tuple[str, ...], *more: str) -> Family:
    """A family whose tokens are those of its template, its stops and some more."""
    in_template = re.split(r"\{prefix\}|\{suffix\}|\{path\}|\s", template)
    # A stop that begins with a line end is ordinary text, which a document may well hold.
    tokens = (token for token in (*in_template, *stop, *more) if token and not token.startswith("\n"))
    return Family(name, template, stop, tuple(dict.fromkeys(tokens)))


_CHATML = ("<|im_start|>", "<|im_end|>")

QWEN = _family(
    "Qwen Coder",
    "<|fim_prefix|>{prefix}<|fim_suffix|>{suffix}<|fim_middle|>",
    ("<|endoftext|>", "<|fim_prefix|>", "<|file_sep|>", "<|repo_name|>", "<|fim_suffix|>", "<|fim_middle|>"),
    "<|fim_pad|>",
    *_CHATML,
)
STARCODER = _family(
    "StarCoder",
    "<fim_prefix>{prefix}<fim_suffix>{suffix}<fim_middle>",
    ("<|endoftext|>", "<file_sep>", "<fim_prefix>", "<fim_suffix>", "<fim_middle>"),
    "<fim_pad>",
    "<repo_name>",
    "<reponame>",
    "<filename>",
)
GRANITE = _family(
    "Granite Code",
    "<fim_prefix>{prefix}<fim_suffix>{suffix}<fim_middle>",
    ("<|endoftext|>", "<|end_of_text|>", "<fim_prefix>", "<fim_suffix>", "<fim_middle>"),
    "<fim_pad>",
    "<reponame>",
    "<filename>",
)
CODE_LLAMA = _family(
    "Code Llama",
    "<PRE> {prefix} <SUF>{suffix} <MID>",
    ("<EOT>", "<PRE>", "<SUF>", "<MID>"),
    "</s>",
)
DEEPSEEK = _family(
    "DeepSeek Coder",
    "<｜fim▁begin｜>{prefix}<｜fim▁hole｜>{suffix}<｜fim▁end｜>",
    ("<｜end▁of▁sentence｜>", "<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"),
    "<｜begin▁of▁sentence｜>",
    "<|EOT|>",
)
CODESTRAL = _family(
    "Codestral",
    "[SUFFIX]{suffix}[PREFIX]{prefix}",
    ("[PREFIX]", "[SUFFIX]", "\n+++++ "),
    "[MIDDLE]",
    "</s>",
    "[INST]",
    "[/INST]",
)
CODE_GEMMA = _family(
    "CodeGemma",
    "<|fim_prefix|>{prefix}<|fim_suffix|>{suffix}<|fim_middle|>",
    ("<|file_separator|>", "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<end_of_turn>", "<eos>"),
    "<start_of_turn>",
)
GLM = replace(
    _family(
        "GLM",
        "<|code_prefix|>{prefix}<|code_suffix|>{suffix}<|code_middle|>",
        ("<|endoftext|>", "<|code_prefix|>", "<|code_suffix|>", "<|code_middle|>"),
        "<|user|>",
        "<|assistant|>",
        "<|system|>",
    ),
    preferred=False,
)
SEED_CODER = _family(
    "Seed-Coder",
    "<[fim-suffix]>{suffix}<[fim-prefix]>{prefix}<[fim-middle]>",
    ("<[end▁of▁sentence]>", "<[fim-prefix]>", "<[fim-suffix]>", "<[fim-middle]>"),
    "<[begin▁of▁sentence]>",
)
MELLUM = _family(
    "Mellum",
    "<filename>{path}\n<fim_suffix>{suffix}<fim_prefix>{prefix}<fim_middle>",
    ("<|endoftext|>", "<filename>", "<fim_prefix>", "<fim_suffix>", "<fim_middle>"),
    "<reponame>",
)

# Parts of models' names, letters and digits only; the longest part that a name holds decides. None marks
# members of a family that were not trained to fill in the middle.
_NAMES: dict[str, Family | None] = {
    "qwen25coder": QWEN,
    "qwen3coder": QWEN,
    "qwencoder": QWEN,
    "codeqwen": QWEN,
    "starcoder": STARCODER,
    "stablecode": STARCODER,
    "granitecode": GRANITE,
    "granite33": GRANITE,
    "codellama": CODE_LLAMA,
    "codellama34b": None,
    "codellama70b": None,
    "codellamapython": None,
    "deepseekcoder": DEEPSEEK,
    "codestral": CODESTRAL,
    "mambacodestral": None,
    "codestralmamba": None,
    "codegemma": CODE_GEMMA,
    "glm4": GLM,
    "seedcoder": SEED_CODER,
    "mellum": MELLUM,
}

_SIZE = re.compile(r"(?<![a-z0-9.])\d+(\.\d+)?[bm](?![a-z0-9])")


def family_of(model: str) -> Family | None:
    """The family of a model by its name; None where it is not known or cannot fill in the middle.

    The name may carry a publisher, a tag or a file name, as in `org/Qwen2.5-Coder-7B` or `codellama:7b-code`.
    """
    name = model.lower()
    # A size may stand inside what is looked for, as in granite-3b-code; for others it decides.
    squeezed = [re.sub(r"[^a-z0-9]", "", form) for form in (name, _SIZE.sub("", name))]
    known = [part for part in _NAMES if any(part in form for form in squeezed)]
    return _NAMES[max(known, key=len)] if known else None
