"""Makes sure that the file at a path is our database, whole and of this version, before anybody uses it.

Invariant: a file that we do not understand is never written to and never deleted; it is moved aside with its `-wal` and
`-shm`, or refused. All that changes which file lies at the path happens under a lock on its folder, so that two who
open at once make, migrate or repair it once.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from urllib.parse import quote

from arriero.state.errors import StateLocked, StateTooNew, StateUnwritable
from arriero.state.schema import APPLICATION_ID, MIGRATIONS, TABLES, migrate, version
from arriero.state.values import Repair


class Condition(StrEnum):
    NEW = "new"
    OURS = "ours"
    OLD = "old"
    CORRUPT = "corrupt"
    FOREIGN = "foreign"
    INCOMPLETE = "incomplete"


_SET_ASIDE = (Condition.CORRUPT, Condition.FOREIGN, Condition.INCOMPLETE)


@contextmanager
def connect(path: Path, timeout_s: float, *, create: bool = False) -> Iterator[sqlite3.Connection]:
    """A connection in autocommit mode that waits `timeout_s` for a lock and, unless told to, never makes the file."""
    uri = f"file:{quote(str(path))}?mode={'rwc' if create else 'rw'}"
    with closing(sqlite3.connect(uri, uri=True, timeout=timeout_s, isolation_level=None)) as db:
        db.execute("PRAGMA synchronous = NORMAL")
        yield db


def prepare(path: Path, now: datetime, timeout_s: float) -> list[Repair]:
    """Afterwards the file is ours and current. Returns what was set aside; raises what `errors` declares."""
    _require_writable(path)
    if _diagnose(path, timeout_s)[0] is Condition.OURS:
        return []
    with _folder_lock(path, timeout_s):
        condition, detail = _diagnose(path, timeout_s)
        repairs = [_set_aside(path, condition, detail, now)] if condition in _SET_ASIDE else []
        if condition is not Condition.OURS:
            with connect(path, timeout_s, create=True) as db:
                migrate(db)
        return repairs


def _require_writable(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    for place in (path.parent, path):
        if place.exists() and not os.access(place, os.W_OK):
            raise StateUnwritable(place, "access")


def _diagnose(path: Path, timeout_s: float) -> tuple[Condition, str]:
    """What lies at the path, and the detail that makes us think so. Raises StateTooNew for a newer one of ours."""
    if not path.exists():
        return Condition.NEW, ""
    try:
        with connect(path, timeout_s) as db:
            return _diagnose_open(db, path)
    except sqlite3.DatabaseError as error:
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
            return Condition.CORRUPT, str(error)
        raise


def _diagnose_open(db: sqlite3.Connection, path: Path) -> tuple[Condition, str]:
    owner = int(db.execute("PRAGMA application_id").fetchone()[0])
    tables = {str(row[0]) for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if owner != APPLICATION_ID:
        fresh = owner == 0 and not tables
        return (Condition.NEW, "") if fresh else (Condition.FOREIGN, f"application_id {owner:#x}")
    found = version(db)
    if found > len(MIGRATIONS):
        raise StateTooNew(path, found, len(MIGRATIONS))
    damage = str(db.execute("PRAGMA quick_check(1)").fetchone()[0])
    if damage != "ok":
        return Condition.CORRUPT, damage
    if found < len(MIGRATIONS) or db.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        return Condition.OLD, ""
    missing = sorted(TABLES - tables)
    return (Condition.INCOMPLETE, ", ".join(missing)) if missing else (Condition.OURS, "")


def _set_aside(path: Path, condition: Condition, detail: str, now: datetime) -> Repair:
    """The journal goes first: whoever opens the path in between finds the bad file again, never a new one beside it."""
    target = path.with_name(f"{path.name}.broken-{now:%Y%m%dT%H%M%S}")
    count = 1
    while target.exists():
        count += 1
        target = path.with_name(f"{path.name}.broken-{now:%Y%m%dT%H%M%S}-{count}")
    for suffix in ("-wal", "-shm", ""):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(target.with_name(target.name + suffix))
    return Repair(str(condition), path, target, detail)


@contextmanager
def _folder_lock(path: Path, timeout_s: float) -> Iterator[None]:
    fd = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        deadline = time.monotonic() + timeout_s
        while not _locked(fd):
            if time.monotonic() > deadline:
                raise StateLocked(path, timeout_s)
            time.sleep(0.01)
        yield
    finally:
        os.close(fd)


def _locked(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
