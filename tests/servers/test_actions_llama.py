"""A code action against the real llama-server, whose generated model writes nonsense: the text must not take harm."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace

import pytest

from foretype.errors import ModelError
from foretype.features.actions.asking import action_model
from foretype.features.actions.run import Job, edits_for, prose_for
from foretype.features.actions.tasks import TASKS
from foretype.features.actions.values import Unfit
from foretype.features.ask import connect
from foretype.settings.model import Settings
from foretype.text.document import Document
from foretype.text.lines import Lines
from foretype.text.positions import Position
from tests.servers.llama_server import KEY, MODEL, LlamaServer, NotAvailableError, running

pytestmark = [pytest.mark.llama, pytest.mark.asyncio]

TEXT = "def area(w, h):\n    return w * h\n"


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LlamaServer]:
    try:
        with running(tmp_path_factory.mktemp("llama")) as server:
            yield server
    except NotAvailableError as reason:
        pytest.skip(f"no llama-server: {reason}")


async def test_nonsense_is_refused_with_its_reason(llama: LlamaServer) -> None:
    defaults = Settings()
    settings = replace(defaults, model=replace(defaults.model, base_url=llama.url, name=MODEL))
    asker = await connect(settings, KEY)
    try:
        document = Document("file:///w/a.py", "python", 1, Lines(TEXT))
        here = Position(1, 4)
        model = action_model(asker, settings)
        job = Job(TASKS["types"], document, here, here, path="a.py")
        with pytest.raises((Unfit, ModelError)) as refused:
            await edits_for(job, model)
        assert str(refused.value)
        explained = Job(TASKS["explain"], document, here, here, path="a.py")
        with contextlib.suppress(Unfit, ModelError):  # nonsense may be empty, or longer than the window
            assert await prose_for(explained, model)
    finally:
        await asker.close()
