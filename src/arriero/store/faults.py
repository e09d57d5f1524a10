"""Turns what the operating system says about the store into the store's own errors."""

from __future__ import annotations

import errno
import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from arriero.core.errors import ArrieroError
from arriero.store.errors import StoreFailed, StoreFull, StorePermission, StoreReadOnly

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FORBIDDEN = (errno.EACCES, errno.EPERM)


@contextmanager
def translated(path: Path, needed_bytes: int = 0) -> Iterator[None]:
    """An OSError inside becomes a StoreReadOnly, StoreFull, StorePermission or StoreFailed about `path`."""
    try:
        yield
    except OSError as error:
        raise _store_error(error, path, needed_bytes) from error


def free_bytes(path: Path) -> int:
    """What this user may still write where `path` is or will be."""
    disk = os.statvfs(_existing(path))
    return disk.f_bavail * disk.f_frsize


def owner_name(path: Path) -> str:
    """Whose `path` is, or the nearest folder above it that exists."""
    uid = _existing(path).stat().st_uid
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:  # a container's user that this system does not know
        return str(uid)


def _store_error(error: OSError, path: Path, needed_bytes: int) -> ArrieroError:
    where = Path(error.filename) if isinstance(error.filename, str) else path
    if error.errno == errno.EROFS:
        return StoreReadOnly(path)
    if error.errno in _FULL:
        return StoreFull(path, needed_bytes, free_bytes(path))
    if error.errno in _FORBIDDEN:
        blocking = _blocking(where)
        return StorePermission(blocking, owner_name(blocking))
    return StoreFailed(where, error.strerror or str(error))


def _blocking(path: Path) -> Path:
    """The folder or file on the way to `path` that this user may not use."""
    for step in (*reversed(path.parents), path):
        if not os.access(step, os.F_OK):
            return step.parent
    return path.parent if os.access(path, os.R_OK) else path


def _existing(path: Path) -> Path:
    while not os.access(path, os.F_OK) and path != path.parent:
        path = path.parent
    return path
