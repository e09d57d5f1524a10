"""Does anything keep the driver awake? Without a display it lets go of the card after each use, and the next one
waits seconds. `Failed to query NVIDIA devices` in its journal: the module is not loaded, or the devices are closed."""

from __future__ import annotations

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.driver import card, driver
from arriero.doctor.site import Site

SERVICE = "nvidia-persistenced.service"


async def look(site: Site) -> Finding:
    if not (await site.fact(driver)).loaded:
        return saw("no_driver")
    ran = await site.host.ask("systemctl", "is-active", SERVICE)
    state = ran.out.strip() if ran else ""
    if state == "active":
        return saw("active")
    if state == "failed":
        return saw("failed")
    if (await site.fact(card)).display:
        return saw("display")
    return saw("off" if state in ("inactive", "unknown") else "no_systemd")


CHECK = Check(
    code="gpu.persistence",
    subject=Subject.GPU,
    kinds={
        "active": Grade.GOOD,
        "display": Grade.GOOD,
        "no_driver": Grade.SKIPPED,
        "no_systemd": Grade.SKIPPED,
        "off": Grade.HINT,
        "failed": Grade.WARNING,
    },
    look=look,
)
