"""Does the card answer? NVML's `Unknown Error` often follows a suspend, `GPU is lost` a fault of bus or power."""

from __future__ import annotations

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.driver import card
from arriero.doctor.site import Site
from arriero.hardware.values import GpuState

_ASKED_ELSEWHERE = (GpuState.NONE, GpuState.NO_DRIVER, GpuState.LIBRARY_MISSING, GpuState.VERSION_MISMATCH)


async def look(site: Site) -> Finding:
    seen = await site.fact(card)
    if seen.state in _ASKED_ELSEWHERE:
        return saw("not_asked")
    return saw(str(seen.state), name=seen.name, detail=seen.detail, cards=seen.gpus)


CHECK = Check(
    code="gpu.nvml",
    subject=Subject.GPU,
    kinds={
        "ready": Grade.GOOD,
        "not_asked": Grade.SKIPPED,
        "no_permission": Grade.ERROR,
        "unknown_error": Grade.ERROR,
        "lost": Grade.ERROR,
        "not_found": Grade.ERROR,
        "silent": Grade.ERROR,
    },
    look=look,
)
