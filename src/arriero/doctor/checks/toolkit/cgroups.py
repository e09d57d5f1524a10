"""Does the toolkit still set up the devices' cgroup? `no-cgroups = true` is for rootless Docker; all read it, and
under a daemon of root's containers get `Failed to initialize NVML: Unknown Error` (nvidia-container-toolkit#85)."""

from __future__ import annotations

import tomllib

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.engine import info
from arriero.doctor.site import Site

SETTINGS = "/etc/nvidia-container-runtime/config.toml"


async def look(site: Site) -> Finding:
    text = site.host.read(SETTINGS)
    if text is None:
        return saw("absent")
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        return saw("not_toml", path=SETTINGS, detail=str(fault))
    section = told.get("nvidia-container-cli")
    off = isinstance(section, dict) and section.get("no-cgroups") is True
    if not off:
        return saw("set_up", path=SETTINGS)
    engine = await site.fact(info) or {}
    rootless = any("rootless" in str(option) for option in engine.get("SecurityOptions") or [])
    return saw("for_rootless" if rootless else "left_out", path=SETTINGS)


CHECK = Check(
    code="toolkit.cgroups",
    subject=Subject.TOOLKIT,
    kinds={
        "set_up": Grade.GOOD,
        "for_rootless": Grade.GOOD,
        "absent": Grade.SKIPPED,
        "left_out": Grade.WARNING,
        "not_toml": Grade.ERROR,
    },
    look=look,
)
