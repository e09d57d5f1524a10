"""`bench`: what one server's figures are, under which conditions, remembered.

Invariant: what was measured until it ended, however it ended, is in the history before this returns.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from arriero.core.clock import iso
from arriero.core.errors import ArrieroError
from arriero.core.progress import Report
from arriero.measure.comparing import Loss, loss_since_update
from arriero.measure.errors import MeasureBroken
from arriero.measure.history import recall, remember
from arriero.measure.lifecycle import LifeCycle, life_cycle
from arriero.measure.sections import QUICK_EXTENT, THOROUGH_EXTENT, Extent
from arriero.measure.serving import Served, measure_server
from arriero.measure.targets import Target
from arriero.measure.values import FigureName, Measurement
from arriero.measure.watching import watching
from arriero.stack.world import World

LIFE_TURNS = 3


@dataclass(frozen=True)
class Wish:
    """`contexts` None: the usual ones, without those that the slot's context has no room for, and then a quick one is
    quick whatever it has no time for. `life_cycle`: for slots,
    and then what is active is stopped and started again. `only`: nothing but the sections with these figures."""

    quick: bool = False
    contexts: tuple[int, ...] | None = None
    life_cycle: bool = False
    only: frozenset[FigureName] | None = None

    def extent(self, limit: int | None) -> Extent:
        usual = QUICK_EXTENT if self.quick else THOROUGH_EXTENT
        contexts = self.contexts or tuple(c for c in usual.contexts if limit is None or c <= limit)
        limit_s = usual.limit_s if self.contexts is None else None
        return replace(usual, contexts=contexts or usual.contexts[:1], only=self.only, limit_s=limit_s)


@dataclass(frozen=True)
class Taken:
    """`loss`: since another version of its model it is slower. `failures`: what ended it early, or kept it from being
    remembered."""

    measurement: Measurement
    loss: Loss | None
    interrupted: bool
    failures: tuple[ArrieroError, ...]


async def measure(world: World, target: Target, wish: Wish, report: Report) -> Taken:
    """Never raises for what the server does, nor for a cancellation: both end it with what there is."""
    at, began = iso(world.clock.now()), world.clock.monotonic()
    extent = wish.extent(target.server.context or target.environment.context)
    async with watching(world.gpu, target.pid) as watch:
        served = await measure_server(target.server, extent, target.environment.target, world.clock, report)
    life = LifeCycle((), interrupted=served.interrupted)
    if wish.life_cycle and target.environment.slot and not served.interrupted:
        life = await life_cycle(world, target.environment.slot, report, 1 if wish.quick else LIFE_TURNS)
    measurement = Measurement(
        at=at,
        took_s=round(world.clock.monotonic() - began, 3),
        quick=wish.quick,
        whole=served.whole and not life.interrupted and not life.fault,
        environment=target.environment,
        figures=(*served.figures, *life.figures),
        remarks=watch.remarks,
        memory=tuple(watch.memory),
    )
    taken = await _kept(world, measurement, replace(served, interrupted=life.interrupted))
    return replace(taken, failures=(*taken.failures, life.fault)) if life.fault else taken


async def _kept(world: World, measurement: Measurement, served: Served) -> Taken:
    failures: list[ArrieroError] = []
    if served.fault:
        failures.append(MeasureBroken(measurement.environment.target, served.fault))
    loss = None
    if any(figure.samples for figure in measurement.figures):
        try:
            await asyncio.to_thread(remember, world, measurement)
            loss = loss_since_update(await asyncio.to_thread(recall, world, measurement.environment.target))
        except ArrieroError as fault:
            failures.append(fault)
    return Taken(measurement, loss, served.interrupted, tuple(failures))
