"""Are our files the user's? A run with sudo leaves some of root's, which the user can neither change nor delete."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from arriero.core.paths import places
from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.site import Site

_MOST = 5_000


async def look(site: Site) -> Finding:
    if site.host.uid == 0:
        return saw("root")
    foreign = await asyncio.to_thread(_foreign, own_places(site), site.host.uid)
    return saw("foreign" if foreign else "own", paths=tuple(map(str, foreign)))


def own_places(site: Site) -> tuple[Path, ...]:
    """What we write besides models: those have a check of their own."""
    settings = site.settings
    database = settings.database
    beside = [database.with_name(database.name + suffix) for suffix in ("", "-wal", "-shm")]
    return (*beside, settings.state_dir, settings.run_dir, places(site.host.environ).config)


def _foreign(tops: tuple[Path, ...], uid: int) -> list[Path]:
    """The uppermost ones that are not this user's."""
    return [path for top in tops for path in islice(_walk(top, uid), _MOST)]


def _walk(path: Path, uid: int) -> Iterator[Path]:
    try:
        if path.lstat().st_uid != uid:
            yield path
        elif path.is_dir() and not path.is_symlink():
            for entry in os.scandir(path):
                yield from _walk(Path(entry.path), uid)
    except OSError:
        return  # gone meanwhile, or never there


CHECK = Check(
    code="arriero.owners",
    subject=Subject.ARRIERO,
    kinds={"own": Grade.GOOD, "root": Grade.SKIPPED, "foreign": Grade.ERROR},
    look=look,
)
