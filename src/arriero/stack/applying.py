"""Carrying out a plan, action by action, each written to the audit as it ends."""

from __future__ import annotations

from dataclasses import dataclass, field

from arriero.core.clock import iso
from arriero.core.errors import ArrieroError
from arriero.core.progress import Progress, Report
from arriero.planner import Action, ActionKind, Plan
from arriero.runtime.backend import StopReport
from arriero.stack.installing import install_variant
from arriero.stack.observing import Scene
from arriero.stack.world import World
from arriero.state import Transition


@dataclass
class Applied:
    """What happened while a plan was carried out; `failures` has what went wrong where the plan could go on."""

    stopped: list[StopReport] = field(default_factory=list)
    failures: list[ArrieroError] = field(default_factory=list)


async def carry_out(world: World, plan: Plan, scene: Scene, report: Report, *, keep_going: bool = False) -> Applied:
    """Every action in order. The first failure is raised, or with `keep_going` collected and the rest goes on."""
    applied = Applied()
    for action in plan.actions:
        report(Progress(f"action.{action.kind}", action.slot, params={"reference": action.reference}))
        try:
            await _act(world, action, scene, report, applied)
        except ArrieroError as fault:
            _audit(world, plan, action, scene, f"failed: {fault.code}")
            if not keep_going:
                raise
            applied.failures.append(fault)
        except BaseException:
            _audit(world, plan, action, scene, "interrupted")
            raise
        else:
            _audit(world, plan, action, scene, "done")
    return applied


async def _act(world: World, action: Action, scene: Scene, report: Report, applied: Applied) -> None:
    slot = world.slot(action.slot)
    variant = world.variant(slot, scene.views[slot.id].variant)
    service = world.service(slot, variant)
    match action.kind:
        case ActionKind.INSTALL:
            await install_variant(world, slot, variant, report)
        case ActionKind.STOP:
            applied.stopped.append(await world.backend.stop(slot.id, slot.port, report))
        case ActionKind.RESTART:
            applied.stopped.append(await world.backend.stop(slot.id, slot.port, report))
            await world.backend.start(service, report)
        case ActionKind.START | ActionKind.LOAD:
            await world.backend.start(service, report)


def _audit(world: World, plan: Plan, action: Action, scene: Scene, outcome: str) -> None:
    world.writable_state().record_transition(
        Transition(
            at=iso(world.clock.now()),
            command=plan.goal,
            slot=action.slot,
            action=str(action.kind),
            from_state=str(scene.views[action.slot].phase),
            reason=action.reason.code,
            outcome=outcome,
        )
    )
