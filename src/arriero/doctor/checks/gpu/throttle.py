"""Is the card held back by heat or power? nvidia-smi tells it as a mask (NVML, nvmlClocksEventReasons)."""

from __future__ import annotations

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.driver import card, driver
from arriero.doctor.site import Site

_POWER = 0x80  # HwPowerBrakeSlowdown: the power supply asks for it
_HEAT = 0x20 | 0x40 | 0x8  # SwThermalSlowdown, HwThermalSlowdown, HwSlowdown
_QUERIES = ("clocks_event_reasons.active", "clocks_throttle_reasons.active")  # since 535, and before


async def look(site: Site) -> Finding:
    if not (await site.fact(driver)).loaded:
        return saw("no_driver")
    mask = await _mask(site)
    if mask is None:
        return saw("untold")
    seen = await site.fact(card)
    kind = "power" if mask & _POWER else "heat" if mask & _HEAT else "none"
    return saw(kind, temperature_c=seen.temperature_c)


async def _mask(site: Site) -> int | None:
    for query in _QUERIES:
        ran = await site.host.ask("nvidia-smi", f"--query-gpu={query}", "--format=csv,noheader")
        told = ran.out.split()[0] if ran and ran.ok and ran.out.split() else ""
        if told.startswith("0x"):
            return int(told, 16)
    return None


CHECK = Check(
    code="gpu.throttle",
    subject=Subject.GPU,
    kinds={
        "none": Grade.GOOD,
        "no_driver": Grade.SKIPPED,
        "untold": Grade.SKIPPED,
        "heat": Grade.WARNING,
        "power": Grade.WARNING,
    },
    look=look,
)
