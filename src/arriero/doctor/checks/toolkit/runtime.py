"""Does the daemon's settings file name a runtime that is not there? Ours needs none: Compose asks for the device.

`unknown or invalid runtime name: nvidia`: it is asked for as the default and not registered.
"""

from __future__ import annotations

from pathlib import Path

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.daemon_json import daemon_json
from arriero.doctor.site import Site


async def look(site: Site) -> Finding:
    there = await site.fact(daemon_json)
    settings = there.settings or {}
    runtimes = settings.get("runtimes")
    registered = runtimes.get("nvidia") if isinstance(runtimes, dict) else None
    if settings.get("default-runtime") == "nvidia" and registered is None:
        return saw("default_unknown", path=str(there.path))
    if not isinstance(registered, dict):
        return saw("unused")
    program = str(registered.get("path", ""))
    found = site.host.exists(program) if Path(program).is_absolute() else site.host.which(program) is not None
    return saw("registered" if found else "program_missing", path=str(there.path), program=program)


CHECK = Check(
    code="toolkit.runtime",
    subject=Subject.TOOLKIT,
    kinds={
        "registered": Grade.GOOD,
        "unused": Grade.SKIPPED,
        "program_missing": Grade.ERROR,
        "default_unknown": Grade.ERROR,
    },
    look=look,
)
