"""Does the containers' volume lead to the models' folder?

It is only a name that the engine keeps for the folder; Compose does not follow when the folder moves, and a folder that
is gone keeps containers from starting: `failed to mount local volume`.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.engine import ask, engine
from arriero.doctor.site import Site
from arriero.runtime.docker.compose_files import VOLUME
from arriero.runtime.docker.container import PROJECT_LABEL


async def look(site: Site) -> Finding:
    found = await site.fact(engine)
    if found is None:
        return saw("no_engine")
    name = f"{site.settings.docker.project}_{VOLUME}"
    told = await ask(found, f"/volumes/{name}")
    if told is None:
        return saw("none")
    bound = (told.get("Options") or {}).get("device", "")
    wanted = site.settings.models_dir.absolute()
    owner = (told.get("Labels") or {}).get(PROJECT_LABEL, site.settings.docker.project)
    if owner != site.settings.docker.project:
        return saw("foreign", volume=name, project=owner)
    if not bound or not await asyncio.to_thread(_same, bound, wanted):
        return saw("elsewhere", volume=name, bound=bound or told.get("Mountpoint", "?"), wanted=str(wanted))
    there = await asyncio.to_thread(wanted.is_dir)
    return saw("right" if there else "gone", volume=name, bound=bound)


def _same(one: str, other: Path) -> bool:
    return Path(one).resolve() == other.resolve()


CHECK = Check(
    code="docker.volume",
    subject=Subject.DOCKER,
    kinds={
        "right": Grade.GOOD,
        "none": Grade.GOOD,
        "no_engine": Grade.SKIPPED,
        "foreign": Grade.WARNING,
        "elsewhere": Grade.WARNING,
        "gone": Grade.ERROR,
    },
    look=look,
)
