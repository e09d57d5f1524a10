"""Makes our containers anew as the settings have them: published on this machine only."""

from __future__ import annotations

from arriero.core.progress import Report, silent
from arriero.doctor.changes import OwnAct
from arriero.doctor.check import Finding
from arriero.doctor.checks.network.exposure import CHECK
from arriero.doctor.fix import CannotFix, Fix, FixPlan
from arriero.doctor.site import Site
from arriero.stack.apply import apply


async def plan(site: Site, finding: Finding) -> FixPlan | CannotFix:
    edited = [remark.params()["path"] for remark in site.world.backend.remarks()]
    if edited:
        return CannotFix("edited", (("paths", edited),))
    drift = await apply(site.world, silent, dry_run=True)
    if not drift.plan.actions:
        return CannotFix("not_asked_for", (("names", finding.params["names"]),))

    async def again(report: Report) -> None:
        await apply(site.world, report, shown=drift.plan)

    return FixPlan((OwnAct("apply", again, (("names", finding.params["names"]),)),))


FIX = Fix(CHECK.code, frozenset({"ours"}), plan, frozenset({"edited", "not_asked_for"}), frozenset({"apply"}))
