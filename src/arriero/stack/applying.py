"""Carrying out a plan, action by action, each written to the audit as it ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from arriero.config.specs import SlotSpec
from arriero.core.errors import ArrieroError
from arriero.core.progress import Progress, Report
from arriero.planner import Action, ActionKind, Phase, Plan
from arriero.runtime.backend import StopReport
from arriero.runtime.errors import StopIncomplete
from arriero.stack.card import CardWatch
from arriero.stack.errors import CardNotReleased
from arriero.stack.installing import install_variant
from arriero.stack.observing import Scene
from arriero.stack.world import World


@dataclass
class Applied:
    """What happened while a plan was carried out; `failed` has what went wrong, by slot, where the plan could go on.
    `unreleased`: that the driver has not given back what the services held that ended last.
    """

    card: CardWatch
    stopped: list[StopReport] = field(default_factory=list)
    failed: dict[str, ArrieroError] = field(default_factory=dict)
    unreleased: ArrieroError | None = None

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
    applied = Applied(CardWatch(world.gpu, scene.card, world.clock), failed=dict(barred or {}))
    for action in plan.actions:
        if action.slot in applied.failed:
            continue
        report(Progress(f"action.{action.kind}", action.slot, params={"reference": action.reference}))
        try:
            seen = await _act(world, action, scene, report, applied)
        except ArrieroError as fault:
            _audit(world, plan, action, scene, None, f"failed: {fault.code}")
            if not keep_going:
                raise
            applied.failed[action.slot] = fault
        except BaseException:
            _audit(world, plan, action, scene, None, "interrupted")
            raise
        else:
            _audit(world, plan, action, scene, seen, "done")
    if applied.stopped or plan.goal == "down":
        await _settle(applied, report)
    return applied


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
            applied.stopped += await _stop(scene, slot, report, applied.card)
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
