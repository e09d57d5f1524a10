"""May programs be run where Arriero lies and where it unpacks things? A home that is mounted `noexec` has no engine."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from arriero.core.paths import PROJECT_ROOT
from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.mounts import mount_of, mounts
from arriero.doctor.site import Site


async def look(site: Site) -> Finding:
    every = await site.fact(mounts)
    for kind, place in (("barred", PROJECT_ROOT), ("tmp_barred", Path(tempfile.gettempdir()))):
        mount = mount_of(await asyncio.to_thread(place.resolve), every)
        if mount and "noexec" in mount.options:
            return saw(kind, path=str(place), point=str(mount.point))
    return saw("allowed")


CHECK = Check(
    code="storage.execution",
    subject=Subject.STORAGE,
    kinds={"allowed": Grade.GOOD, "tmp_barred": Grade.HINT, "barred": Grade.ERROR},
    look=look,
)
