"""Is there any model to serve?"""

from __future__ import annotations

import asyncio

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.site import Site
from arriero.stack.checking import installed_targets


async def look(site: Site) -> Finding:
    found = await asyncio.to_thread(installed_targets, site.world, None)
    return saw("some" if found else "none", models=tuple(str(target.reference) for target, _ in found))


CHECK = Check(
    code="models.installed",
    subject=Subject.MODELS,
    kinds={"some": Grade.GOOD, "none": Grade.HINT},
    look=look,
)
