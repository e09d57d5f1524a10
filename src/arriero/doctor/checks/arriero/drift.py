"""Does what runs differ from what was asked for?"""

from __future__ import annotations

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.scene import stack
from arriero.doctor.site import Site


async def look(site: Site) -> Finding:
    seen = await site.fact(stack)
    differing = tuple(f"{model.id} ({drift.code})" for model in seen.models for drift in model.drift)
    return saw("differs" if differing else "in_step", slots=differing)


CHECK = Check(
    code="arriero.drift",
    subject=Subject.ARRIERO,
    kinds={"in_step": Grade.GOOD, "differs": Grade.WARNING},
    look=look,
)
