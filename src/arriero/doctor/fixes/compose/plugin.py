"""Installs Compose's plugin, from where the engine's packages came."""

from __future__ import annotations

from arriero.doctor.apt import UPDATE, has_apt, install, remove
from arriero.doctor.check import Finding
from arriero.doctor.checks.compose.plugin import CHECK
from arriero.doctor.facts.packages import packages
from arriero.doctor.facts.release import release
from arriero.doctor.fix import CannotFix, Fix, FixPlan
from arriero.doctor.site import Site


async def plan(site: Site, finding: Finding) -> FixPlan | CannotFix:
    if not has_apt(site):
        return CannotFix("no_apt")
    name = await _package(site)
    if name is None:
        return CannotFix("first_only")
    again = ("--reinstall",) if finding.kind == "broken" else ()
    undo = (remove(name),) if finding.kind in ("missing", "only_first") else ()
    return FixPlan((UPDATE, install(*again, name)), undo)


async def _package(site: Site) -> str | None:
    """Docker's own where its engine is. None where the distribution has no more than Compose 1."""
    if "docker-ce" in await site.fact(packages):
        return "docker-compose-plugin"
    here = await site.fact(release)
    return here.compose_package if here else "docker-compose-v2"


FIX = Fix(
    CHECK.code,
    frozenset({"missing", "only_first", "too_old", "broken"}),
    plan,
    frozenset({"no_apt", "first_only"}),
)
