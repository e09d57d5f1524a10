"""How much of the card do screen and other programs take? On 8 GB every gigabyte decides where a 7B model runs."""

from __future__ import annotations

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.driver import card
from arriero.doctor.facts.scene import ours_on_card
from arriero.doctor.site import Site

_MUCH_BYTES = 1_500_000_000
_LITTLE_BYTES = 700_000_000


async def look(site: Site) -> Finding:
    seen = await site.fact(card)
    if not seen.ready or seen.used_bytes is None:
        return saw("not_asked")
    ours = await site.fact(ours_on_card)
    others = [p for p in seen.processes if p.pid not in ours]
    taken = max(0, seen.used_bytes - seen.vram_of(ours))
    names = tuple(sorted({p.process for p in others if p.process}))
    kind = "free" if taken < _LITTLE_BYTES else "shared" if taken < _MUCH_BYTES else "crowded"
    return saw(kind, taken_bytes=taken, programs=names)


CHECK = Check(
    code="gpu.display",
    subject=Subject.GPU,
    kinds={"free": Grade.GOOD, "not_asked": Grade.SKIPPED, "shared": Grade.HINT, "crowded": Grade.WARNING},
    look=look,
)
