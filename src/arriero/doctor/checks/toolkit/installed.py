"""Is NVIDIA's container toolkit here? Without it:
`could not select device driver "nvidia" with capabilities: [[gpu]]`."""

from __future__ import annotations

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.toolkit import PACKAGES, toolkit
from arriero.doctor.site import Site


async def look(site: Site) -> Finding:
    found = await site.fact(toolkit)
    if not found.wanted:
        return saw("unneeded")
    if found.hook is None:
        return saw("missing")
    return saw("here", version=found.versions.get(PACKAGES[0], ""))


CHECK = Check(
    code="toolkit.installed",
    subject=Subject.TOOLKIT,
    kinds={"here": Grade.GOOD, "unneeded": Grade.SKIPPED, "missing": Grade.ERROR},
    look=look,
)
