"""Has the clock set from the network."""

from __future__ import annotations

from arriero.doctor.changes import Command
from arriero.doctor.check import Finding
from arriero.doctor.checks.system.clock import CHECK
from arriero.doctor.fix import CannotFix, Fix, FixPlan
from arriero.doctor.site import Site


async def plan(site: Site, _finding: Finding) -> FixPlan | CannotFix:
    if site.host.which("timedatectl") is None:
        return CannotFix("no_systemd")
    keep, leave = (Command(("timedatectl", "set-ntp", word), root=True) for word in ("true", "false"))
    return FixPlan((keep,), (leave,))


FIX = Fix(CHECK.code, frozenset({"not_kept", "behind"}), plan, frozenset({"no_systemd"}))
