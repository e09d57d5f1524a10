"""Room on the disk, and what the operating system says about files, as this room's errors."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from arriero.core.errors import ArrieroError
from arriero.registry.errors import DiskFull, FolderRefused

NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


def free_bytes(folder: Path) -> int:
    """What this user may still write there. Raises OSError."""
    room = os.statvfs(folder)
    return room.f_bavail * room.f_frsize


def require_room(folder: Path, needed_bytes: int) -> None:
    """Raises DiskFull. FolderRefused when the folder cannot even be asked."""
    with disk_errors(folder, needed_bytes):
        free = free_bytes(folder)
    if needed_bytes > free:
        raise DiskFull(folder, needed_bytes, free)


def disk_fault(path: Path, error: OSError, needed_bytes: int) -> ArrieroError:
    folder = path if path.is_dir() else path.parent
    if error.errno in NO_SPACE:
        return DiskFull(folder, needed_bytes, free_bytes(folder))
    return FolderRefused(
        Path(error.filename) if isinstance(error.filename, str) else path, error.strerror or str(error)
    )


@contextmanager
def disk_errors(path: Path, needed_bytes: int) -> Iterator[None]:
    """OSErrors of the block as DiskFull or FolderRefused about `path`."""
    try:
        yield
    except OSError as error:
        raise disk_fault(path, error, needed_bytes) from error
