"""Are there containers of our project that belong to no slot any more?"""

from __future__ import annotations

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.engine import listed
from arriero.doctor.site import Site
from arriero.runtime.docker.compose_files import SLOT_LABEL
from arriero.runtime.docker.container import PROJECT_LABEL


async def look(site: Site) -> Finding:
    every = await site.fact(listed)
    if every is None:
        return saw("no_engine")
    slots = {slot.id for slot in site.world.configuration.slots}
    mine = [one for one in every if one["Labels"].get(PROJECT_LABEL) == site.settings.docker.project]
    left = [one for one in mine if one["Labels"].get(SLOT_LABEL) not in slots]
    if not left:
        return saw("none")
    return saw("some", names=[one["Names"][0].lstrip("/") for one in left], ids=[one["Id"] for one in left])


CHECK = Check(
    code="docker.orphans",
    subject=Subject.DOCKER,
    kinds={"none": Grade.GOOD, "no_engine": Grade.SKIPPED, "some": Grade.HINT},
    look=look,
)
