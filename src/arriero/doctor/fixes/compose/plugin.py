"""Installs Compose's plugin, from where the engine's packages came."""

from __future__ import annotations

from arriero.doctor.changes import Command
from arriero.doctor.check import Finding
from arriero.doctor.checks.compose.plugin import CHECK
from arriero.doctor.facts.packages import packages
from arriero.doctor.facts.release import release
from arriero.doctor.fix import CannotFix, Fix, FixPlan
from arriero.doctor.site import Site


async def plan(site: Site, finding: Finding) -> FixPlan | CannotFix:
    if site.host.which("apt-get") is None:
        return CannotFix("no_apt")
    name, again = await _package(site), ("--reinstall",) if finding.kind == "broken" else ()
    quietly = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get")
    update = Command((*quietly, "update"), root=True, limit_s=300)
    install = Command((*quietly, "install", "--yes", *again, name), root=True, limit_s=900)
    undo = (Command((*quietly, "remove", "--yes", name), root=True, limit_s=300),)
    return FixPlan((update, install), undo if finding.kind in ("missing", "only_first") else ())


async def _package(site: Site) -> str:
    """Docker's own where its engine is; Ubuntu calls the plugin docker-compose-v2, Debian docker-compose."""
    if "docker-ce" in await site.fact(packages):
        return "docker-compose-plugin"
    here = await site.fact(release)
    return "docker-compose" if here and here.id == "debian" else "docker-compose-v2"


FIX = Fix(CHECK.code, frozenset({"missing", "only_first", "too_old", "broken"}), plan, frozenset({"no_apt"}))
