"""Brings the toolkit's four packages to one version: the newest that the sources have."""

from __future__ import annotations

from arriero.doctor.apt import UPDATE, has_apt, install
from arriero.doctor.check import Finding
from arriero.doctor.checks.toolkit.versions import CHECK
from arriero.doctor.facts.toolkit import PACKAGES
from arriero.doctor.fix import CannotFix, Fix, FixPlan
from arriero.doctor.site import Site


async def plan(site: Site, _finding: Finding) -> FixPlan | CannotFix:
    if not has_apt(site):
        return CannotFix("no_apt")
    return FixPlan((UPDATE, install("--allow-change-held-packages", *PACKAGES)))


FIX = Fix(CHECK.code, frozenset({"differ"}), plan, frozenset({"no_apt"}))
