"""Keeps others from reading the API key."""

from __future__ import annotations

from arriero.doctor.changes import Command
from arriero.doctor.check import Finding
from arriero.doctor.checks.arriero.key import CHECK
from arriero.doctor.fix import Fix, FixPlan
from arriero.doctor.site import Site


async def plan(_site: Site, finding: Finding) -> FixPlan:
    return FixPlan((Command(("chmod", "600", "--", str(finding.params["path"]))),))


FIX = Fix(CHECK.code, frozenset({"readable"}), plan)
