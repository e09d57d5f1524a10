"""Takes networks away that no container uses."""

from __future__ import annotations

from arriero.doctor.changes import Command
from arriero.doctor.check import Finding
from arriero.doctor.checks.docker.networks import CHECK
from arriero.doctor.fix import Fix, FixPlan
from arriero.doctor.site import Site


async def plan(_site: Site, _finding: Finding) -> FixPlan:
    return FixPlan((Command(("docker", "network", "prune", "--force"), limit_s=120),))


FIX = Fix(CHECK.code, frozenset({"few", "used_up"}), plan)
