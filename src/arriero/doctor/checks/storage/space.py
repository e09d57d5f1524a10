"""Is there room in every place that Arriero writes to?"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.site import Site
from arriero.hardware.machine import DiskSnapshot, look_at_machine

MODELS_TIGHT_BYTES, MODELS_FULL_BYTES = 10 << 30, 1 << 30
OTHER_TIGHT_BYTES, OTHER_FULL_BYTES = 500 << 20, 50 << 20


async def look(site: Site) -> Finding:
    settings = site.settings
    places = {"models": settings.models_dir, "database": settings.database, "state": settings.state_dir}
    places |= {"run": settings.run_dir, "tmp": Path(site.host.environ.get("TMPDIR") or tempfile.gettempdir())}
    machine = await asyncio.to_thread(look_at_machine, places)
    ranked = [(_rank(disk), disk) for disk in machine.disks]
    rank, worst = max(ranked, key=lambda pair: pair[0])
    kind = ("roomy", "tight", "full")[rank]
    return saw(kind, place=worst.place, path=str(worst.path), free_bytes=worst.free_bytes)


def _rank(disk: DiskSnapshot) -> int:
    models = disk.place == "models"
    if disk.free_bytes < (MODELS_FULL_BYTES if models else OTHER_FULL_BYTES):
        return 2
    return int(disk.free_bytes < (MODELS_TIGHT_BYTES if models else OTHER_TIGHT_BYTES))


CHECK = Check(
    code="storage.space",
    subject=Subject.STORAGE,
    kinds={"roomy": Grade.GOOD, "tight": Grade.WARNING, "full": Grade.ERROR},
    look=look,
)
