"""Does Docker's source of packages fit this release? After an upgrade of the system it mostly names the old one."""

from __future__ import annotations

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.apt_sources import apt_sources
from arriero.doctor.facts.release import release
from arriero.doctor.site import Site

HOST = "download.docker.com"


async def look(site: Site) -> Finding:
    every, here = await site.fact(apt_sources), await site.fact(release)
    dockers = [source for source in every if HOST in source.uri]
    if not dockers or here is None or not here.codename:
        return saw("no_source")
    for source in dockers:
        if source.suite != here.codename:
            return saw("other", suite=source.suite, codename=here.codename, file=str(source.file))
    return saw("right", codename=here.codename)


CHECK = Check(
    code="docker.suite",
    subject=Subject.DOCKER,
    kinds={"right": Grade.GOOD, "no_source": Grade.SKIPPED, "other": Grade.WARNING},
    look=look,
)
