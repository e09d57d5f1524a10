"""`deactivate SLOT`: its service ends, and what it gave back is told."""

from __future__ import annotations

from arriero.core.progress import Report
from arriero.planner import Plan, plan_deactivate
from arriero.stack.observing import Scene
from arriero.stack.results import Outcome
from arriero.stack.undertaking import Undertaking, undertake
from arriero.stack.world import World
from arriero.state import State


async def deactivate(world: World, slot_id: str, report: Report, *, dry_run: bool = False) -> Outcome:
    """A slot that is off already is no error. Raises SlotUnknown and what the backend raises."""
    world.slot(slot_id)

    def wish(state: State, scene: Scene, _plan: Plan) -> None:
        state.set_desired(slot_id, active=False, variant=scene.views[slot_id].variant)

    task = Undertaking("deactivate", lambda scene: plan_deactivate(scene.views[slot_id]), wish, (slot_id,))
    return await undertake(world, task, report, dry_run=dry_run)
