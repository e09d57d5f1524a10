"""Carrying out a plan, action by action, each written to the audit as it ends.

Services that end one after another in the plan end at once: one that hangs holds up none of the others, and what they
held is proved to be back after the last.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby

from arriero.config.specs import SlotSpec
from arriero.core.errors import ArrieroError
from arriero.core.progress import Progress, Report
from arriero.planner import Action, ActionKind, Phase, Plan
from arriero.runtime.backend import StopReport
from arriero.runtime.errors import StopIncomplete
from arriero.stack.at_once import at_once
from arriero.stack.card import CardWatch
from arriero.stack.errors import CardNotReleased
from arriero.stack.installing import install_variant
from arriero.stack.observing import Scene
from arriero.stack.world import World


@dataclass
class Applied:
    """What happened while a plan was carried out; `failed` has what went wrong, by slot, where the rest went on.
    `ended`: by slot, in the plan's order, what its stop gave back; empty until then. `unreleased`: that the driver has
    not given back what the services held that ended last.
    """

    card: CardWatch
    ended: dict[str, list[StopReport]]
    failed: dict[str, ArrieroError] = field(default_factory=dict)
    unreleased: ArrieroError | None = None

    @property
    def stopped(self) -> tuple[StopReport, ...]:
        return tuple(report for reports in self.ended.values() for report in reports)

    @property
    def faults(self) -> tuple[ArrieroError, ...]:
        return (*self.failed.values(), *([self.unreleased] if self.unreleased else []))


async def carry_out(
    world: World,
    plan: Plan,
    scene: Scene,
    report: Report,
    *,
    keep_going: bool = False,
    barred: Mapping[str, ArrieroError] | None = None,
) -> Applied:
    """Every action in order. The first failure is raised, or with `keep_going` collected, and only its slot is left.

    `barred`: slots that failed before the plan began.
    """
    watch = CardWatch(world.gpu, scene.card, world.clock)
    applied = Applied(watch, {a.slot: [] for a in plan.of(ActionKind.STOP)}, dict(barred or {}))
    for actions in _steps(plan):
        left = [action for action in actions if action.slot not in applied.failed]
        faults = await at_once(report, [partial(_attempt, world, plan, action, scene, applied) for action in left])
        applied.failed |= {action.slot: fault for action, fault in zip(left, faults, strict=True) if fault}
        if applied.failed and not keep_going:
            raise next(fault for fault in faults if fault)
    if plan.goal == "down":
        await _sweep(world, scene, applied, report)
    if applied.stopped or plan.goal == "down":
        await _settle(applied, report)
    return applied


def _steps(plan: Plan) -> Iterator[tuple[Action, ...]]:
    for kind, actions in groupby(plan.actions, lambda action: action.kind):
        if kind is ActionKind.STOP:
            yield tuple(actions)
        else:
            yield from ((action,) for action in actions)


async def _attempt(
    world: World, plan: Plan, action: Action, scene: Scene, applied: Applied, report: Report
) -> ArrieroError | None:
    """Why it failed; None when it did not."""
    report(Progress(f"action.{action.kind}", action.slot, params={"reference": action.reference}))
    try:
        seen = await _act(world, action, scene, report, applied)
    except ArrieroError as fault:
        _audit(world, plan, action, scene, None, f"failed: {fault.code}")
        return fault
    except BaseException:
        _audit(world, plan, action, scene, None, "interrupted")
        raise
    _audit(world, plan, action, scene, seen, "done")
    return None


async def _sweep(world: World, scene: Scene, applied: Applied, report: Report) -> None:
    """What is ours and has no slot any more cannot be in a plan of slots; it holds memory all the same."""
    slots = [slot.id for slot in world.configuration.slots]
    for backend in scene.sight.looked_at:
        try:
            for ended in await backend.sweep(slots, report):
                applied.ended[ended.slot] = [ended]
                if ended.leftovers:
                    applied.failed[ended.slot] = StopIncomplete(ended.slot, ended.leftovers)
        except ArrieroError as fault:
            applied.failed[backend.kind] = fault


async def _settle(applied: Applied, report: Report) -> None:
    try:
        await applied.card.settle(report)
    except CardNotReleased as fault:
        applied.unreleased = fault


async def _act(world: World, action: Action, scene: Scene, report: Report, applied: Applied) -> Phase:
    """Carries one action out and returns the phase that was seen afterwards."""
    slot = world.slot(action.slot)
    variant = world.variant(slot, scene.views[slot.id].variant)
    service = world.service(slot, variant)
    match action.kind:
        case ActionKind.INSTALL:
            await install_variant(world, slot, variant, report)
            return scene.views[slot.id].phase
        case ActionKind.STOP:
            applied.ended[slot.id] = await _stop(scene, slot, report, applied.card)
            return Phase.ABSENT
        case ActionKind.RESTART:
            if not applied.card.ready:
                return Phase((await world.backend.restart(service, report)).phase)
            await _stop(scene, slot, report, applied.card)
            return Phase((await applied.card.start(world.backend, service, report)).phase)
        case ActionKind.START | ActionKind.LOAD:
            await install_variant(world, slot, variant, report)  # there already: this only keeps its aliases in step
            return Phase((await applied.card.start(world.backend, service, report)).phase)


async def _stop(scene: Scene, slot: SlotSpec, report: Report, card: CardWatch) -> list[StopReport]:
    """Under every backend that has something of it."""
    ended = [await backend.stop(slot.id, slot.port, report) for backend in scene.sight.having[slot.id]]
    if leftovers := tuple(pid for one in ended for pid in one.leftovers):
        raise StopIncomplete(slot.id, leftovers)
    card.ended(slot.id)
    return ended


def _audit(world: World, plan: Plan, action: Action, scene: Scene, seen: Phase | None, outcome: str) -> None:
    world.writable_state().record_transition(
        plan.goal,
        slot=action.slot,
        from_state=str(scene.views[action.slot].phase),
        to_state=str(seen) if seen else None,
        reason=f"{action.kind}: {action.reason.code}",
        outcome=outcome,
    )
