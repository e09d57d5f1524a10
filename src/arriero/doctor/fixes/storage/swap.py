"""Makes a file for swap, of eight GiB, that is there after a reboot too."""

from __future__ import annotations

import shutil
from pathlib import Path

from arriero.doctor.changes import Command, FileWritten
from arriero.doctor.check import Finding
from arriero.doctor.checks.storage.swap import CHECK
from arriero.doctor.facts.mounts import mount_of, mounts
from arriero.doctor.fix import CannotFix, Fix, FixPlan
from arriero.doctor.site import Site

_FILE, _TABLE = "/swap.img", Path("/etc/fstab")
_BYTES, _SPARE_BYTES = 8 << 30, 12 << 30
_ABLE = ("ext4", "xfs")  # elsewhere a file for swap takes further steps, or cannot be (swapon(8))


async def plan(site: Site, _finding: Finding) -> FixPlan | CannotFix:
    if site.host.exists(_FILE):
        return CannotFix("there", (("path", _FILE),))
    root = mount_of(Path("/"), await site.fact(mounts))
    if root is None or root.kind not in _ABLE:
        return CannotFix("filesystem", (("filesystem", root.kind if root else "?"),))
    if shutil.disk_usage(site.host.root).free < _BYTES + _SPARE_BYTES:
        return CannotFix("no_room", (("needed_bytes", _BYTES + _SPARE_BYTES),))
    before = site.host.read(_TABLE) or ""
    table = FileWritten(_TABLE, f"{before.rstrip()}\n{_FILE} none swap sw 0 0\n".lstrip(), root=True)
    off = (FileWritten(_TABLE, before, root=True), _root("swapoff", _FILE), _root("rm", _FILE))
    return FixPlan((*_made(), table), off)


def _made() -> tuple[Command, ...]:
    size = ("fallocate", "--length", str(_BYTES), _FILE)
    return (_root(*size), _root("chmod", "0600", _FILE), _root("mkswap", _FILE), _root("swapon", _FILE))


def _root(*argv: str) -> Command:
    return Command(argv, root=True, limit_s=120)


FIX = Fix(CHECK.code, frozenset({"none"}), plan, frozenset({"there", "filesystem", "no_room"}))
