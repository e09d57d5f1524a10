"""Ends the machine's own Ollama service, and keeps it from coming back at the next boot. Its models stay."""

from __future__ import annotations

from arriero.doctor.changes import Command
from arriero.doctor.check import Finding
from arriero.doctor.checks.network.host_ollama import CHECK
from arriero.doctor.fix import Fix, FixPlan
from arriero.doctor.site import Site


async def plan(_site: Site, finding: Finding) -> FixPlan:
    now = () if finding.kind == "comes" else ("--now",)
    off, on = (Command(("systemctl", verb, *now, "ollama.service"), root=True) for verb in ("disable", "enable"))
    return FixPlan((off,), (on,))


FIX = Fix(CHECK.code, frozenset({"comes", "runs", "open"}), plan)
