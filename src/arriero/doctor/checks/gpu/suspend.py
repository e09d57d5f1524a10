"""Does video memory outlive a suspend? Without NVreg_PreserveVideoMemoryAllocations what CUDA held is gone at the
resume; with it and without NVIDIA's services the machine may not suspend at all (driver's README, power management).
"""

from __future__ import annotations

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.driver import driver
from arriero.doctor.site import Site

SERVICES = ("nvidia-suspend.service", "nvidia-resume.service", "nvidia-hibernate.service")


async def look(site: Site) -> Finding:
    if not (await site.fact(driver)).loaded:
        return saw("no_driver")
    params = site.host.read("/proc/driver/nvidia/params")
    if params is None or "mem" not in (site.host.read("/sys/power/state") or "").split():
        return saw("never_suspends")
    kept = "PreserveVideoMemoryAllocations: 1" in params
    off = await _not_enabled(site)
    if kept and off:
        return saw("services_off", services=off)
    return saw("kept" if kept else "not_kept")


async def _not_enabled(site: Site) -> tuple[str, ...]:
    """systemctl is-enabled writes a line for each, in the order asked; an alias or static unit needs no enabling."""
    ran = await site.host.ask("systemctl", "is-enabled", *SERVICES)
    states = ran.out.split() if ran else []
    if len(states) != len(SERVICES):
        return SERVICES if ran else ()
    return tuple(name for name, state in zip(SERVICES, states, strict=True) if state in ("disabled", "masked"))


CHECK = Check(
    code="gpu.suspend",
    subject=Subject.GPU,
    kinds={
        "kept": Grade.GOOD,
        "no_driver": Grade.SKIPPED,
        "never_suspends": Grade.SKIPPED,
        "not_kept": Grade.HINT,
        "services_off": Grade.WARNING,
    },
    look=look,
)
