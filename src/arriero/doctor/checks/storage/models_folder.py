"""Is the models' folder there, a folder, and this user's to write in?"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.owning import owner
from arriero.doctor.site import Site


async def look(site: Site) -> Finding:
    return await asyncio.to_thread(_judge, site.settings.models_dir)


def _judge(path: Path) -> Finding:
    if path.is_symlink() and not path.exists():
        return saw("dangling", path=str(path), target=str(path.readlink()))
    if not path.exists():
        return saw("absent", path=str(path))
    if not path.is_dir():
        return saw("not_a_folder", path=str(path))
    for folder in (path, path / "blobs", path / "manifests"):
        if folder.is_dir() and os.statvfs(folder).f_flag & os.ST_RDONLY:
            return saw("read_only", path=str(folder))
        if folder.is_dir() and not os.access(folder, os.W_OK | os.X_OK, effective_ids=True):
            return saw("closed", path=str(path), folder=str(folder), owner=owner(folder))
    return saw("right", path=str(path))


CHECK = Check(
    code="storage.models_folder",
    subject=Subject.STORAGE,
    kinds={
        "right": Grade.GOOD,
        "absent": Grade.HINT,
        "dangling": Grade.ERROR,
        "not_a_folder": Grade.ERROR,
        "read_only": Grade.ERROR,
        "closed": Grade.ERROR,
    },
    look=look,
)
