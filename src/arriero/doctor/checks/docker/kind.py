"""Which Docker is it: the engine's own packages, or one that cannot hand out a graphics card (snap, Desktop)?

Foreign facts: the snap is confined to the home folder and lacks NVIDIA's hooks (nvidia-docker, canonical/docker-snap);
Docker Desktop for Linux runs in a virtual machine without GPU (docker/docs, desktop/features/gpu.md).
"""

from __future__ import annotations

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.engine import info
from arriero.doctor.site import Site


async def look(site: Site) -> Finding:
    program = site.host.which("docker")
    if program is None:
        return saw("not_installed")
    if program.is_relative_to("/snap") or "snap" in program.resolve().name or program.resolve().is_relative_to("/snap"):
        return saw("snap", path=str(program))
    told = await site.fact(info)
    if told is None:
        return saw("untold")
    if told.get("OperatingSystem") == "Docker Desktop":
        return saw("desktop", version=told.get("ServerVersion", "?"))
    if any("rootless" in str(option) for option in told.get("SecurityOptions") or []):
        return saw("rootless")
    return saw("engine", version=told.get("ServerVersion", "?"), system=told.get("OperatingSystem", "?"))


CHECK = Check(
    code="docker.kind",
    subject=Subject.DOCKER,
    kinds={
        "engine": Grade.GOOD,
        "not_installed": Grade.SKIPPED,
        "untold": Grade.SKIPPED,
        "rootless": Grade.HINT,
        "desktop": Grade.WARNING,
        "snap": Grade.WARNING,
    },
    look=look,
)
