"""Has the daemon start with the machine."""

from __future__ import annotations

from arriero.doctor.changes import Command
from arriero.doctor.check import Finding
from arriero.doctor.checks.docker.boot import CHECK
from arriero.doctor.fix import Fix, FixPlan
from arriero.doctor.site import Site


async def plan(_site: Site, _finding: Finding) -> FixPlan:
    enable, disable = (Command(("systemctl", verb, "docker.service"), root=True) for verb in ("enable", "disable"))
    return FixPlan((enable,), (disable,))


FIX = Fix(CHECK.code, frozenset({"stays_away"}), plan)
