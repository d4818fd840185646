"""What tests install is installed once, however many processes run them."""

from __future__ import annotations

import multiprocessing
import sys
import time
from pathlib import Path

import pytest

from tests.editors import install

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="nothing is installed by the tests there")


def install_one(folder: Path, log: Path) -> None:
    with install._installing(folder) as needed:
        if needed:
            with log.open("a") as file:
                file.write("begun\n")
            (folder / "program").write_text("half")
            time.sleep(0.3)  # an installation takes its time; the others come meanwhile
            (folder / "program").write_text("whole")
    with log.open("a") as file:
        file.write((folder / "program").read_text() + "\n")


def test_several_processes_install_once_and_each_finds_it_whole(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")  # a process with threads must not fork
    arguments = (tmp_path / "cache" / "editor", tmp_path / "log")
    processes = [context.Process(target=install_one, args=arguments) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert sorted((tmp_path / "log").read_text().split()) == ["begun", "whole", "whole", "whole"]
