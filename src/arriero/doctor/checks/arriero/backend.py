"""Can what serves the models be looked at? Without a look no command knows what runs."""

from __future__ import annotations

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.scene import scene
from arriero.doctor.site import Site


async def look(site: Site) -> Finding:
    kind = site.world.backend.kind
    blind = (await site.fact(scene)).sight.blind
    return saw("blind", backend=kind, detail=blind) if blind else saw("seen", backend=kind)


CHECK = Check(
    code="arriero.backend",
    subject=Subject.ARRIERO,
    kinds={"seen": Grade.GOOD, "blind": Grade.ERROR},
    look=look,
)
