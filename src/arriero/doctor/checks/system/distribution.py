"""Is this a distribution whose packages we know, and one that still gets updates?

Ends of life: Ubuntu's release pages (interim releases nine months, LTS five years).
"""

from __future__ import annotations

from datetime import date

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.release import release
from arriero.doctor.site import Site

_ENDS = {
    "20.04": date(2025, 5, 31),
    "22.04": date(2027, 4, 30),
    "24.04": date(2029, 5, 31),
    "24.10": date(2025, 7, 10),
    "25.04": date(2026, 1, 15),
    "25.10": date(2026, 7, 31),
    "26.04": date(2031, 4, 30),
}


async def look(site: Site) -> Finding:
    found = await site.fact(release)
    if found is None:
        return saw("untold")
    if found.id != "ubuntu":
        return saw("other", name=found.name, like_debian=bool({"debian", "ubuntu"} & {found.id, *found.like}))
    ends = _ENDS.get(found.version)
    if ends and ends < site.world.clock.now().date():
        return saw("ended", name=found.name, ended=ends.isoformat())
    return saw("supported" if ends else "unknown_release", name=found.name)


CHECK = Check(
    code="system.distribution",
    subject=Subject.SYSTEM,
    kinds={
        "supported": Grade.GOOD,
        "unknown_release": Grade.HINT,
        "other": Grade.HINT,
        "untold": Grade.HINT,
        "ended": Grade.WARNING,
    },
    look=look,
)
