"""Drift and its mending, on real parts: what somebody else did is noticed, dated, and put right by `apply` or `up`."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from registry_server import stock_registry
from version_world import Publisher
from version_world import make_world as registry_world

from arriero.core.progress import Progress, silent
from arriero.planner import ActionKind, DriftCode
from arriero.registry.errors import RegistryUnreachable
from arriero.runtime.errors import PortTaken
from arriero.stack.activate import activate
from arriero.stack.apply import apply
from arriero.stack.deactivate import deactivate
from arriero.stack.down import down
from arriero.stack.errors import PlanChanged
from arriero.stack.results import ModelState, ModelStatus, Outcome
from arriero.stack.status import status
from arriero.stack.up import up
from arriero.stack.world import World
from ports import free_port
from stack_world import REFERENCE, all_down, install, make_world


@pytest.fixture
async def world(tmp_path: Path, demo_gguf: Path) -> AsyncIterator[World]:
    """Two slots, both models installed, `demo` active."""
    made = make_world(tmp_path / "project", free_port(), free_port())
    install(made, demo_gguf, REFERENCE, "second:135m")
    await activate(made, "demo", silent)
    yield made
    await all_down(made)


async def seen(world: World, slot: str) -> ModelStatus:
    return next(m for m in (await status(world)).models if m.id == slot)


async def end_behind_its_back(world: World, slot: str) -> None:
    await world.backend.stop(slot, world.slot(slot).port, silent)


def kinds(outcome: Outcome) -> list[tuple[ActionKind, str, str]]:
    return [(a.kind, a.slot, a.reason.code) for a in outcome.plan.actions]


async def test_what_is_gone_is_dated_once_written_down_and_brought_back(world: World) -> None:
    assert (await seen(world, "demo")).drift == ()
    await end_behind_its_back(world, "demo")
    (first,), (second,) = [(await seen(world, "demo")).drift for _ in range(2)]
    assert (first.code, first.since) == (DriftCode.GONE, second.since)
    line = world.writable_state().transitions("demo")[0]
    assert (line.command, line.from_state, line.to_state, line.outcome) == ("status", "active", "inactive", "seen")

    outcome = await apply(world, silent)
    assert kinds(outcome) == [(ActionKind.START, "demo", "gone")]
    model = await seen(world, "demo")
    assert (model.state, model.drift) == (ModelState.ACTIVE, ())
    assert (await apply(world, silent)).plan.empty
    assert world.writable_state().drift() == {}


async def test_what_should_not_run_is_ended_and_what_nobody_asked_for_is_left_alone(world: World) -> None:
    await deactivate(world, "demo", silent)
    second = world.slot("second")
    for slot in (world.slot("demo"), second):
        await world.backend.start(world.service(slot, slot.variants[0]), silent)
    model = await seen(world, "demo")
    assert model.desired is not None
    (drift,) = model.drift
    began = (model.started_at, model.desired.since)  # the kernel tells a process's start to the second only
    assert (drift.code, drift.since in began) == (DriftCode.UNASKED, True)
    assert (await seen(world, "second")).drift == ()
    assert kinds(await apply(world, silent)) == [(ActionKind.STOP, "demo", "unasked")]
    assert [(await seen(world, s)).state for s in ("demo", "second")] == [ModelState.INACTIVE, ModelState.ACTIVE]


async def test_one_slot_that_cannot_be_mended_keeps_no_other_from_it(world: World) -> None:
    await activate(world, "second", silent, keep_others=True)
    for slot in ("demo", "second"):
        await end_behind_its_back(world, slot)
    with socket.create_server(("127.0.0.1", world.slot("second").port)) as squatter:
        port = squatter.getsockname()[1]
        (drift,) = (await seen(world, "second")).drift
        assert (drift.code, drift.params["port"]) == (DriftCode.PORT_TAKEN, port)
        outcome = await apply(world, silent)
    assert [type(f) for f in outcome.failures] == [PortTaken]
    assert (await seen(world, "demo")).state is ModelState.ACTIVE


async def test_another_plan_than_the_one_that_was_agreed_to_is_not_carried_out(world: World) -> None:
    await end_behind_its_back(world, "demo")
    shown = (await apply(world, silent, dry_run=True)).plan
    await deactivate(world, "demo", silent)
    with pytest.raises(PlanChanged):
        await apply(world, silent, shown=shown)


async def test_up_fetches_a_lost_model_without_the_lock_and_goes_on_without_one_it_cannot_get(
    tmp_path: Path, demo_gguf: Path
) -> None:
    free: list[bool] = []

    def listen(progress: Progress) -> None:
        if progress.step == "pull.layer" and not free:  # under the lock what has come is only looked through again
            with world.command("another"):
                free.append(True)

    with stock_registry(tmp_path) as host:
        publisher = Publisher.make(host, tmp_path / "published", demo_gguf)
        await publisher.publish("lost")
        world = registry_world(tmp_path / "project", publisher.reference("lost"))
        install(world, demo_gguf, REFERENCE)
        try:
            for slot in ("demo", "tiny"):
                await activate(world, slot, silent, keep_others=True)
            await lose(world, "tiny")
            assert (await up(world, listen)).failures == ()
            assert free
            assert {(await seen(world, s)).state for s in ("demo", "tiny")} == {ModelState.ACTIVE}
            await lose(world, "tiny")
        except BaseException:
            await all_down(world)
            raise
    try:
        outcome = await up(world, silent)
        assert [type(f) for f in outcome.failures] == [RegistryUnreachable]
        assert [(await seen(world, s)).state for s in ("demo", "tiny")] == [ModelState.ACTIVE, ModelState.INACTIVE]
    finally:
        await all_down(world)


async def lose(world: World, slot: str) -> None:
    """Everything down, and the slot's model deleted under all its names."""
    await down(world, silent)
    variant = world.slot(slot).variants[0]
    for name in (variant.reference, *variant.aliases):
        world.store.delete(name)
