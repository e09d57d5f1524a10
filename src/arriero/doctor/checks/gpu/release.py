"""Is the driver new enough? Ollama 0.33 asks for 550, for cards before Volta (7.0) 570, and else leaves the card alone.

From 580 on Ollama takes its CUDA 13 runner (discover/cuda_compat.go, docs/gpu.mdx).
"""

from __future__ import annotations

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.driver import branch, card, driver
from arriero.doctor.site import Site

_NEEDED, _NEEDED_BEFORE_VOLTA, _CUDA_13 = 550, 570, 580


async def look(site: Site) -> Finding:
    found, seen = await site.fact(driver), await site.fact(card)
    now = branch(found.version)
    if now is None:
        return saw("no_driver")
    old_card = seen.compute_capability is not None and float(seen.compute_capability) < 7
    needed = _NEEDED_BEFORE_VOLTA if old_card else _NEEDED
    kind = "too_old" if now < needed else "enough" if now >= _CUDA_13 else "before_cuda_13"
    return saw(kind, version=found.version, needed=needed)


CHECK = Check(
    code="gpu.release",
    subject=Subject.GPU,
    kinds={
        "enough": Grade.GOOD,
        "no_driver": Grade.SKIPPED,
        "before_cuda_13": Grade.HINT,
        "too_old": Grade.ERROR,
    },
    look=look,
)
