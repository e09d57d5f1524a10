"""Gives the models' files back to the user."""

from __future__ import annotations

from arriero.doctor.check import Finding
from arriero.doctor.checks.models.store import CHECK
from arriero.doctor.fix import Fix, FixPlan
from arriero.doctor.owning import given_to
from arriero.doctor.site import Site


async def plan(site: Site, finding: Finding) -> FixPlan:
    paths = tuple(str(path) for path in finding.params["paths"])  # type: ignore[attr-defined]
    return FixPlan((given_to(str(site.host.uid), *paths),))


FIX = Fix(CHECK.code, frozenset({"closed"}), plan)
