"""Brings the toolkit's four packages to one version: the newest that the sources have."""

from __future__ import annotations

from arriero.doctor.changes import Command
from arriero.doctor.check import Finding
from arriero.doctor.checks.toolkit.versions import CHECK
from arriero.doctor.facts.toolkit import PACKAGES
from arriero.doctor.fix import CannotFix, Fix, FixPlan
from arriero.doctor.site import Site


async def plan(site: Site, _finding: Finding) -> FixPlan | CannotFix:
    if site.host.which("apt-get") is None:
        return CannotFix("no_apt")
    quietly = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get")
    return FixPlan(
        (
            Command((*quietly, "update"), root=True, limit_s=300),
            Command((*quietly, "install", "--yes", "--allow-change-held-packages", *PACKAGES), root=True, limit_s=600),
        )
    )


FIX = Fix(CHECK.code, frozenset({"differ"}), plan, frozenset({"no_apt"}))
