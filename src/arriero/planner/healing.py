"""Which services have to be started anew so that their models are on the card again. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from arriero.planner.actions import Action, ActionKind, Plan, Reason
from arriero.planner.drift import DriftCode
from arriero.planner.view import Phase, SlotView


def plan_heal(slots: Sequence[SlotView]) -> Plan:
    """Those that serve, are wanted, and whose model is on the processor although the card works and has room for it.

    Nothing else is mended by a restart: a card that cannot be used stays so, and memory that another program holds too.
    """
    lost = [s for s in sorted(slots, key=lambda s: s.priority) if _lost(s)]
    return Plan("guard", tuple(Action(ActionKind.RESTART, s.slot, s.reference, Reason("off_card")) for s in lost))


def _lost(view: SlotView) -> bool:
    wanted = view.desired is None or view.desired.active
    return wanted and view.phase is Phase.SERVING and view.off_card == DriftCode.CARD_NOT_USED
