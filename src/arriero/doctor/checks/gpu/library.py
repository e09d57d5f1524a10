"""Are module and library of the same version? An update changes the library at once, the module at the next boot.

NVML then says `Driver/library version mismatch`, a container `nvml error: driver/library version mismatch`, and without
the library `libnvidia-ml.so.1: cannot open shared object file`.
"""

from __future__ import annotations

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.driver import branch, card, driver
from arriero.doctor.site import Site
from arriero.hardware.values import GpuState


async def look(site: Site) -> Finding:
    found, seen = await site.fact(driver), await site.fact(card)
    library = ", ".join(found.libraries)
    if seen.state is GpuState.VERSION_MISMATCH:
        return saw("differ", module=found.version, library=library)
    if seen.state is GpuState.LIBRARY_MISSING:
        return saw("missing", branch=branch(found.version))
    if not found.loaded:
        return saw("no_driver")
    if found.libraries and found.version not in found.libraries:
        return saw("differ", module=found.version, library=library)
    if not found.libraries and not seen.ready:
        return saw("missing", branch=branch(found.version))
    return saw("same", version=found.version)


CHECK = Check(
    code="gpu.library",
    subject=Subject.GPU,
    kinds={"same": Grade.GOOD, "no_driver": Grade.SKIPPED, "differ": Grade.ERROR, "missing": Grade.ERROR},
    look=look,
)
