"""Servers that hang when they are told to end: `down` waits for all of them at once, and tells of each by its name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from arriero.core.clock import SystemClock
from arriero.core.progress import Progress, silent
from arriero.runtime.native.backend import NativeBackend
from arriero.stack.down import down
from arriero.stack.results import ModelState
from arriero.stack.status import status
from arriero.stack.world import World
from docker_world import free_ports
from native_world import MODEL, QUICK, STANDIN
from stack_world import all_down, make_world

SLOTS = ("qwen", "mistral", "demo")
PATIENT = QUICK._replace(stop_s=60.0)


@pytest.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """Three stand-ins run, each of which ends only once all three were told to."""
    monkeypatch.setenv("STANDIN_TOGETHER", f"{tmp_path}:{len(SLOTS)}")
    ports = free_ports(SLOTS)
    project = tmp_path / "project"
    project.mkdir()
    (project / "arriero.toml").write_text(
        f"slots.qwen.port = {ports['qwen']}\nslots.mistral.port = {ports['mistral']}\n"
    )
    made = make_world(project, ports["demo"])
    folders = made.configuration.settings
    backend = NativeBackend(
        folders.run_dir, folders.state_dir, clock=SystemClock(), engine_argv=(str(STANDIN),), limits=PATIENT
    )
    made = replace(made, backend=backend, others=())
    for slot in map(made.slot, SLOTS):
        await backend.start(replace(made.service(slot, slot.variants[0]), model=MODEL), silent)
    yield made
    await all_down(made)


async def test_services_that_hang_end_at_once_and_are_told_in_order(world: World, tmp_path: Path) -> None:
    steps: list[Progress] = []
    outcome = await down(world, steps.append)
    assert all((tmp_path / f"{slot}.ended").exists() for slot in SLOTS)  # none of them was killed
    ordered = [action.slot for action in outcome.plan.actions]
    assert set(ordered) == set(SLOTS)
    assert [one.slot for one in outcome.stopped] == ordered
    assert all(one.was_running and one.port_free and one.memory_freed_bytes > 0 for one in outcome.stopped)
    assert [s.subject for s in steps if s.step == "action.stop"] == ordered
    assert [s.subject for s in steps if s.step == "backend.stop"] == ordered
    assert [s.step for s in steps if s.subject] == ["action.stop", "backend.stop"] * len(SLOTS)
    assert {model.state for model in (await status(world)).models} == {ModelState.INACTIVE}
