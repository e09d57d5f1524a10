"""Was an installation of packages cut off? Then dpkg does nothing else until that is finished (dpkg(1))."""

from __future__ import annotations

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.packages import unfinished
from arriero.doctor.site import Site


async def look(site: Site) -> Finding:
    found = await site.fact(unfinished)
    if found is None:
        return saw("no_dpkg")
    if any(path.name.isdigit() for path in site.host.lists("/var/lib/dpkg/updates")):
        return saw("interrupted")
    return saw("half", packages=list(found)) if found else saw("right")


CHECK = Check(
    code="docker.dpkg",
    subject=Subject.DOCKER,
    kinds={"right": Grade.GOOD, "no_dpkg": Grade.SKIPPED, "half": Grade.ERROR, "interrupted": Grade.ERROR},
    look=look,
)
