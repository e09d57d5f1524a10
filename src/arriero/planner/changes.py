"""Plans for what the user can ask: activate one slot, deactivate one, everything down, what was there up again, and
everything as it was asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from arriero.planner.actions import Action, ActionKind, Plan, Reason
from arriero.planner.view import Phase, SlotView


def plan_activate(target: SlotView, others: Sequence[SlotView], *, keep_others: bool, fits: bool = False) -> Plan:
    """Install what is missing, let the others yield, then bring `target` up.

    One owner of the card at a time, unless the user insists (`keep_others`) or it is proved that the target fits beside
    all that runs (`fits`). The download comes before anyone is stopped.
    """
    actions = [
        *_install(target),
        *_yielding(target, others, keep_others=keep_others or fits),
        *_bring_up(target, Reason("fits_beside") if fits else Reason("asked")),
    ]
    return Plan("activate", tuple(actions))


def plan_deactivate(target: SlotView) -> Plan:
    return Plan("deactivate", tuple(_stop(target, Reason("asked"))))


def plan_down(slots: Sequence[SlotView]) -> Plan:
    """Everything of ours ends, the least important first."""
    ordered = sorted(slots, key=lambda s: -s.priority)
    return Plan("down", tuple(a for s in ordered for a in _stop(s, Reason("asked"))))


def plan_up(wanted: Sequence[SlotView]) -> Plan:
    """Everything that was active before the last `down`, the most important first."""
    ordered = sorted(wanted, key=lambda s: s.priority)
    return Plan("up", tuple(a for s in ordered for a in (*_install(s), *_bring_up(s, Reason("asked")))))


def plan_apply(slots: Sequence[SlotView]) -> Plan:
    """From what is seen to what was asked for: first what should not run ends, then the rest comes, the most important
    first. A slot that nobody asked anything of, and one that is as it should be, has no part in it.
    """
    unwanted = [s for s in sorted(slots, key=lambda s: -s.priority) if s.desired and not s.desired.active]
    wanted = [s for s in sorted(slots, key=lambda s: s.priority) if s.desired and s.desired.active]
    ending = [a for s in unwanted for a in _stop(s, Reason("unasked"))]
    return Plan("apply", (*ending, *(a for s in wanted for a in (*_install(s), *_mend(s)))))


def _mend(target: SlotView) -> list[Action]:
    steps = _bring_up(target, Reason("gone"))
    if steps[0].kind is not ActionKind.LOAD or target.phase is Phase.STARTING:
        return steps
    if target.served_elsewise:
        return [replace(steps[0], reason=Reason("other_model", {"model": target.served_elsewise}))]
    return [replace(steps[0], reason=Reason("unproven"))] if target.unproven else []


def _install(target: SlotView) -> list[Action]:
    if target.installed:
        return []
    reason = Reason("not_installed", {"size_bytes": target.download_bytes or ""})
    return [Action(ActionKind.INSTALL, target.slot, target.reference, reason)]


def _yielding(target: SlotView, others: Sequence[SlotView], *, keep_others: bool) -> list[Action]:
    if keep_others:
        return []
    running = [s for s in others if s.slot != target.slot and s.phase.ours]
    return [a for s in running for a in _stop(s, Reason("yields", {"to": target.slot}))]


def _bring_up(target: SlotView, why: Reason) -> list[Action]:
    """`why`: for a start from nothing; whatever else is to be done has its own reason."""

    def act(kind: ActionKind, reason: Reason) -> list[Action]:
        return [Action(kind, target.slot, target.reference, reason)]

    if target.elsewhere:
        moves = Reason("moves", {"backend": target.elsewhere})
        return [*act(ActionKind.STOP, moves), *act(ActionKind.START, why)]
    match target.phase:
        case Phase.ABSENT | Phase.BLOCKED:  # blocked: the start says who holds the port, as it is at that moment
            return act(ActionKind.START, why)
        case Phase.FAILED | Phase.RESTARTING:
            return act(ActionKind.RESTART, Reason("broken", {"phase": str(target.phase)}))
        case Phase.STARTING | Phase.SERVING:
            anew = _why_anew(target)
            return act(ActionKind.RESTART, anew) if anew else act(ActionKind.LOAD, Reason("running"))


def _why_anew(target: SlotView) -> Reason | None:
    """Why a service that runs has to be started again; None when it serves as it should."""
    if target.phase is Phase.SERVING and not target.answers:
        return Reason("not_answering")
    if target.in_step is False:
        return Reason("settings_changed")
    if target.old_image:
        return Reason("image_old", {"image": target.old_image})
    return Reason("off_card") if target.off_card else None


def _stop(target: SlotView, reason: Reason) -> list[Action]:
    if not target.phase.ours and not target.remains:
        return []
    return [Action(ActionKind.STOP, target.slot, target.reference, reason)]
