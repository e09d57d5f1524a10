"""Starts the daemon again, so that it finds the toolkit. Containers that are to run come back by themselves."""

from __future__ import annotations

from arriero.doctor.changes import Command
from arriero.doctor.check import Finding
from arriero.doctor.checks.toolkit.daemon import CHECK
from arriero.doctor.fix import CannotFix, Fix, FixPlan
from arriero.doctor.site import Site


async def plan(site: Site, _finding: Finding) -> FixPlan | CannotFix:
    if site.host.which("systemctl") is None:
        return CannotFix("no_systemd")
    return FixPlan((Command(("systemctl", "restart", "docker.service"), root=True, limit_s=120),))


FIX = Fix(CHECK.code, frozenset({"older"}), plan, frozenset({"no_systemd"}))
