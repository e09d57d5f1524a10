"""Has the free driver taken NVIDIA's card? CUDA does not run on it, and NVIDIA's driver cannot have the card then."""

from __future__ import annotations

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.driver import driver
from arriero.doctor.site import Site


async def look(site: Site) -> Finding:
    found = await site.fact(driver)
    if not found.on_bus:
        return saw("no_card")
    if found.bound == "nouveau" or ("nouveau" in found.modules and not found.loaded):
        return saw("in_charge")
    return saw("away")


CHECK = Check(
    code="gpu.nouveau",
    subject=Subject.GPU,
    kinds={"away": Grade.GOOD, "no_card": Grade.SKIPPED, "in_charge": Grade.ERROR},
    look=look,
)
