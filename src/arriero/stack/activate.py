"""`activate SLOT`: its model answers on its port afterwards, or the reason why not is told."""

from __future__ import annotations

from collections.abc import Callable

from arriero.core.progress import Report
from arriero.planner import ActionKind, Plan, plan_activate
from arriero.stack.beside import fits_beside
from arriero.stack.errors import NotActiveAfterwards
from arriero.stack.observing import Scene
from arriero.stack.results import ModelState, Outcome
from arriero.stack.undertaking import Undertaking, undertake
from arriero.stack.world import World
from arriero.state import DesiredSlot, State


async def activate(
    world: World,
    slot_id: str,
    report: Report,
    *,
    variant: str | None = None,
    keep_others: bool = False,
    dry_run: bool = False,
    installs: bool = True,
    agree: Callable[[Plan], None] = lambda _plan: None,
) -> Outcome:
    """Installs if need be, lets the others yield, starts, loads, and looks again.

    Nobody yields where it is proved that all fit on the card together, or where `keep_others` insists. `agree` is shown
    every plan before anything of it is done, and refuses it by raising. Without `installs` nothing is looked for to be
    downloaded beforehand: for who refuses such plans.

    A long download comes before the command lock is taken, so that others may be stopped meanwhile. Raises SlotUnknown,
    VariantUnknown, what installing raises (nothing is touched then), what the backend raises, and NotActiveAfterwards.
    When it fails, wishes are as before, what was started is ended, who had yielded runs again.
    """
    slot = world.slot(slot_id)
    asked = {slot_id: world.variant(slot, variant).name} if variant else None
    wishes_before: dict[str, DesiredSlot] = {}

    def decide(scene: Scene) -> Plan:
        view = scene.views[slot_id]
        fits = fits_beside(world, scene, slot, world.variant(slot, view.variant))
        plan = plan_activate(view, list(scene.views.values()), keep_others=keep_others, fits=fits)
        agree(plan)
        return plan

    def wish(state: State, scene: Scene, plan: Plan) -> None:
        wishes_before.update(state.desired())
        for name in _yielding(plan):
            state.set_desired(name, active=False, variant=scene.views[name].variant)
        state.set_resting(resting=False)
        state.set_desired(slot_id, active=True, variant=scene.views[slot_id].variant)

    async def undo(scene: Scene, plan: Plan) -> None:
        ended = _yielding(plan)
        for name in dict.fromkeys((slot_id, *ended)):
            world.writable_state().restore_desired(name, wishes_before.get(name))
        if world.backend not in scene.sight.running[slot_id] and not scene.sight.blind:
            await world.backend.stop(slot_id, slot.port, report)
        for name in ended:  # the slot itself too, where it ran under another backend
            other = world.slot(name)
            service = world.service(other, world.variant(other, scene.views[name].variant))
            for backend in scene.sight.running[name][:1]:
                await backend.start(service, report)

    task = Undertaking("activate", decide, wish, (slot_id,), asked, undo, installs=installs)
    outcome = await undertake(world, task, report, dry_run=dry_run)
    _prove_active(outcome, slot_id)
    return outcome


def _prove_active(outcome: Outcome, slot_id: str) -> None:
    for model in outcome.models:
        if model.id == slot_id and model.state is not ModelState.ACTIVE:
            raise NotActiveAfterwards(slot_id, str(model.state))


def _yielding(plan: Plan) -> list[str]:
    return [a.slot for a in plan.of(ActionKind.STOP)]
