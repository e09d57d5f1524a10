"""How the engine fences containers in, and whether that takes the graphics card away from them.

Foreign facts: with the driver `systemd` a `systemctl daemon-reload` writes the device rules anew, and a card that a
hook had added is gone: `Failed to initialize NVML: Unknown Error` (nvidia-container-toolkit#1133). CDI, which Docker
prefers since 29.2, puts the card into the container's own description. Version 1 is deprecated since Docker 29.
"""

from __future__ import annotations

import re

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.engine import info
from arriero.doctor.site import Site
from arriero.hardware.presence import driver_loaded

_PREFERS_CDI = (29, 2)


async def look(site: Site) -> Finding:
    told = await site.fact(info)
    if told is None:
        return saw("no_engine")
    driver, version = str(told.get("CgroupDriver", "?")), str(told.get("CgroupVersion", "1"))
    release = str(told.get("ServerVersion", "0"))
    if driver == "systemd" and driver_loaded(site.host.root) and _order(release) < _PREFERS_CDI:
        return saw("loses_card", driver=driver, version=version, release=release)
    return saw("first" if version == "1" else "second", driver=driver, version=version)


def _order(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", release)[:2])


CHECK = Check(
    code="docker.cgroups",
    subject=Subject.DOCKER,
    kinds={"second": Grade.GOOD, "no_engine": Grade.SKIPPED, "first": Grade.HINT, "loses_card": Grade.WARNING},
    look=look,
)
