"""Services that have lost the card are started anew, which gives it back to them where anything does."""

from __future__ import annotations

from collections.abc import Collection

from arriero.core.progress import Report
from arriero.planner import Plan
from arriero.planner.healing import plan_heal
from arriero.stack.observing import Scene
from arriero.stack.results import Outcome
from arriero.stack.undertaking import Undertaking, undertake
from arriero.stack.world import World
from arriero.state import State


async def heal(world: World, slots: Collection[str], report: Report) -> Outcome:
    """Of these slots, those that need it when it comes to it. What does not help one keeps no other from it, and leaves
    its model where it answers: on the processor."""

    def decide(scene: Scene) -> Plan:
        return plan_heal([view for slot, view in scene.views.items() if slot in slots])

    task = Undertaking("guard", decide, _no_new_wish, tuple(slots), keep_going=True)
    return await undertake(world, task, report, dry_run=False)


def _no_new_wish(_state: State, _scene: Scene, _plan: Plan) -> None:
    """What is wished is what is brought about."""
