"""Does a CDI specification made by hand lie in /etc/cdi? Nobody renews it, and it is read beside the current one."""

from __future__ import annotations

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.driver import driver
from arriero.doctor.facts.toolkit import HANDMADE, libraries_named, toolkit
from arriero.doctor.site import Site


async def look(site: Site) -> Finding:
    found, loaded = await site.fact(toolkit), await site.fact(driver)
    text = site.host.read(HANDMADE)
    if text is None:
        return saw("none" if found.wanted else "unneeded")
    named = libraries_named(text)
    kind = "stale" if loaded.loaded and named and loaded.version not in named else "shadows"
    return saw(kind, path=str(HANDMADE), named=tuple(sorted(named)))


CHECK = Check(
    code="toolkit.handmade",
    subject=Subject.TOOLKIT,
    kinds={
        "none": Grade.GOOD,
        "unneeded": Grade.SKIPPED,
        "shadows": Grade.WARNING,
        "stale": Grade.ERROR,
    },
    look=look,
)
