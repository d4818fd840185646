"""Where nothing is suggested, as an editor meets it: snoozed, switched off, dismissed, in front of words, learned."""

from __future__ import annotations

import asyncio
import sys
from datetime import date
from pathlib import Path

import pytest

from foretype.scheduling.usage import Totals
from foretype.scheduling.usage_store import UsageStore
from tests.probe import Probe
from tests.protocol.test_inline_completion import METHOD, REST, TEXT, URI, params
from tests.protocol.test_model import BY_HAND, OPTED_IN, connected, items, statuses
from tests.protocol.test_usage import usage
from tests.stub import Received, StubServer, replies

pytestmark = pytest.mark.asyncio
COMMAND = "workspace/executeCommand"
ANSWER = replies.chat(["_setting(model)"])
QUIET = {"completion": {"prefetch": "never", "alternatives": 1}}


async def run(probe: Probe, command: str, *arguments: object) -> dict:
    return await probe.request(COMMAND, {"command": command, "arguments": list(arguments)})


async def asked(probe: Probe, **more: object) -> list[str]:
    return items(await probe.request(METHOD, params(**more)))


async def opened(session, **options: object) -> Probe:
    probe = await session(OPTED_IN, options)
    probe.open(URI, TEXT)
    return probe


async def test_a_snooze_is_quiet_until_it_is_over_and_says_so(session):
    probe = await opened(session)
    assert await asked(probe) == [REST]
    answer = (await run(probe, "foretype.snooze", 10))["result"]
    assert answer["minutes"] == 10
    assert statuses(probe)[-1] == {"kind": "Inactive", "message": f"Snoozed until {answer['until']}.", "busy": False}
    assert await asked(probe) == []
    assert await asked(probe, context=BY_HAND) == [REST]
    assert statuses(probe)[-1]["message"].startswith("Snoozed until "), "by hand is no end of it"
    assert (await run(probe, "foretype.resume"))["result"] is True
    assert statuses(probe)[-1]["kind"] == "Normal"
    assert await asked(probe) == [REST]
    assert (await run(probe, "foretype.resume"))["result"] is False


async def test_a_snooze_ends_by_itself(session):
    probe = await opened(session)
    await run(probe, "foretype.snooze", 0.001)
    await probe.message(lambda _: statuses(probe)[-1]["kind"] == "Normal")
    assert await asked(probe) == [REST]


async def test_another_window_is_not_snoozed(session):
    probe, other = await opened(session), await opened(session)
    assert (await run(probe, "foretype.snooze"))["result"]["minutes"] == 5
    assert await asked(probe) == []
    assert await asked(other) == [REST]


@pytest.mark.parametrize("minutes", [0, -1, 1_441, "5", True, None, [], {"x": 1}])
async def test_snoozes_that_make_no_sense(session, minutes):
    probe = await opened(session)
    assert (await run(probe, "foretype.snooze", minutes))["error"]["code"] == -32602
    assert await asked(probe) == [REST]


async def test_a_language_is_switched_off_and_on_for_this_session(session):
    probe = await opened(session)
    answer = await run(probe, "foretype.toggleLanguage", "python")
    assert answer["result"] == {"language": "python", "enabled": False}
    assert statuses(probe)[-1]["message"] == "Suggestions are switched off for python."
    assert await asked(probe) == []
    probe.notify("workspace/didChangeConfiguration", {"settings": {"foretype": {"completion": {"max_lines": 3}}}})
    assert await asked(probe) == [], "other settings do not undo it"
    assert (await run(probe, "foretype.toggleLanguage", "python"))["result"]["enabled"] is True
    assert statuses(probe)[-1]["kind"] == "Normal"
    assert await asked(probe) == [REST]
    assert (await run(probe, "foretype.toggleLanguage", "markdown"))["result"]["enabled"] is True, "off by the settings"


@pytest.mark.parametrize("arguments", [[], [5], [""], [None]])
async def test_a_language_must_be_named(session, arguments):
    probe = await opened(session)
    assert (await run(probe, "foretype.toggleLanguage", *arguments))["error"]["code"] == -32602


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"completion": {"trigger": "manual"}}, "completion.trigger is manual"),
        ({"enable": {"python": False}}, "switched off for python"),
        ({"exclude": ["*.py"]}, "excluded by the settings"),
    ],
)
async def test_what_the_settings_say(session, options, reason):
    probe = await opened(session, **options)
    assert await asked(probe) == []
    assert (statuses(probe)[-1]["kind"], reason in statuses(probe)[-1]["message"]) == ("Inactive", True)
    by_hand = [REST] if "completion" in options else []
    assert await asked(probe, context=BY_HAND) == by_hand


async def test_what_was_dismissed_does_not_come_back_by_itself(session):
    probe = await opened(session)
    response = await probe.request(METHOD, params())
    probe.notify("foretype/dismissed", {"id": response["result"]["items"][0]["command"]["arguments"][0]})
    assert await asked(probe) == []
    assert await asked(probe, context=BY_HAND) == [REST]
    probe.insert(URI, 2, 20, 15, "_set")
    assert await asked(probe, position={"line": 20, "character": 19}) == [REST.removeprefix("_set")], "typed towards it"


@pytest.mark.parametrize("told", [None, {}, {"id": "nobody"}, {"id": [1]}, [1], "x"])
async def test_odd_dismissals_are_survived(session, told):
    probe = await opened(session)
    probe.notify("foretype/dismissed", told)
    assert await asked(probe) == [REST]


async def test_in_front_of_words_only_by_hand(session):
    async with StubServer(ANSWER) as stub:
        probe = await connected(session, stub, **QUIET)
        probe.insert(URI, 2, 20, 15, " + other")
        assert await asked(probe) == []
        assert stub.asked == []
        assert await asked(probe, context=BY_HAND) == ["_setting(model)"]


async def test_an_item_that_no_suggestion_can_extend(session):
    probe = await opened(session)
    here = {"line": 20, "character": 15}
    selected = {"text": "read\nmore", "range": {"start": here, "end": here}}
    assert await asked(probe, context={"triggerKind": 2, "selectedCompletionInfo": selected}) == []


async def test_after_a_deletion_nothing_comes_by_itself(session):
    probe = await session(OPTED_IN)
    probe.open(URI, TEXT + "x")
    where = {"start": {"line": 20, "character": 15}, "end": {"line": 20, "character": 16}}
    changes = [{"range": where, "text": ""}]
    probe.notify("textDocument/didChange", {"textDocument": {"uri": URI, "version": 2}, "contentChanges": changes})
    assert await asked(probe) == []
    assert await asked(probe, context=BY_HAND) == [REST]


# The learned gate

REFUSES = {"w one": -6.0, "w blank after": -6.0, "taken 47": 100.0, "declined 0": 300.0}


async def with_numbers(start, tmp_path: Path, stub: StubServer, numbers: dict[str, float], **completion: str) -> Probe:
    """A server whose user has taught the gate so much."""
    UsageStore(tmp_path / "foretype" / "usage.sqlite").add(Totals(learned=numbers), date.today())  # noqa: DTZ011

    async def session(*arguments, **more):
        probe = await start("--stdio", env={"XDG_STATE_HOME": str(tmp_path)})
        await probe.initialize(*arguments, **more)
        return probe

    return await connected(session, stub, completion={**QUIET["completion"], **completion})


async def test_what_this_user_never_takes_is_not_asked_but_by_hand(start, tmp_path):
    async with StubServer(ANSWER) as stub:
        probe = await with_numbers(start, tmp_path, stub, REFUSES)
        for _ in range(3):
            assert "_setting(model)" not in await asked(probe)
        assert stub.asked == []
        assert (await usage(probe))["gated"]["learned"] == 3
        assert await asked(probe, context=BY_HAND) == ["_setting(model)"]


@pytest.mark.parametrize("numbers", [{}, {"w one": -6.0, "taken 47": 20.0, "declined 0": 300.0}])
async def test_without_evidence_all_is_asked(start, tmp_path, numbers):
    async with StubServer(ANSWER) as stub:
        probe = await with_numbers(start, tmp_path, stub, numbers)
        await asked(probe)
        assert len(stub.asked) == 1


async def test_it_can_be_switched_off(start, tmp_path):
    async with StubServer(ANSWER) as stub:
        probe = await with_numbers(start, tmp_path, stub, REFUSES, learned_gate="off")
        await asked(probe)
        assert len(stub.asked) == 1


async def test_an_acceptance_is_learned_and_kept(start, tmp_path):
    async with StubServer(ANSWER) as stub:
        probe = await with_numbers(start, tmp_path, stub, {})
        response = await probe.request(METHOD, params())
        assert items(response) == ["_setting(model)"]
        await probe.request(COMMAND, response["result"]["items"][0]["command"])
        assert await probe.close() == 0
    learned = UsageStore(tmp_path / "foretype" / "usage.sqlite").read(date.today()).learned  # noqa: DTZ011
    assert sum(value for name, value in learned.items() if name.startswith("taken ")) == 1
    assert learned["w language python"] > 0


# Keys that expire


async def test_a_refused_key_that_a_command_printed_is_asked_for_again(start, tmp_path):
    counter = tmp_path / "count"
    counter.write_text("0")
    program = (
        "import pathlib, sys; place = pathlib.Path(sys.argv[1]); number = int(place.read_text()) + 1; "
        "place.write_text(str(number)); print(f'key-{number}-abcdef')"
    )

    def answer(request: Received) -> replies.Reply:
        good = request.headers.get("authorization") == "Bearer key-2-abcdef"
        return ANSWER if good else replies.error(401, "This key has expired.")

    async with StubServer(answer) as stub:
        probe = await start("--stdio", env={"XDG_STATE_HOME": str(tmp_path)})
        command = [sys.executable, "-c", program, str(counter)]
        model = {"base_url": stub.url, "name": "stub", "api_key_command": command}
        await probe.initialize(OPTED_IN, {"model": model, **QUIET})
        probe.open(URI, TEXT)
        found: list[str] = []
        for _ in range(100):
            found = await asked(probe, context=BY_HAND)
            if found == ["_setting(model)"]:
                break
            await asyncio.sleep(0.05)
        assert found == ["_setting(model)"]
        assert counter.read_text() == "2"
        assert statuses(probe)[-1]["kind"] == "Normal"
