"""Can the state database be used, and had anything to be set aside when it was opened?"""

from __future__ import annotations

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.site import Site


async def look(site: Site) -> Finding:
    world, path = site.world, str(site.settings.database)
    if world.state is None:
        return saw("closed", detail=world.state_fault, path=path)
    if world.state.repairs:
        moved = tuple(str(repair.moved_to) for repair in world.state.repairs)
        return saw("set_aside", path=path, moved=moved)
    return saw("sound", path=path)


CHECK = Check(
    code="arriero.database",
    subject=Subject.ARRIERO,
    kinds={"sound": Grade.GOOD, "set_aside": Grade.WARNING, "closed": Grade.ERROR},
    look=look,
)
