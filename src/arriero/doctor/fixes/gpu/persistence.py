"""Starts nvidia-persistenced, now and at every boot."""

from __future__ import annotations

from arriero.doctor.changes import Command
from arriero.doctor.check import Finding
from arriero.doctor.checks.gpu.persistence import CHECK, SERVICE
from arriero.doctor.fix import Fix, FixPlan
from arriero.doctor.site import Site


async def plan(_site: Site, finding: Finding) -> FixPlan:
    if finding.kind == "failed":
        return FixPlan((Command(("systemctl", "restart", SERVICE), root=True),))
    enable, disable = (Command(("systemctl", verb, "--now", SERVICE), root=True) for verb in ("enable", "disable"))
    return FixPlan((enable,), (disable,))


FIX = Fix(CHECK.code, frozenset({"off", "failed"}), plan)
