"""What to do, decided from values alone.

Invariant: pure. No IO, no clock, no asyncio; the same values always give the same plan, so `--dry-run` shows the very
plan that would be carried out and tests need nothing but values.
"""

from arriero.planner.actions import Action, ActionKind, Plan, Reason
from arriero.planner.changes import plan_activate, plan_apply, plan_deactivate, plan_down, plan_up
from arriero.planner.drift import Drift, DriftCode, find_drift
from arriero.planner.view import DesiredView, Phase, SlotView

__all__ = [
    "Action",
    "ActionKind",
    "DesiredView",
    "Drift",
    "DriftCode",
    "Phase",
    "Plan",
    "Reason",
    "SlotView",
    "find_drift",
    "plan_activate",
    "plan_apply",
    "plan_deactivate",
    "plan_down",
    "plan_up",
]
