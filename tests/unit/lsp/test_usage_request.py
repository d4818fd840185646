"""What `foretype/usage` costs the others: nothing that takes long happens on the event loop."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from foretype.scheduling import usage_report
from tests.unit.lsp.sessions import session


@pytest.mark.asyncio
async def test_a_years_numbers_are_added_up_beside_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    report, where = usage_report.report, []

    def watched(*arguments: Any) -> Any:
        where.append(threading.current_thread())
        return report(*arguments)

    monkeypatch.setattr(usage_report, "report", watched)
    async with session() as client:
        client.send({"id": 1, "method": "foretype/usage", "params": {"days": 400}})
        for _ in range(5_000):
            if client.answers_to(1):
                break
            await asyncio.sleep(0.002)
        assert client.answers_to(1)[0]["result"]["days"] == 400
    assert where
    assert threading.main_thread() not in where
