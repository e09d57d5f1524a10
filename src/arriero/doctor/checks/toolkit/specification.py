"""Is the CDI specification there, and of the driver that runs? After an update of the driver an old one mounts
libraries that are gone: `libcuda.so.<version>: no such file or directory`. Since 1.18 the toolkit keeps it."""

from __future__ import annotations

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.driver import driver
from arriero.doctor.facts.toolkit import GENERATED, libraries_named, toolkit
from arriero.doctor.site import Site

_WRITES_IT = (1, 18)


async def look(site: Site) -> Finding:
    found, loaded = await site.fact(toolkit), await site.fact(driver)
    if not found.wanted or found.hook is None:
        return saw("unneeded")
    text = site.host.read(GENERATED)
    if text is None:
        return saw("absent" if (found.release or _WRITES_IT) >= _WRITES_IT else "before_cdi", path=str(GENERATED))
    named = libraries_named(text)
    if named and loaded.version not in named:
        return saw("stale", path=str(GENERATED), named=tuple(sorted(named)), version=loaded.version)
    return saw("current", version=loaded.version)


CHECK = Check(
    code="toolkit.specification",
    subject=Subject.TOOLKIT,
    kinds={
        "current": Grade.GOOD,
        "unneeded": Grade.SKIPPED,
        "before_cdi": Grade.SKIPPED,
        "absent": Grade.WARNING,
        "stale": Grade.ERROR,
    },
    look=look,
)
