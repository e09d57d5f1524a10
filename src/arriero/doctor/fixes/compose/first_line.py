"""Removes the old docker-compose where it came as a package."""

from __future__ import annotations

from arriero.doctor.changes import Command
from arriero.doctor.check import Finding
from arriero.doctor.checks.compose.first_line import CHECK
from arriero.doctor.facts.packages import packages
from arriero.doctor.fix import CannotFix, Fix, FixPlan
from arriero.doctor.site import Site


async def plan(site: Site, finding: Finding) -> FixPlan | CannotFix:
    version = (await site.fact(packages)).get("docker-compose", "")
    if not version.startswith("1."):
        return CannotFix("not_packaged", (("path", finding.params["path"]),))
    remove, install = (
        Command(("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", verb, "--yes", "docker-compose"), True, 300)
        for verb in ("remove", "install")
    )
    return FixPlan((remove,), (install,))


FIX = Fix(CHECK.code, frozenset({"first"}), plan, frozenset({"not_packaged"}))
