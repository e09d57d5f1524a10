"""Brings about what was asked for: the use case behind `apply`, with the plan that was shown and no other."""

from __future__ import annotations

from arriero.core.progress import Report, silent
from arriero.doctor.changes import OwnAct
from arriero.doctor.check import Finding
from arriero.doctor.checks.arriero.drift import CHECK
from arriero.doctor.fix import CannotFix, Fix, FixPlan
from arriero.doctor.site import Site
from arriero.stack.apply import apply


async def plan(site: Site, _finding: Finding) -> FixPlan | CannotFix:
    """What `apply` could not do is raised, the first of it."""
    shown = (await apply(site.world, silent, dry_run=True)).plan
    if shown.empty:
        return CannotFix("nothing")

    async def run(report: Report) -> None:
        outcome = await apply(site.world, report, shown=shown)
        if outcome.failures:
            raise outcome.failures[0]

    actions = tuple(f"{action.kind} {action.slot}" for action in shown.actions)
    return FixPlan((OwnAct("apply", run, (("actions", actions),)),))


FIX = Fix(CHECK.code, frozenset({"differs"}), plan, frozenset({"nothing"}), frozenset({"apply"}))
