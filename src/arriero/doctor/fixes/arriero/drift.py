"""Brings about what was asked for: the use case behind `apply`."""

from __future__ import annotations

from arriero.core.progress import Report
from arriero.doctor.changes import OwnAct
from arriero.doctor.check import Finding
from arriero.doctor.checks.arriero.drift import CHECK
from arriero.doctor.fix import Fix, FixPlan
from arriero.doctor.site import Site
from arriero.stack.apply import apply


async def plan(site: Site, _finding: Finding) -> FixPlan:
    """What `apply` could not do is raised, the first of it."""

    async def run(report: Report) -> None:
        outcome = await apply(site.world, report)
        if outcome.failures:
            raise outcome.failures[0]

    return FixPlan((OwnAct("apply", run),))


FIX = Fix(CHECK.code, frozenset({"differs"}), plan, acts=frozenset({"apply"}))
