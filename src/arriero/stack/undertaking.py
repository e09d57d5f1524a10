"""The course every mutating use case takes: look, plan, write the wish, apply, look again, tell.

Invariant: the wish is in the database before the first action, so that whoever looks after a kill at any moment sees
what was meant and what is missing; and nothing is told but what the second look saw.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from arriero.core.errors import ArrieroError
from arriero.core.progress import Report
from arriero.planner import ActionKind, Plan
from arriero.stack.applying import Applied, carry_out
from arriero.stack.describing import describe_slot
from arriero.stack.installing import fetch_missing
from arriero.stack.observing import Scene, look
from arriero.stack.results import Outcome
from arriero.stack.status import remember
from arriero.stack.world import World
from arriero.state import State


async def nothing_to_undo(_scene: Scene, _plan: Plan) -> None:
    """For undertakings that are carried on with, or whose failure leaves nothing to put back."""


@dataclass(frozen=True)
class Undertaking:
    """One use case as the parts that differ. `wish(state, scene, plan)` is written before acting; `undo` runs
    after a failure that ends the plan; `keep_going` carries on with the other slots instead. `installs`: its plan may
    have downloads, which come before the lock is taken.
    """

    goal: str
    decide: Callable[[Scene], Plan]
    wish: Callable[[State, Scene, Plan], None]
    slots: tuple[str, ...]
    asked: Mapping[str, str] | None = None
    undo: Callable[[Scene, Plan], Awaitable[None]] = nothing_to_undo
    keep_going: bool = False
    installs: bool = False


async def undertake(world: World, task: Undertaking, report: Report, *, dry_run: bool) -> Outcome:
    """Raises CommandRunning, what `decide` refuses, and the failure of an action unless the task keeps going."""
    started = world.clock.monotonic()
    if dry_run:
        scene = await _look(world, task, planned=True)
        return _outcome(world, task, task.decide(scene), None, None, started)
    barred = await _fetch_ahead(world, task, report) if task.installs else {}
    with world.command(task.goal):
        scene = await _look(world, task)
        plan = task.decide(scene)
        state = world.writable_state()
        remember(state, world, scene, task.goal)
        task.wish(state, scene, plan)
        try:
            applied = await carry_out(world, plan, scene, report, keep_going=task.keep_going, barred=barred)
        except ArrieroError:
            await task.undo(scene, plan)
            remember(state, world, await look(world))
            raise
        after = await look(world)
        remember(state, world, after)
    if scene.sight.blind and type(scene.sight.blind) not in map(type, applied.failed.values()):
        applied.failed[""] = scene.sight.blind
    return _outcome(world, task, plan, after, applied, started)


async def _look(world: World, task: Undertaking, *, planned: bool = False) -> Scene:
    """Raises why the chosen backend cannot be looked at, unless the task keeps going with what there is."""
    scene = await look(world, task.asked)
    if scene.sight.blind and (planned or not task.keep_going):
        raise scene.sight.blind
    return scene


async def _fetch_ahead(world: World, task: Undertaking, report: Report) -> dict[str, ArrieroError]:
    """The long downloads of what is missing, during which others may act. By slot why it could not be had."""
    scene = await _look(world, task)
    barred: dict[str, ArrieroError] = {}
    for action in task.decide(scene).of(ActionKind.INSTALL):
        try:
            await fetch_missing(world, world.slot(action.slot), scene.views[action.slot], report)
        except ArrieroError as fault:
            if not task.keep_going:
                raise
            barred[action.slot] = fault
    return barred


def _outcome(
    world: World, task: Undertaking, plan: Plan, after: Scene | None, applied: Applied | None, began: float
) -> Outcome:
    touched = dict.fromkeys((*task.slots, *(a.slot for a in plan.actions)))
    return Outcome(
        plan=plan,
        dry_run=after is None,
        backend=world.backend.kind,
        backend_reason=world.backend_reason,
        models=tuple(describe_slot(world, world.slot(s), after) for s in touched) if after else (),
        stopped=applied.stopped if applied else (),
        failures=applied.faults if applied else (),
        took_s=world.clock.monotonic() - began,
        card=applied.card.release if applied else None,
    )
