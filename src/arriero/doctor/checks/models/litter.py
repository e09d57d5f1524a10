"""Do downloads lie about that were not finished, or files of no model?"""

from __future__ import annotations

import asyncio

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.site import Site
from arriero.store.errors import ManifestsUnreadable
from arriero.store.litter import LitterKind, find_litter


async def look(site: Site) -> Finding:
    try:
        found = await asyncio.to_thread(find_litter, site.world.store)
    except ManifestsUnreadable:
        return saw("unjudged")  # which one, and why, is told by the check of the store
    settled = [item for item in found if item.settled]
    size_bytes = sum(item.size_bytes for item in settled)
    if any(item.kind is LitterKind.PARTIAL for item in settled):
        return saw("half", count=len(settled), size_bytes=size_bytes)
    return saw("unused" if settled else "none", count=len(settled), size_bytes=size_bytes)


CHECK = Check(
    code="models.litter",
    subject=Subject.MODELS,
    kinds={"none": Grade.GOOD, "unjudged": Grade.SKIPPED, "half": Grade.HINT, "unused": Grade.HINT},
    look=look,
)
