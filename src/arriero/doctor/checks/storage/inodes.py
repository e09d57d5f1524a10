"""May more files be made where models and state lie? A disk may have room and no numbers for files left."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.site import Site

_FEW = 5000


async def look(site: Site) -> Finding:
    places = (site.settings.models_dir, site.settings.state_dir, site.settings.database.parent)
    counted = await asyncio.to_thread(lambda: [(_left(path), path) for path in places])
    told = [(left, path) for left, path in counted if left is not None]
    if not told:
        return saw("uncounted")
    left, path = min(told)
    return saw("few" if left < _FEW else "enough", path=str(path), left=left)


def _left(path: Path) -> int | None:
    """None on filesystems that have no fixed number of them (btrfs)."""
    there = next(folder for folder in (path, *path.absolute().parents) if folder.exists())
    seen = os.statvfs(there)
    return seen.f_favail if seen.f_files else None


CHECK = Check(
    code="storage.inodes",
    subject=Subject.STORAGE,
    kinds={"enough": Grade.GOOD, "uncounted": Grade.SKIPPED, "few": Grade.WARNING},
    look=look,
)
