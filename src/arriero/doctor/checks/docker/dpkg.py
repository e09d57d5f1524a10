"""Was an installation of packages cut off? Then dpkg does nothing else until that is finished (dpkg(1))."""

from __future__ import annotations

import re

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.site import Site


async def look(site: Site) -> Finding:
    ran = await site.host.ask("dpkg", "--audit")
    if ran is None:
        return saw("no_dpkg")
    if any(path.name.isdigit() for path in site.host.lists("/var/lib/dpkg/updates")):
        return saw("interrupted")
    unfinished = re.findall(r"^ (\S+) ", ran.out, re.MULTILINE)
    return saw("half", packages=unfinished) if unfinished else saw("right")


CHECK = Check(
    code="docker.dpkg",
    subject=Subject.DOCKER,
    kinds={"right": Grade.GOOD, "no_dpkg": Grade.SKIPPED, "half": Grade.ERROR, "interrupted": Grade.ERROR},
    look=look,
)
