"""Ends engines of slots that are no more; the kernel ends what they started with them."""

from __future__ import annotations

from arriero.doctor.changes import Command
from arriero.doctor.check import Finding
from arriero.doctor.checks.arriero.processes import CHECK
from arriero.doctor.fix import Fix, FixPlan
from arriero.doctor.site import Site


async def plan(_site: Site, finding: Finding) -> FixPlan:
    pids = tuple(str(pid) for pid in finding.params["pids"])  # type: ignore[attr-defined]
    return FixPlan((Command(("kill", *pids)),))


FIX = Fix(CHECK.code, frozenset({"undeclared"}), plan)
