"""`apply`: what is seen becomes what was asked for, slot by slot."""

from __future__ import annotations

from arriero.core.progress import Report
from arriero.planner import Plan, plan_apply
from arriero.stack.errors import PlanChanged
from arriero.stack.observing import Scene
from arriero.stack.results import Outcome
from arriero.stack.undertaking import Undertaking, undertake
from arriero.stack.world import World
from arriero.state import State


async def apply(world: World, report: Report, *, shown: Plan | None = None, dry_run: bool = False) -> Outcome:
    """Mends all drift; wishes stay as they are. One slot that cannot be mended keeps no other from it.

    `shown`: the plan that the user agreed to. Raises PlanChanged when what is seen now asks for another one.
    """

    def decide(scene: Scene) -> Plan:
        plan = plan_apply(list(scene.views.values()))
        if shown is not None and plan != shown:
            raise PlanChanged
        return plan

    task = Undertaking("apply", decide, _no_new_wish, (), keep_going=True, installs=True)
    return await undertake(world, task, report, dry_run=dry_run)


def _no_new_wish(_state: State, _scene: Scene, _plan: Plan) -> None:
    """What is wished is what is brought about."""
