"""Usage as plain values for programs, as lines for people, and as OpenMetrics text. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from foretype.scheduling.learned_gate import LearnedGate
from foretype.scheduling.usage import STAGES, Stage, Totals, percentile
from foretype.settings.schema import camel
from foretype.text.wording import counted

_COUNTERS: Final = {
    "requests": "requests sent to a model's server",
    "failed": "of those and of attempts to send, failures",
    "repeated": "sent again after a failure",
    "refused": "not sent: no room within the limits, or the server was left alone",
    "prompt_tokens": "prompt tokens",
    "completion_tokens": "generated tokens",
    "cached_tokens": "prompt tokens that the server had cached",
    "estimated_tokens": "of all tokens, those that the server did not count itself",
    "head_tokens": "tokens of the heads that prompts had in common with the prompt before",
    "compared_tokens": "tokens of all prompts that came after another one",
}
_SOURCES: Final = {
    "hits": "answers to the editor, by what gave them",
    "shown": "suggestions shown",
    "partial": "suggestions of which a part was accepted",
    "accepted": "suggestions accepted",
    "kept": "accepted suggestions that were still there after half a minute",
}
_GATED: Final = "gated"
_MINUTE: Final = {
    "requests": "requests to the configured model's server in the last minute, by all windows",
    "tokens": "tokens of those requests",
}
_REASONS: Final = {
    "word": "inside or right in front of a word",
    "text": "in front of words",
    "deleting": "while deleting",
    "dismissed": "dismissed there",
    "popup": "for a popup's item that cannot be extended",
    "learned": "hardly ever accepted (no model asked)",
}
_STAGE_WORDS: Final = {
    "gate": "deciding whether to ask",
    "prompt": "making the prompt",
    "wait": "waiting for room",
    "first_token": "to the first token",
    "total": "to the end of the answer",
    "answer": "the editor's wait",
}


def report(totals: Totals, days: int, last_minute: tuple[int, int] = (0, 0)) -> dict[str, Any]:
    """All of it: counters by model, what became of suggestions by source, latencies in milliseconds by stage.

    `cost` is None where no price was known; `last_minute` is requests and tokens.
    """
    totals = totals.over_days()
    models = [model for model in totals.models() if model]
    return {
        "days": days,
        "lastMinute": {"requests": last_minute[0], "tokens": last_minute[1]},
        "totals": _counters(totals, None),
        "models": {model: _counters(totals, model) for model in models},
        **{name: dict(totals.by_suffix(name)) for name in (*_SOURCES, _GATED)},
        "latency": {stage: values for stage in STAGES if (values := _latency(totals, stage))},
        "learnedGate": _learned(totals),
    }


def _learned(totals: Totals) -> dict[str, Any]:
    """What the learned gate goes by: acceptances and suggestions passed over, of late, and whether they suffice."""
    gate = LearnedGate()
    gate.load(totals.learned)
    accepted, passed_over = gate.evidence
    return {"accepted": round(accepted), "passedOver": round(passed_over), "inUse": gate.threshold is not None}


def _counters(totals: Totals, model: str | None) -> dict[str, Any]:
    found: dict[str, Any] = {camel(name): int(totals.sum(name, model)) for name in _COUNTERS}
    priced = any(name == "cost" and model in (None, of) for _, of, name in totals.counters)
    return {**found, "cost": round(totals.sum("cost", model), 6) if priced else None}


def _latency(totals: Totals, stage: Stage) -> dict[str, float]:
    steps = totals.steps(stage)
    half, most = percentile(steps, 0.5), percentile(steps, 0.95)
    if half is None or most is None:
        return {}
    return {"count": sum(steps.values()), "p50": _three_digits(half), "p95": _three_digits(most)}


def text_lines(values: Mapping[str, Any]) -> Iterator[str]:
    """For people."""
    days = values["days"]
    yield "Today:" if days == 1 else f"The last {days} days:"
    for model, counters in values["models"].items():
        cost = "" if counters["cost"] is None else f", cost {counters['cost']:,.4g}"
        yield (
            f"  {model}: {counted(counters['requests'], 'request')}, {counted(counters['promptTokens'], 'token')} in "
            f"({counters['cachedTokens']:,} cached), {counters['completionTokens']:,} out{cost}"
        )
        if counters["comparedTokens"]:
            yield f"    {counters['headTokens'] / counters['comparedTokens']:.0%} of a prompt repeats the one before"
        less = [f"{counters[name]:,} {name}" for name in ("failed", "repeated", "refused") if counters[name]]
        if less:
            yield f"    {', '.join(less)}"
    if not values["models"]:
        yield "  no requests to a model"
    minute = values["lastMinute"]
    yield f"  in the last minute: {counted(minute['requests'], 'request')}, {counted(minute['tokens'], 'token')}"
    words = {"hits": "Answers", "shown": "Shown", "accepted": "Accepted", "kept": "Kept"}
    for name, word in words.items():
        if values[name]:
            yield f"{word}: " + ", ".join(f"{count:,} {source}" for source, count in values[name].items())
    if values[_GATED]:
        yield "Not asked: " + ", ".join(f"{count:,} {_REASONS.get(why, why)}" for why, count in values[_GATED].items())
    learned = values["learnedGate"]
    if learned["accepted"] or learned["passedOver"]:
        state = "in use" if learned["inUse"] else "not in use, since this proves too little"
        yield f"Learned gate: {state} ({learned['accepted']} accepted, {learned['passedOver']} passed over, of late)"
    if values["latency"]:
        yield f"{'Milliseconds':26}{'p50':>10}{'p95':>10}{'of':>10}"
    for stage, found in values["latency"].items():
        yield f"  {_STAGE_WORDS[stage]:24}{found['p50']:>10g}{found['p95']:>10g}{found['count']:>10,}"


def openmetrics_lines(values: Mapping[str, Any]) -> Iterator[str]:
    """For monitoring (OpenMetrics 1.0). All are gauges, since they are about a span of days that moves on."""
    models = values["models"]
    for name, about in _COUNTERS.items():
        yield from _family(name, about, [({"model": model}, models[model][camel(name)]) for model in models])
    costs = [({"model": model}, models[model]["cost"]) for model in models if models[model]["cost"] is not None]
    yield from _family("cost", "cost by the prices that are set, in their currency", costs)
    for name, about in _SOURCES.items():
        yield from _family(name, about, [({"source": source}, count) for source, count in values[name].items()])
    gated = [({"reason": reason}, count) for reason, count in values[_GATED].items()]
    yield from _family(_GATED, "requests of the editor for which nothing, or no model, was asked, by reason", gated)
    for name, about in _MINUTE.items():
        yield from _family(f"last_minute_{name}", about, [({}, values["lastMinute"][name])])
    latencies = [
        ({"stage": stage, "percentile": share}, found[share])
        for stage, found in values["latency"].items()
        for share in ("p50", "p95")
    ]
    yield from _family("latency_milliseconds", "times by stage", latencies, unit="milliseconds")
    yield "# EOF"


def _family(name: str, about: str, samples: Sequence[tuple[Mapping[str, str], float]], unit: str = "") -> Iterator[str]:
    """One family of metrics: what it is, and its samples, none of which has the labels of another."""
    name = f"foretype_{name}"
    yield f"# TYPE {name} gauge"
    if unit:
        yield f"# UNIT {name} {unit}"
    yield f"# HELP {name} {_escaped(about[0].upper() + about[1:])}."
    for labels, value in samples:
        written = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
        yield f"{name}{{{written}}} {value:.12g}" if written else f"{name} {value:.12g}"


def _three_digits(number: float) -> float:
    return float(f"{number:.3g}")


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
