"""From off to the first token, from one slot to another, and everything off with its memory proved back.

Invariant: whatever happens in between, what was active before is active afterwards, and the wishes are as they were.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace

from arriero.core.errors import ArrieroError
from arriero.core.progress import Progress, Report
from arriero.measure import prompts
from arriero.measure.sampling import Series
from arriero.measure.serving import went_on
from arriero.measure.targets import slot_target
from arriero.measure.values import Figure, FigureName, Mark
from arriero.measure.wire import Broken
from arriero.stack.activate import activate
from arriero.stack.deactivate import deactivate
from arriero.stack.describing import describe_slot
from arriero.stack.down import down
from arriero.stack.observing import look
from arriero.stack.results import ModelState, ModelStatus, Outcome
from arriero.stack.world import World


@asynccontextmanager
async def as_before(world: World, report: Report) -> AsyncIterator[dict[str, ModelStatus]]:
    """What each slot was; brought back when the context is left. Raises what bringing back raises."""
    before = await _slots(world)
    wishes = world.writable_state().desired()
    try:
        yield before
    finally:
        try:
            await _bring_back(world, before, report)
        finally:
            for slot in before:
                world.writable_state().restore_desired(slot, wishes.get(slot))


async def _bring_back(world: World, before: dict[str, ModelStatus], report: Report) -> None:
    """First makes room, then starts: a card that holds one of them holds that one."""
    active = {slot for slot, seen in (await _slots(world)).items() if seen.state is ModelState.ACTIVE}
    wanted = {slot: seen for slot, seen in before.items() if seen.state is ModelState.ACTIVE}
    for slot in sorted(active - wanted.keys()):
        await deactivate(world, slot, report)
    for slot, seen in wanted.items():
        if slot not in active:
            await activate(world, slot, report, variant=seen.variant, keep_others=True)


async def _slots(world: World) -> dict[str, ModelStatus]:
    scene = await look(world)
    return {slot.id: describe_slot(world, slot, scene) for slot in world.configuration.slots}


@dataclass(frozen=True)
class LifeCycle:
    """`fault`: what kept from being brought back what was active."""

    figures: tuple[Figure, ...]
    interrupted: bool
    fault: ArrieroError | None = None


async def life_cycle(world: World, slot: str, report: Report, turns: int) -> LifeCycle:
    """Of an active slot, `turns` times. What fails is marked, and a cancellation ends it with what there is."""
    interrupted, fault = False, None
    cold, swap, off = (Series(name) for name in (FigureName.COLD, FigureName.SWAP, FigureName.OFF))
    try:
        async with as_before(world, report) as before:
            other = next((s.id for s in before.values() if s.installed and s.id != slot), None)
            if other is None:
                swap.flag(Mark.NO_PAIR)
            try:
                for turn in range(turns):
                    with _blaming(turn, (off, cold, swap)):
                        await _turn(world, slot, other, report, (cold, swap, off))
            except (ArrieroError, Broken):
                pass  # it stands in the series
            except asyncio.CancelledError:
                interrupted = went_on()
    except ArrieroError as broken:
        fault = broken
    return LifeCycle(tuple(replace(s, over=not interrupted).figure() for s in (cold, swap, off)), interrupted, fault)


@contextmanager
def _blaming(turn: int, steps: tuple[Series, ...]) -> Iterator[None]:
    """What fails is the step that has no sample of this turn yet, and those after it were not tried: marked."""
    try:
        yield
    except (ArrieroError, Broken) as fault:
        for series in steps:
            if len(series.values) <= turn:
                series.flag(Mark.BROKEN, fault.detail if isinstance(fault, Broken) else fault.code)
        raise


async def _turn(
    world: World, slot: str, other: str | None, report: Report, taken: tuple[Series, Series, Series]
) -> None:
    cold, swap, off = taken
    report(Progress("measure.life", slot))
    off.values.append(await _off(world, report, off))
    cold.values.append(await _until_first_token(world, slot, report))
    if other is not None:
        swap.values.append(await _until_first_token(world, other, report))
        await activate(world, slot, report)


async def _until_first_token(world: World, slot: str, report: Report) -> float:
    began = world.clock.monotonic()
    await activate(world, slot, report)
    target = await slot_target(world, slot, warm=False)
    answer = await target.server.ask(prompts.short())
    return world.clock.monotonic() - began - (answer.whole_s - answer.first_s)


async def _off(world: World, report: Report, series: Series) -> float:
    outcome = await down(world, report)
    left = [failure.code for failure in outcome.failures]
    left += [f"{stop.slot}: {stop.leftovers}" for stop in outcome.stopped if stop.leftovers or not stop.port_free]
    if left:
        series.flag(Mark.BROKEN, "; ".join(left))
    elif outcome.card is None:
        series.flag(Mark.NO_CARD)
    return off_s(outcome)


def off_s(outcome: Outcome) -> float:
    """Until the last process was gone, and with a card until its driver showed the memory as free."""
    return max([outcome.card.took_s if outcome.card else 0.0, outcome.took_s])
