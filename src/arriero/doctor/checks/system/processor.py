"""Can the processor do what llama.cpp is built for? Without AVX2 (before 2013) it serves, several times slower."""

from __future__ import annotations

import re

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.site import Site


async def look(site: Site) -> Finding:
    text = site.host.read("/proc/cpuinfo") or ""
    name = re.search(r"^model name\s*: (.+)$", text, re.MULTILINE)
    flags = re.search(r"^flags\s*: (.+)$", text, re.MULTILINE)
    told = name[1] if name else ""
    if flags is None:
        return saw("other", name=told)
    return saw("able" if "avx2" in flags[1].split() else "no_avx2", name=told)


CHECK = Check(
    code="system.processor",
    subject=Subject.SYSTEM,
    kinds={"able": Grade.GOOD, "other": Grade.SKIPPED, "no_avx2": Grade.WARNING},
    look=look,
)
