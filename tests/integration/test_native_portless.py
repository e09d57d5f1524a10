"""What stands beside slots under the same supervisor: a process that listens nowhere and says itself when it serves."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from arriero.core.clock import SystemClock
from arriero.core.progress import silent
from arriero.runtime.errors import ServiceFailed
from arriero.runtime.native.finding import Found
from arriero.runtime.native.records import SERVING
from arriero.runtime.native.supervised import Order, Supervised
from native_world import QUICK, until

NAME = "watcher"
PROGRAM = """
import pathlib, signal, sys
from arriero.runtime.native.records import say_ready
print("begun", flush=True)
if sys.argv[4] == "broken":
    sys.exit(7)
say_ready(pathlib.Path(sys.argv[4]), sys.argv[2])
signal.pause()
"""


@pytest.fixture
async def services(tmp_path: Path) -> AsyncIterator[Supervised]:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    made = Supervised(tmp_path / "run", tmp_path, argv=(str(program),), clock=SystemClock(), limits=QUICK)
    yield made
    assert await made.end(await made.find_one(NAME), silent) == ()


def order(services: Supervised, folder: str = "", settings_hash: str = "1") -> Order:
    return Order(NAME, ("--slot", NAME, "--run", folder or str(services.run_dir)), settings_hash)


async def serving(services: Supervised) -> Found:
    async def look() -> Found | None:
        found = await services.find_one(NAME)
        return found if found.engine and found.record and found.record.phase == SERVING else None

    return await until(look)


async def test_it_is_started_once_kept_alive_and_ended(services: Supervised) -> None:
    with services.only_one(NAME, "start"):
        await services.ensure(order(services), silent)
        first = (await serving(services)).engine
        await services.ensure(order(services), silent)
    assert (await serving(services)).engine == first
    os.kill(first.pid, signal.SIGKILL)

    async def another() -> bool:
        engine = (await serving(services)).engine
        return engine is not None and engine != first

    await until(another)
    assert (await serving(services)).record.restarts == 1
    await services.end_all(await services.find_one(NAME), silent)
    assert (await services.find_one(NAME)).family == ()
    assert services.log(NAME).read_text().count("begun") == 2


async def test_other_settings_need_another_process(services: Supervised) -> None:
    with services.only_one(NAME, "start"):
        await services.ensure(order(services), silent)
        first = (await serving(services)).engine
        await services.ensure(order(services, settings_hash="2"), silent)
    assert (await serving(services)).engine != first


async def test_one_that_ends_at_once_is_told_with_its_last_words(services: Supervised) -> None:
    with pytest.raises(ServiceFailed) as failed, services.only_one(NAME, "start"):
        await services.ensure(order(services, "broken"), silent)
    assert failed.value.last_exit == "exit 7"
    assert "begun" in failed.value.tail
