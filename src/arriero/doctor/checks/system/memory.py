"""Is there memory for the catalogue's models? What does not fit on the card lies in RAM: V2-Lite's 10 GB for one."""

from __future__ import annotations

import re

from arriero.config.specs import VariantSpec
from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.driver import card
from arriero.doctor.site import Site

_SYSTEM_BYTES = 2 << 30  # what a desktop takes before anything of ours


async def look(site: Site) -> Finding:
    told = re.search(r"^MemTotal:\s+(\d+) kB", site.host.read("/proc/meminfo") or "", re.MULTILINE)
    if told is None:
        return saw("untold")
    total_bytes = int(told[1]) * 1024
    room = total_bytes - _SYSTEM_BYTES + ((await site.fact(card)).total_bytes or 0)
    slots = site.world.configuration.slots
    defaults = [(slot, variant) for slot in slots if (variant := slot.variant())]
    large = tuple(str(variant.reference) for _, variant in defaults if _size_bytes(variant) > room)
    if large and len(large) == len([1 for _, variant in defaults if _size_bytes(variant)]):
        return saw("too_little", total_bytes=total_bytes, models=large)
    return saw("tight" if large else "enough", total_bytes=total_bytes, models=large)


def _size_bytes(variant: VariantSpec) -> int:
    return variant.size_bytes or 0


CHECK = Check(
    code="system.memory",
    subject=Subject.SYSTEM,
    kinds={
        "enough": Grade.GOOD,
        "untold": Grade.SKIPPED,
        "tight": Grade.WARNING,
        "too_little": Grade.WARNING,
    },
    look=look,
)
