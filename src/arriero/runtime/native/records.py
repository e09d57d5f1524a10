"""What a supervisor tells about itself in RUN/SLOT.json, and the lock RUN/SLOT.lock that it holds for all its life.

Invariant: a record is only believed for a supervisor that was found alive and is the one named in it, or when it is the
last word of one that gave up. No process is ever found, let alone signalled, because a record names its pid.
"""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import NamedTuple

from arriero.runtime.proc import Process

STARTING = "starting"
SERVING = "serving"
WAITING = "waiting"
GAVE_UP = "gave_up"


class Record(NamedTuple):
    """`restarts` counts the tries after the first; `last_exit` is how the last engine ended: "SIGKILL", "exit 3"."""

    supervisor: Process
    engine: Process | None
    phase: str
    restarts: int
    last_exit: str | None


def record_path(run_dir: Path, slot: str) -> Path:
    return run_dir / f"{slot}.json"


def lock_path(run_dir: Path, slot: str) -> Path:
    return run_dir / f"{slot}.lock"


def write_record(run_dir: Path, slot: str, record: Record) -> None:
    """Aside and renamed. The folder is made again if someone cleared it away: it may lie below /tmp."""
    run_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = record_path(run_dir, slot)
    aside = path.with_suffix(f".{record.supervisor.pid}.tmp")
    aside.write_text(json.dumps(record._asdict()))
    aside.replace(path)


def read_record(run_dir: Path, slot: str) -> Record | None:
    """None when there is none, or none that makes sense."""
    try:
        given = json.loads(record_path(run_dir, slot).read_bytes())
        engine = Process(*map(int, given["engine"])) if given["engine"] else None
        supervisor = Process(*map(int, given["supervisor"]))
        last_exit = None if given["last_exit"] is None else str(given["last_exit"])
        return Record(supervisor, engine, str(given["phase"]), int(given["restarts"]), last_exit)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remove_record(run_dir: Path, slot: str) -> None:
    record_path(run_dir, slot).unlink(missing_ok=True)


def take_lock(run_dir: Path, slot: str) -> int | None:
    """An open descriptor that holds the slot's lock until it is closed, or None when another supervisor has it.

    The kernel frees it when the holder dies, however it dies. The file stays: without it two could hold "the" lock. The
    folder is made where it is missing: after a reboot nobody has been here before.
    """
    run_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    fd = os.open(lock_path(run_dir, slot), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(fd)
        return None
    return fd


def say_ready(run_dir: Path, slot: str) -> None:
    """For a process that listens nowhere: from here on it serves. Its supervisor looks for that word."""
    _ready_path(run_dir, slot).write_text(str(os.getpid()))


def says_ready(run_dir: Path, slot: str, pid: int) -> bool:
    try:
        return _ready_path(run_dir, slot).read_text() == str(pid)
    except OSError:
        return False


def _ready_path(run_dir: Path, slot: str) -> Path:
    return run_dir / f"{slot}.ready"
