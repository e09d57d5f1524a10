"""What is mounted where (/proc/self/mounts, proc(5)), and on which of these a path lies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from arriero.doctor.site import Site


@dataclass(frozen=True)
class Mount:
    source: str
    point: Path
    kind: str
    options: frozenset[str]


async def mounts(site: Site) -> tuple[Mount, ...]:
    """In the order in which they were made: a later one hides an earlier one of the same place."""
    rows = (line.split() for line in (site.host.read("/proc/self/mounts") or "").splitlines())
    return tuple(Mount(row[0], _path(row[1]), row[2], frozenset(row[3].split(","))) for row in rows if len(row) >= 4)


def mount_of(path: Path, every: tuple[Mount, ...]) -> Mount | None:
    """`path` need not exist; it has no links in it."""
    above = [mount for mount in every if path.is_relative_to(mount.point)]
    return max(reversed(above), key=lambda mount: len(mount.point.parts), default=None)


def _path(written: str) -> Path:
    """Spaces and their like are written in octal: \\040."""
    return Path(re.sub(r"\\([0-7]{3})", lambda m: chr(int(m[1], 8)), written))
