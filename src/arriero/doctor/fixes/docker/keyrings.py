"""Lets apt's own user read a key."""

from __future__ import annotations

from pathlib import Path

from arriero.doctor.changes import Command
from arriero.doctor.check import Finding
from arriero.doctor.checks.docker.keyrings import CHECK
from arriero.doctor.fix import Fix, FixPlan
from arriero.doctor.site import Site


async def plan(site: Site, finding: Finding) -> FixPlan:
    path = site.host.path(Path(str(finding.params["path"])))
    folder = Command(("chmod", "a+rx", "--", str(path.parent)), root=True)
    return FixPlan((folder, Command(("chmod", "0644", "--", str(path)), root=True)))


FIX = Fix(CHECK.code, frozenset({"closed"}), plan)
