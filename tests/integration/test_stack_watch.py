"""`status --watch`: told by what happens, not by asking again and again; real supervisor, stand-in for nothing."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from arriero.core.progress import silent
from arriero.planner import DriftCode
from arriero.stack.activate import activate
from arriero.stack.results import ModelState, StackStatus
from arriero.stack.watching import watch
from arriero.stack.world import World
from ports import free_port
from stack_world import REFERENCE, all_down, install, make_world

NEVER_S = 3600.0
LIMIT_S = 60.0


@pytest.fixture
async def world(tmp_path: Path, demo_gguf: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path / "project", free_port())
    install(made, demo_gguf, REFERENCE)
    yield made
    await all_down(made)


def demo_of(told: StackStatus) -> tuple[ModelState, list[DriftCode]]:
    model = next(m for m in told.models if m.id == "demo")
    return model.state, [drift.code for drift in model.drift]


async def test_every_change_is_told_without_a_look_in_between(world: World) -> None:
    watching = watch(world, NEVER_S)

    async def until(wanted: tuple[ModelState, list[DriftCode]]) -> None:
        async with asyncio.timeout(LIMIT_S):
            async for told in watching:
                if demo_of(told) == wanted:
                    return

    await until((ModelState.INACTIVE, []))
    await activate(world, "demo", silent)
    await until((ModelState.ACTIVE, []))
    seen = (await world.backend.inspect([("demo", world.slot("demo").port)]))[0]
    assert seen.pid
    os.kill(seen.pid, signal.SIGKILL)  # its supervisor starts it again: at the latest then it is told
    await until((ModelState.ACTIVE, []))
    await world.backend.stop("demo", world.slot("demo").port, silent)
    await until((ModelState.INACTIVE, [DriftCode.GONE]))
    await watching.aclose()
