"""What native services tell of themselves as it happens, by files and by processes that end."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from arriero.runtime.backend import EventKind, ServiceEvent
from arriero.runtime.native.alarm import Alarm
from arriero.runtime.proc import Process, facts
from native_world import World


@pytest.fixture
async def world(tmp_path: Path, free_port: int) -> AsyncIterator[World]:
    built = World(tmp_path, free_port)
    yield built
    await built.end()


async def until_told(events: AsyncIterator[ServiceEvent], kind: EventKind) -> ServiceEvent:
    async with asyncio.timeout(20):
        while (event := await anext(events)).kind is not kind:
            pass
    return event


async def test_a_supervisor_that_is_killed_is_told_although_it_writes_no_word(world: World) -> None:
    await world.start()
    events = world.another().events(["qwen"])
    await until_told(events, EventKind.LISTENING)
    os.kill(world.supervisor(), signal.SIGKILL)
    assert (await until_told(events, EventKind.ENDED)).slot == "qwen"
    assert world.family() == []
    await events.aclose()  # type: ignore[attr-defined]


async def test_an_engine_that_crashes_and_comes_back_is_told(world: World) -> None:
    seen = await world.start()
    events = world.another().events(["qwen"])
    await until_told(events, EventKind.LISTENING)
    os.kill(seen.pid or 0, signal.SIGKILL)
    told = [await asyncio.wait_for(anext(events), 20)]
    while (await world.seen()).pid in (None, seen.pid):
        told.append(await asyncio.wait_for(anext(events), 20))
    assert {event.kind for event in told} <= {EventKind.ENDED, EventKind.STARTED, EventKind.CHANGED}
    await events.aclose()  # type: ignore[attr-defined]


async def test_a_run_folder_that_was_cleared_away_is_watched_anew(world: World) -> None:
    events = world.another().events(["qwen"])
    await until_told(events, EventKind.LISTENING)
    telling = asyncio.create_task(until_told(events, EventKind.STARTED))
    shutil.rmtree(world.run_dir)
    await world.start()
    assert (await telling).slot == "qwen"
    await events.aclose()  # type: ignore[attr-defined]


async def test_a_process_that_ended_before_it_was_watched_rings(tmp_path: Path) -> None:
    child = await asyncio.create_subprocess_exec("/bin/true")
    seen = facts(child.pid)
    process = seen.process if seen else Process(child.pid, 0)
    await child.wait()
    alarm = Alarm()
    try:
        alarm.set(tmp_path, [process])
        await asyncio.wait_for(alarm.ring(), 20)
    finally:
        alarm.close()
