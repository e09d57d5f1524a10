"""Is Docker installed once? Two of them have two daemons, two stores of images and one socket between them."""

from __future__ import annotations

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.packages import packages
from arriero.doctor.site import Site

_PACKAGED = ("docker-ce", "docker.io", "docker-desktop", "podman-docker")


async def look(site: Site) -> Finding:
    known = await site.fact(packages)
    found = [name for name in _PACKAGED if name in known]
    if site.host.path("/snap/bin/docker").exists():
        found.append("snap docker")
    if site.host.path("/usr/local/bin/dockerd").exists():
        found.append("/usr/local/bin/dockerd")
    if len(found) > 1:
        return saw("several", found=", ".join(found))
    return saw("one", found=found[0]) if found else saw("none")


CHECK = Check(
    code="docker.installations",
    subject=Subject.DOCKER,
    kinds={"one": Grade.GOOD, "none": Grade.SKIPPED, "several": Grade.WARNING},
    look=look,
)
