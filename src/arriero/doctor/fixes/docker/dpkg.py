"""Finishes what dpkg was kept from finishing."""

from __future__ import annotations

from arriero.doctor.changes import Command
from arriero.doctor.check import Finding
from arriero.doctor.checks.docker.dpkg import CHECK
from arriero.doctor.fix import Fix, FixPlan
from arriero.doctor.site import Site


async def plan(_site: Site, _finding: Finding) -> FixPlan:
    quietly = ("env", "DEBIAN_FRONTEND=noninteractive")
    return FixPlan((Command((*quietly, "dpkg", "--force-confold", "--configure", "-a"), root=True, limit_s=900),))


FIX = Fix(CHECK.code, frozenset({"half", "interrupted"}), plan)
