"""Is there a card that models can run on?"""

from __future__ import annotations

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.driver import card, driver
from arriero.doctor.site import Site


async def look(site: Site) -> Finding:
    if site.world.gpu.simulated:
        return saw("simulated", name=site.settings.simulate)
    found, seen = await site.fact(driver), await site.fact(card)
    if not found.here:
        return saw("none", others=seen.other_vendors)
    if not found.on_bus:
        return saw("handed_in", name=seen.name)
    return saw("here", name=seen.name)


CHECK = Check(
    code="gpu.card",
    subject=Subject.GPU,
    kinds={"here": Grade.GOOD, "handed_in": Grade.GOOD, "simulated": Grade.HINT, "none": Grade.HINT},
    look=look,
)
