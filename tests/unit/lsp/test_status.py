"""The status goes to those who asked, when it changes; a problem is logged once until it has gone."""

from __future__ import annotations

import logging

from foretype.lsp.status import StatusLine


class Told:
    def __init__(self):
        self.sent = []
        self.status = StatusLine(lambda method, params: self.sent.append((method, params["kind"], params["busy"])))


def test_nothing_is_sent_to_those_who_did_not_ask():
    told = Told()
    told.status.set("Error", "broken")
    assert told.sent == []
    told.status.enable()
    assert told.sent == [("foretype/status", "Error", False)]


def test_only_changes_are_sent():
    told = Told()
    told.status.enable()
    for _ in range(3):
        told.status.set("Normal")
        told.status.set("Inactive", "too large")
        told.status.set("Inactive", "too large")
    assert [kind for _, kind, _ in told.sent] == ["Normal", *["Inactive", "Normal"] * 2, "Inactive"]


def test_a_problem_is_logged_once_until_it_has_gone(caplog):
    caplog.set_level(logging.INFO, "foretype")
    status = Told().status
    for _ in range(3):
        status.set("Warning", "slow")
        status.set("Inactive", "too large")
    assert [record.message for record in caplog.records] == ["slow"]
    status.set("Normal", "connecting", busy=True)
    status.set("Warning", "slow")
    assert len(caplog.records) == 1
    status.set("Normal")
    status.set("Error", "slow")
    assert [record.levelname for record in caplog.records] == ["WARNING", "ERROR"]
