"""Is NVIDIA's kernel module there, for this kernel, and loaded?

After a kernel's update its module may be missing: nvidia-smi then "couldn't communicate with the NVIDIA driver".
"""

from __future__ import annotations

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.driver import branch, driver
from arriero.doctor.site import Site


async def look(site: Site) -> Finding:
    found = await site.fact(driver)
    if not found.here:
        return saw("no_card")
    if found.loaded:
        return saw("loaded", version=found.version)
    if found.for_kernel:
        return saw("not_loaded", kernel=found.kernel)
    if found.libraries:
        newest = found.libraries[-1]
        return saw("not_for_kernel", kernel=found.kernel, version=newest, branch=branch(newest))
    return saw("missing")


CHECK = Check(
    code="gpu.driver",
    subject=Subject.GPU,
    kinds={
        "loaded": Grade.GOOD,
        "no_card": Grade.SKIPPED,
        "missing": Grade.ERROR,
        "not_for_kernel": Grade.ERROR,
        "not_loaded": Grade.ERROR,
    },
    look=look,
)
