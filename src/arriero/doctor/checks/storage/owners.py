"""Are the files in the models' folder this user's? Containers write as root, and root's files a user cannot remove."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.account import account
from arriero.doctor.owning import owner
from arriero.doctor.site import Site


async def look(site: Site) -> Finding:
    who, root = await site.fact(account), site.settings.models_dir
    if who is None or who.uid == 0 or not site.settings.models_dir.is_dir():
        return saw("unneeded")
    foreign = await asyncio.to_thread(lambda: [path for path in _every(root) if _is_foreign(path, who.uid)])
    if not foreign:
        return saw("own", path=str(root))
    return saw("foreign", path=str(root), count=len(foreign), owner=owner(foreign[0]), user=who.name)


def _every(root: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(root):
        yield from (Path(folder) / name for name in (*folders, *files))


def _is_foreign(path: Path, uid: int) -> bool:
    try:
        return path.lstat().st_uid != uid
    except FileNotFoundError:
        return False  # gone while we looked


CHECK = Check(
    code="storage.owners",
    subject=Subject.STORAGE,
    kinds={"own": Grade.GOOD, "unneeded": Grade.SKIPPED, "foreign": Grade.WARNING},
    look=look,
)
