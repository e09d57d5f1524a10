"""Has the toolkit write its CDI specification anew."""

from __future__ import annotations

from arriero.doctor.changes import Command
from arriero.doctor.check import Finding
from arriero.doctor.checks.toolkit.specification import CHECK
from arriero.doctor.facts.toolkit import GENERATED
from arriero.doctor.fix import CannotFix, Fix, FixPlan
from arriero.doctor.site import Site


async def plan(site: Site, _finding: Finding) -> FixPlan | CannotFix:
    if site.host.which("nvidia-ctk") is None:
        return CannotFix("no_tool")
    return FixPlan((Command(("nvidia-ctk", "cdi", "generate", f"--output={GENERATED}"), root=True),))


FIX = Fix(CHECK.code, frozenset({"absent", "stale"}), plan, frozenset({"no_tool"}))
