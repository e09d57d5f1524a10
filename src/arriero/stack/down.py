"""`down`: everything of ours ends and the memory is given back; `up` brings the same slots back."""

from __future__ import annotations

from arriero.core.progress import Report
from arriero.planner import Plan, plan_down
from arriero.stack.observing import Scene
from arriero.stack.results import Outcome
from arriero.stack.undertaking import Undertaking, undertake
from arriero.stack.world import World
from arriero.state import State


async def down(world: World, report: Report, *, dry_run: bool = False) -> Outcome:
    """Ends what runs, also what nobody asked for. One slot that will not end does not keep the others up.

    What still runs of a slot that is declared no more ends too, beyond the plan, and is told with the rest.
    """
    task = Undertaking("down", lambda scene: plan_down(list(scene.views.values())), _wish, (), keep_going=True)
    return await undertake(world, task, report, dry_run=dry_run)


def _wish(state: State, scene: Scene, _plan: Plan) -> None:
    running = {v.slot for v in scene.views.values() if v.phase.ours}
    wanted = {v.slot for v in scene.views.values() if v.desired and v.desired.active}
    unasked = {v.slot for v in scene.views.values() if v.desired is None} & running
    if wanted | unasked:  # a second `down` after one that was killed finds nothing wanted: the first memory stays
        state.remember_active(wanted | unasked)
    state.set_resting(resting=True)
    for view in scene.views.values():
        if view.desired is not None or view.slot in running:
            state.set_desired(view.slot, active=False, variant=view.variant)
