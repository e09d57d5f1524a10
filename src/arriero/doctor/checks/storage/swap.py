"""Is there swap where memory is scarce? Without it the kernel ends the biggest program at once: the model's server."""

from __future__ import annotations

import re

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.site import Site

_PLENTY_BYTES = 24 << 30


async def look(site: Site) -> Finding:
    told = re.search(r"^MemTotal:\s+(\d+) kB", site.host.read("/proc/meminfo") or "", re.MULTILINE)
    rows = (site.host.read("/proc/swaps") or "").splitlines()[1:]
    swap_bytes = sum(int(row.split()[2]) for row in rows) * 1024
    if told is None:
        return saw("untold")
    memory_bytes = int(told[1]) * 1024
    if swap_bytes:
        return saw("some", swap_bytes=swap_bytes)
    return saw("unneeded" if memory_bytes >= _PLENTY_BYTES else "none", memory_bytes=memory_bytes)


CHECK = Check(
    code="storage.swap",
    subject=Subject.STORAGE,
    kinds={"some": Grade.GOOD, "unneeded": Grade.GOOD, "untold": Grade.SKIPPED, "none": Grade.HINT},
    look=look,
)
