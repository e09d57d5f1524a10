"""Removes what belongs to no model: the store's own prune, which leaves what somebody may still be writing."""

from __future__ import annotations

from arriero.core.progress import Report
from arriero.doctor.changes import OwnAct
from arriero.doctor.check import Finding
from arriero.doctor.checks.models.litter import CHECK
from arriero.doctor.fix import Fix, FixPlan
from arriero.doctor.site import Site
from arriero.stack.prune import prune


async def plan(site: Site, finding: Finding) -> FixPlan:
    async def sweep(_report: Report) -> None:
        await prune(site.world)

    told = (("count", finding.params["count"]), ("size_bytes", finding.params["size_bytes"]))
    return FixPlan((OwnAct("prune", sweep, told),))


FIX = Fix(CHECK.code, frozenset({"half", "unused"}), plan, acts=frozenset({"prune"}))
