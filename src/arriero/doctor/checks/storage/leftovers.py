"""Do downloads that nobody finishes, or files of no model, take room in the models' folder?"""

from __future__ import annotations

import asyncio

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.site import Site
from arriero.store.errors import ManifestsUnreadable
from arriero.store.litter import LitterKind, find_litter


async def look(site: Site) -> Finding:
    try:
        found = await asyncio.to_thread(find_litter, site.world.store)
    except ManifestsUnreadable as fault:
        return saw("unknown", fault=fault)
    old = [item for item in found if item.settled]
    size_bytes = sum(item.size_bytes for item in old)
    partial = sum(item.kind is LitterKind.PARTIAL for item in old)
    if not old:
        return saw("none")
    return saw("some", size_bytes=size_bytes, files=len(old), downloads=partial)


CHECK = Check(
    code="storage.leftovers",
    subject=Subject.STORAGE,
    kinds={"none": Grade.GOOD, "unknown": Grade.UNKNOWN, "some": Grade.HINT},
    look=look,
)
