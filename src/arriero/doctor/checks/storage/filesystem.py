"""Is the models' folder on a filesystem that can carry models: big files, with holes, renamed in one step, locked?"""

from __future__ import annotations

import asyncio

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.mounts import mount_of, mounts
from arriero.doctor.site import Site

_NETWORK = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "glusterfs", "afs", "fuse.sshfs", "fuse.rclone")
_SMALL = ("vfat", "msdos")  # no file above 4 GiB
_ODD = ("exfat", "ntfs", "ntfs3", "fuseblk", "hfsplus")  # no holes, or no owners
_MEMORY = ("tmpfs", "ramfs")


async def look(site: Site) -> Finding:
    path = site.settings.models_dir
    mount = mount_of(await asyncio.to_thread(path.resolve), await site.fact(mounts))
    if mount is None:
        return saw("untold", path=str(path))
    return saw(_kind(mount.kind), path=str(path), filesystem=mount.kind, point=str(mount.point))


def _kind(filesystem: str) -> str:
    if filesystem in _NETWORK:
        return "network"
    if filesystem in _SMALL:
        return "small_files"
    if filesystem in _MEMORY:
        return "memory"
    return "odd" if filesystem in _ODD or filesystem.startswith("fuse") else "local"


CHECK = Check(
    code="storage.filesystem",
    subject=Subject.STORAGE,
    kinds={
        "local": Grade.GOOD,
        "untold": Grade.SKIPPED,
        "odd": Grade.HINT,
        "network": Grade.WARNING,
        "memory": Grade.WARNING,
        "small_files": Grade.ERROR,
    },
    look=look,
)
