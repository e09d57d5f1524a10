"""Does an old `docker-compose` of version 1 lie about?

It fails on what newer ones made: `KeyError: 'ContainerConfig'` (docker/compose#11742).
"""

from __future__ import annotations

import re

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.site import Site


async def look(site: Site) -> Finding:
    ran = await site.host.ask("docker-compose", "--version")
    if ran is None:
        return saw("none")
    found = re.search(r"version v?(\d+(?:\.\d+)+)", ran.said)
    if found and found[1].startswith("1."):
        return saw("first", version=found[1], path=str(site.host.which("docker-compose")))
    return saw("newer", version=found[1] if found else "?")


CHECK = Check(
    code="compose.first_line",
    subject=Subject.COMPOSE,
    kinds={"none": Grade.GOOD, "newer": Grade.GOOD, "first": Grade.HINT},
    look=look,
)
