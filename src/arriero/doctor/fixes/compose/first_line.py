"""Removes the old docker-compose where it came as a package."""

from __future__ import annotations

from arriero.doctor.apt import install, remove
from arriero.doctor.check import Finding
from arriero.doctor.checks.compose.first_line import CHECK
from arriero.doctor.facts.packages import packages
from arriero.doctor.fix import CannotFix, Fix, FixPlan
from arriero.doctor.site import Site


async def plan(site: Site, finding: Finding) -> FixPlan | CannotFix:
    version = (await site.fact(packages)).get("docker-compose", "")
    if not version.startswith("1."):
        return CannotFix("not_packaged", (("path", finding.params["path"]),))
    return FixPlan((remove("docker-compose"),), (install("docker-compose"),))


FIX = Fix(CHECK.code, frozenset({"first"}), plan, frozenset({"not_packaged"}))
