"""Who runs when, with a clock that is turned by hand and children that load when they are told to."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from arriero.core.ids import Reference
from arriero.engine.errors import EngineBusy, EngineStopping, ModelUnreadable
from arriero.engine.go_duration import LONGEST_S
from arriero.engine.llama.launch import LaunchSpec
from arriero.engine.scheduler import Lease, Scheduler
from arriero.engine.steps import RunnerView, Step, Wanted, next_step
from arriero.store.config_blob import ModelConfig
from arriero.store.manifest import Layer
from arriero.store.models import InstalledModel

SPEC = LaunchSpec("/model", 4096)
OTHER = LaunchSpec("/other", 4096)
MODEL = InstalledModel(Reference.parse("a"), "0" * 64, 0, 0, Layer("", "", 0), (), ModelConfig())


@dataclass
class HandClock:
    """Sleepers wake when `turn` has brought their time."""

    time_s: float = 0.0
    sleepers: list[tuple[float, asyncio.Event]] = field(default_factory=list)

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.time_s, UTC)

    def monotonic(self) -> float:
        return self.time_s

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.Event()
        self.sleepers.append((self.time_s + seconds, woken))
        await woken.wait()

    async def turn(self, seconds: float) -> None:
        await settled()
        self.time_s += seconds
        for at, woken in self.sleepers:
            if at <= self.time_s:
                woken.set()
        await settled()


@dataclass(eq=False)
class MadeChild:
    spec: LaunchSpec
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    async def stop(self) -> None:
        self.gone.set()


class World:
    """A scheduler over children that are loaded at once, unless `may_load` holds them back or `broken` fails them."""

    def __init__(self, *, keep_alive_s: float = 300, max_queue: int = 10) -> None:
        self.clock = HandClock()
        self.children: list[MadeChild] = []
        self.cancelled = 0
        self.may_load = asyncio.Event()
        self.may_load.set()
        self.broken: set[LaunchSpec] = set()
        self.scheduler = Scheduler(self.start, self.clock, keep_alive_s=keep_alive_s, max_queue=max_queue)

    async def start(self, spec: LaunchSpec) -> MadeChild:
        try:
            await self.may_load.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if spec in self.broken:
            raise ModelUnreadable("cut short")
        self.children.append(MadeChild(spec))
        return self.children[-1]

    def ask(
        self, spec: LaunchSpec = SPEC, *, slot: bool = True, keep_alive_s: float | None = None
    ) -> asyncio.Task[Lease[MadeChild]]:
        return asyncio.create_task(self.scheduler.acquire(Wanted(spec, MODEL, slot, keep_alive_s)))


async def settled() -> None:
    """Everything that can happen without time passing has happened."""
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("runner", "wanted", "step"),
    [
        (None, Wanted(SPEC, MODEL), Step.LOAD),
        (RunnerView(SPEC, False, 0, 0), Wanted(SPEC, MODEL), Step.WAIT),
        (RunnerView(SPEC, True, 0, 0), Wanted(SPEC, MODEL), Step.GRANT),
        (RunnerView(SPEC, True, 1, 1), Wanted(SPEC, MODEL), Step.WAIT),
        (RunnerView(SPEC, True, 1, 1), Wanted(SPEC, MODEL, slot=False), Step.GRANT),
        (RunnerView(SPEC, True, 0, 1), Wanted(SPEC, MODEL), Step.GRANT),
        (RunnerView(replace(SPEC, parallel=2), True, 1, 1), Wanted(replace(SPEC, parallel=2), MODEL), Step.GRANT),
        (RunnerView(SPEC, True, 0, 0), Wanted(OTHER, MODEL), Step.END),
        (RunnerView(SPEC, True, 0, 1), Wanted(OTHER, MODEL), Step.WAIT),
        (RunnerView(replace(SPEC, gpu_layers=20), True, 0, 0), Wanted(SPEC, MODEL), Step.GRANT),
        (RunnerView(SPEC, True, 0, 0), Wanted(replace(SPEC, gpu_layers=20), MODEL), Step.END),
    ],
)
def test_the_first_in_the_queue(runner: RunnerView | None, wanted: Wanted, step: Step) -> None:
    assert next_step(runner, wanted) is step


async def test_a_request_loads_and_the_next_one_finds_it_loaded() -> None:
    world = World()
    first = await world.ask()
    first.release()
    second = await world.ask()
    assert second.child is first.child
    assert len(world.children) == 1


async def test_requests_are_served_in_the_order_they_came() -> None:
    world = World()
    running = await world.ask()
    waiting = [world.ask() for _ in range(3)]
    order = []
    for task in waiting:
        task.add_done_callback(lambda done: order.append(waiting.index(done)))
    running.release()
    for task in waiting:
        (await task).release()
    assert order == [0, 1, 2]


async def test_a_slot_that_has_computed_is_free_while_its_lease_lasts() -> None:
    world = World(keep_alive_s=0)
    first = await world.ask()
    waiting = world.ask()
    first.computed()
    second = await waiting
    second.release()
    await settled()
    assert not first.child.gone.is_set()
    first.release()
    first.release()
    await settled()
    assert first.child.gone.is_set()


async def test_another_model_waits_until_the_first_is_idle() -> None:
    world = World()
    first = await world.ask()
    other, behind = world.ask(OTHER), world.ask()
    await settled()
    assert not other.done()
    first.release()
    second = await other
    assert (first.child.gone.is_set(), second.child.spec) == (True, OTHER)
    assert not behind.done()
    second.release()
    assert (await behind).child.spec == SPEC


async def test_an_idle_child_ends_when_its_time_is_up() -> None:
    world = World(keep_alive_s=300)
    lease = await world.ask()
    await world.clock.turn(1000)
    assert not lease.child.gone.is_set()
    lease.release()
    await world.clock.turn(299)
    resident = world.scheduler.resident()
    assert resident is not None
    assert resident.remaining_s == pytest.approx(1)
    await world.clock.turn(1)
    assert lease.child.gone.is_set()
    assert world.scheduler.resident() is None


async def test_a_request_starts_the_time_anew_and_its_keep_alive_stays() -> None:
    world = World(keep_alive_s=300)
    (await world.ask(keep_alive_s=10)).release()
    await world.clock.turn(9)
    lease = await world.ask()
    lease.release()
    await world.clock.turn(9)
    assert not lease.child.gone.is_set()
    await world.clock.turn(1)
    assert lease.child.gone.is_set()


async def test_for_ever_is_for_ever() -> None:
    world = World()
    (await world.ask(keep_alive_s=LONGEST_S)).release()
    await world.clock.turn(1e9)
    resident = world.scheduler.resident()
    assert resident is not None
    assert resident.remaining_s == pytest.approx(LONGEST_S - 1e9)


async def test_unloading_waits_for_an_idle_child_and_not_for_a_busy_one() -> None:
    world = World()
    lease = await world.ask()
    await world.scheduler.unload("/another")
    await world.scheduler.unload("/model")
    assert not lease.child.gone.is_set()
    lease.release()
    await settled()
    assert lease.child.gone.is_set()
    again = await world.ask()
    again.release()
    await world.scheduler.unload("/model")
    assert again.child.gone.is_set()


async def test_the_queue_has_a_limit() -> None:
    world = World(max_queue=2)
    running = await world.ask()
    waiting = [world.ask() for _ in range(2)]
    await settled()
    with pytest.raises(EngineBusy):
        await world.ask()
    running.release()
    for each in waiting:
        (await each).release()


async def test_who_leaves_the_queue_holds_nobody_up() -> None:
    world = World()
    running = await world.ask()
    left, stays = world.ask(), world.ask()
    await settled()
    left.cancel()
    running.release()
    assert (await stays).child is running.child


async def test_who_leaves_as_he_is_served_gives_it_back() -> None:
    world = World()
    running = await world.ask()
    left = world.ask()
    await settled()
    running.release()  # serves `left`, which has not noticed yet
    left.cancel()
    await asyncio.wait([left])
    assert (await world.ask()).child is running.child


async def test_a_load_that_nobody_waits_for_is_given_up() -> None:
    world = World()
    world.may_load.clear()
    asked = world.ask()
    await settled()
    asked.cancel()
    await settled()
    assert (world.cancelled, world.children) == (1, [])
    world.may_load.set()
    assert (await world.ask()).child is world.children[0]


async def test_a_load_given_up_before_it_began_leaves_the_way_free() -> None:
    world = World()
    asked = world.ask()
    asked.cancel()
    await asyncio.sleep(0)
    assert (await world.ask()).child.spec == SPEC


async def test_a_load_that_fails_fails_all_who_wait_for_it_and_no_other() -> None:
    world = World()
    world.may_load.clear()
    asked = [world.ask(), world.ask(), world.ask(OTHER)]
    await settled()
    world.broken.add(SPEC)
    world.may_load.set()
    for each in asked[:2]:
        with pytest.raises(ModelUnreadable):
            await each
    assert (await asked[2]).child.spec == OTHER


async def test_a_child_that_dies_is_replaced() -> None:
    world = World()
    lease = await world.ask()
    waiting = world.ask()
    await settled()
    lease.child.gone.set()
    replacement = await waiting
    assert replacement.child is world.children[1]
    lease.release()
    assert world.scheduler.resident() is not None


async def test_closing_ends_the_child_and_refuses_who_waits() -> None:
    world = World()
    lease = await world.ask()
    waiting = world.ask()
    await settled()
    await world.scheduler.close()
    assert lease.child.gone.is_set()
    for late in (waiting, world.ask()):
        with pytest.raises(EngineStopping):
            await late
    assert len(world.children) == 1


async def test_closing_gives_a_load_up() -> None:
    world = World()
    world.may_load.clear()
    waiting = world.ask()
    await settled()
    await world.scheduler.close()
    assert world.cancelled == 1
    with pytest.raises(EngineStopping):
        await waiting
