"""Lets the toolkit set up the devices' cgroup again, and starts the daemon with it."""

from __future__ import annotations

from arriero.doctor.changes import Command
from arriero.doctor.check import Finding
from arriero.doctor.checks.toolkit.cgroups import CHECK
from arriero.doctor.fix import CannotFix, Fix, FixPlan
from arriero.doctor.site import Site


async def plan(site: Site, _finding: Finding) -> FixPlan | CannotFix:
    if site.host.which("nvidia-ctk") is None:
        return CannotFix("no_tool")
    set_to = ("nvidia-ctk", "config", "--in-place", "--set")
    on, off = (Command((*set_to, f"nvidia-container-cli.no-cgroups={word}"), root=True) for word in ("false", "true"))
    return FixPlan((on,), (off,))


FIX = Fix(CHECK.code, frozenset({"left_out"}), plan, frozenset({"no_tool"}))
