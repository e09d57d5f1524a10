"""Does nvidia-smi work? People and guides ask it first; its words tell which part is missing."""

from __future__ import annotations

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.driver import branch, driver
from arriero.doctor.site import Site

FAILURES = {
    "couldn't communicate with the NVIDIA driver": "no_module",
    "Driver/library version mismatch": "mismatch",
    "couldn't find libnvidia-ml.so": "no_library",
    "No devices were found": "no_devices",
    "Unable to determine the device handle": "lost",
    "GPU is lost": "lost",
    "Unknown Error": "unknown_error",
    "Insufficient Permissions": "no_permission",
}


async def look(site: Site) -> Finding:
    found = await site.fact(driver)
    if not found.here or not found.installed:
        return saw("no_driver")
    ran = await site.host.ask("nvidia-smi", "-L")
    if ran is None:
        return saw("absent", branch=branch(found.version))
    kind = next((kind for words, kind in FAILURES.items() if words in ran.said), None)
    if kind is None:
        kind = "answers" if ran.ok else "failed"
    return saw(kind, said=ran.said.partition("\n")[0])


CHECK = Check(
    code="gpu.smi",
    subject=Subject.GPU,
    kinds={
        "answers": Grade.GOOD,
        "no_driver": Grade.SKIPPED,
        "absent": Grade.HINT,
        "failed": Grade.WARNING,
        **dict.fromkeys(FAILURES.values(), Grade.ERROR),
    },
    look=look,
)
