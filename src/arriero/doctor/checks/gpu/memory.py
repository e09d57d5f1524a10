"""Is the card large enough for the catalogue's models? The figures of the specification are those of an 8 GB card."""

from __future__ import annotations

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.driver import card
from arriero.doctor.site import Site

_REFERENCE_BYTES = 7_800_000_000  # what a card of 8 GB tells of itself, the driver's share taken off
_SMALLEST_BYTES = 4_000_000_000


async def look(site: Site) -> Finding:
    seen = await site.fact(card)
    if not seen.ready or seen.total_bytes is None:
        return saw("not_asked")
    if seen.total_bytes >= _REFERENCE_BYTES:
        kind = "enough"
    else:
        kind = "small" if seen.total_bytes >= _SMALLEST_BYTES else "too_small"
    return saw(kind, total_bytes=seen.total_bytes)


CHECK = Check(
    code="gpu.memory",
    subject=Subject.GPU,
    kinds={"enough": Grade.GOOD, "not_asked": Grade.SKIPPED, "small": Grade.HINT, "too_small": Grade.WARNING},
    look=look,
)
