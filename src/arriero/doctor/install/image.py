"""The image that the containers are made of."""

from __future__ import annotations

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.engine import engine
from arriero.doctor.fix import Fix
from arriero.doctor.fixes.docker.image import ACTS, plan
from arriero.doctor.install.step import Step
from arriero.doctor.site import Site


async def look(site: Site) -> Finding:
    image, found = site.settings.docker.image, await site.fact(engine)
    if found is None:
        return saw("no_engine", image=image)
    there = await found.get(f"/images/{image}/json")
    return saw("there" if there is not None else "missing", image=image)


CHECK = Check(
    "install.image",
    Subject.DOCKER,
    {"there": Grade.GOOD, "missing": Grade.ERROR, "no_engine": Grade.ERROR},
    look,
)
STEP = Step(CHECK, Fix(CHECK.code, frozenset({"missing", "no_engine"}), plan, acts=ACTS))
