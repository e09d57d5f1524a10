"""How many files may a container have open? containerd 2.1.5 and later leave it at systemd's 1024 (Docker 29)."""

from __future__ import annotations

import re

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.engine import engine
from arriero.doctor.site import Site

_ENOUGH = 4096


async def look(site: Site) -> Finding:
    if await site.fact(engine) is None:
        return saw("no_engine")
    ran = await site.host.ask("systemctl", "show", "--property=LimitNOFILESoft", "containerd.service", "docker.service")
    told = re.findall(r"LimitNOFILESoft=(\d+|infinity)", ran.out) if ran else []
    limits = [int(value) for value in told if value != "infinity"]
    if not told:
        return saw("no_unit")
    return saw("few", limit=min(limits)) if limits and min(limits) < _ENOUGH else saw("enough")


CHECK = Check(
    code="docker.open_files",
    subject=Subject.DOCKER,
    kinds={"enough": Grade.GOOD, "no_engine": Grade.SKIPPED, "no_unit": Grade.SKIPPED, "few": Grade.HINT},
    look=look,
)
