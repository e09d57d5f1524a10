"""Can packages be installed here by us? apt is what we know; without it everything must be there already."""

from __future__ import annotations

from arriero.doctor.apt import has_apt
from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.release import release
from arriero.doctor.install.step import BOTH, Step
from arriero.doctor.site import Site


async def look(site: Site) -> Finding:
    found = await site.fact(release)
    name = found.name if found else "?"
    return saw("apt" if has_apt(site) else "no_apt", name=name)


CHECK = Check("install.distribution", Subject.SYSTEM, {"apt": Grade.GOOD, "no_apt": Grade.SKIPPED}, look)
STEP = Step(CHECK, None, BOTH)
