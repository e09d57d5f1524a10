"""`up`: the slots that were active before the last `down` are active again."""

from __future__ import annotations

from arriero.core.progress import Report
from arriero.planner import Plan, plan_up
from arriero.stack.observing import Scene
from arriero.stack.results import Outcome
from arriero.stack.undertaking import Undertaking, undertake
from arriero.stack.world import World
from arriero.state import State


async def up(world: World, report: Report, *, dry_run: bool = False) -> Outcome:
    """Brings back what `down` had ended; nothing remembered gives an empty plan. One failure stops no other slot.

    A model that was lost meanwhile is downloaded before the command lock is taken.
    """
    remembered = world.writable_state().last_active()
    slots = tuple(s.id for s in world.configuration.slots if s.id in remembered)

    def decide(scene: Scene) -> Plan:
        return plan_up([scene.views[s] for s in slots])

    def wish(state: State, scene: Scene, _plan: Plan) -> None:
        state.set_resting(resting=False)
        for name in slots:
            state.set_desired(name, active=True, variant=scene.views[name].variant)

    task = Undertaking("up", decide, wish, slots, keep_going=True, installs=True)
    return await undertake(world, task, report, dry_run=dry_run)
