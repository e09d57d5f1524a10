"""The folder of locks and records: this user's alone, or not used at all (it may lie below /tmp)."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from arriero.core.clock import Clock, iso
from arriero.core.files import command_lock
from arriero.runtime.errors import RunDirUnsafe


def require_safe(path: Path) -> None:
    """Makes the folder (0700) if it is not there. Raises RunDirUnsafe when others may write in it or steer it."""
    try:
        if not path.is_symlink():
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        seen = path.lstat()
    except OSError as error:
        raise RunDirUnsafe(path, error.strerror or type(error).__name__) from error
    if stat.S_ISLNK(seen.st_mode):
        raise RunDirUnsafe(path, "symlink")
    if seen.st_uid != os.getuid():
        raise RunDirUnsafe(path, f"uid {seen.st_uid}")
    if seen.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise RunDirUnsafe(path, f"mode {stat.S_IMODE(seen.st_mode):04o}")


@contextmanager
def only_one(run_dir: Path, slot: str, verb: str, clock: Clock) -> Iterator[None]:
    """One at a time starts or ends a slot's service, whatever the backend. Raises CommandRunning, RunDirUnsafe."""
    require_safe(run_dir)
    with command_lock(run_dir / f"{slot}.busy", f"{verb} {slot}", iso(clock.now())):
        yield
