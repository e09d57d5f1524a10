"""Takes a CDI specification made by hand out of the way; a copy of it stays beside."""

from __future__ import annotations

from arriero.doctor.changes import FileWritten
from arriero.doctor.check import Finding
from arriero.doctor.checks.toolkit.handmade import CHECK
from arriero.doctor.facts.toolkit import HANDMADE
from arriero.doctor.fix import Fix, FixPlan
from arriero.doctor.site import Site


async def plan(site: Site, _finding: Finding) -> FixPlan:
    undo = FileWritten(HANDMADE, site.host.read(HANDMADE), root=True)
    return FixPlan((FileWritten(HANDMADE, None, root=True),), (undo,))


FIX = Fix(CHECK.code, frozenset({"shadows", "stale"}), plan)
