"""Starts the daemon, and lets one that hangs begin anew."""

from __future__ import annotations

from arriero.doctor.changes import Command
from arriero.doctor.check import Finding, Grade
from arriero.doctor.checks.docker.daemon import CHECK
from arriero.doctor.checks.docker.settings import CHECK as SETTINGS
from arriero.doctor.examining import examine
from arriero.doctor.fix import CannotFix, Fix, FixPlan
from arriero.doctor.site import Site

_UNIT = "docker.service"


async def plan(site: Site, finding: Finding) -> FixPlan | CannotFix:
    (settings,) = await examine(site, (SETTINGS,))
    if settings.grade is Grade.ERROR:
        return CannotFix("settings_first", (("path", settings.finding.params["path"]),))
    if finding.kind in ("hangs", "refuses"):
        return FixPlan((Command(("systemctl", "restart", _UNIT), root=True, limit_s=120),))
    ready = Command(("systemctl", "reset-failed", _UNIT), root=True)
    start = Command(("systemctl", "enable", "--now", _UNIT), root=True, limit_s=120)
    return FixPlan((ready, start), (Command(("systemctl", "disable", "--now", _UNIT), root=True, limit_s=120),))


FIX = Fix(CHECK.code, frozenset({"stopped", "failed", "hangs", "refuses"}), plan, frozenset({"settings_first"}))
