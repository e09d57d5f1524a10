"""Are its four packages of one version? Since 1.18 they must be; a pin on one of them alone breaks it."""

from __future__ import annotations

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.toolkit import toolkit
from arriero.doctor.site import Site


async def look(site: Site) -> Finding:
    found = await site.fact(toolkit)
    if not found.versions:
        return saw("unpackaged")
    told = tuple(f"{name} {version}" for name, version in found.versions.items())
    return saw("same" if len(set(found.versions.values())) == 1 else "differ", packages=told)


CHECK = Check(
    code="toolkit.versions",
    subject=Subject.TOOLKIT,
    kinds={"same": Grade.GOOD, "unpackaged": Grade.SKIPPED, "differ": Grade.ERROR},
    look=look,
)
