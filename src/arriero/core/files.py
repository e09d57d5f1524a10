"""Files that are whole or not there, and the lock that mutating commands take.

Invariant: nothing is ever written in place. A reader, also one in another program, sees the old bytes or the new ones.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from arriero.core.errors import BusyError


class CommandRunning(BusyError):
    """Another Arriero command holds the lock: who, since when (RFC 3339), doing what."""

    code = "busy.command"
    pid: int
    command: str
    since: str


def write_atomic(path: Path, data: bytes, *, mode: int = 0o644, aside: Path | None = None) -> None:
    """Writes beside (or in the folder `aside`, same filesystem), syncs, renames. Raises OSError; leaves no litter."""
    folder = aside or path.parent
    temporary = folder / f".{path.name}.{secrets.token_hex(4)}.tmp"
    try:
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(fd, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def command_lock(path: Path, command: str, since: str) -> Iterator[None]:
    """One mutating command at a time. The kernel frees the lock when its holder dies, however it dies.

    Raises CommandRunning at once when another holds it; reading who it is never waits.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _holder(path) from None
        os.ftruncate(fd, 0)
        os.pwrite(fd, json.dumps({"pid": os.getpid(), "command": command, "since": since}).encode(), 0)
        yield
        os.ftruncate(fd, 0)
    finally:
        os.close(fd)


def _holder(path: Path) -> CommandRunning:
    try:
        record = json.loads(path.read_text())
        return CommandRunning(int(record["pid"]), str(record["command"]), str(record["since"]))
    except (OSError, ValueError, KeyError, TypeError):
        return CommandRunning(0, "?", "?")  # it holds the lock but has not written its name yet
