"""What can be wrong with the state database, and how SQLite's own errors are told in those terms."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from arriero.core.errors import BusyError, EnvironmentFault, OperationFailed


class StateTooNew(EnvironmentFault):
    """A newer Arriero wrote the file; it is not touched."""

    code = "state.too_new"
    path: Path
    version: int
    known: int


class StateLocked(BusyError):
    """Another program held the file for longer than `timeout_s`."""

    code = "state.locked"
    path: Path
    timeout_s: float


class StateUnwritable(EnvironmentFault):
    """The file or its folder cannot be written: rights, a read-only or full disk. `detail`: the system's word."""

    code = "state.unwritable"
    path: Path
    detail: str


class StateDamaged(OperationFailed):
    """The file went bad while it was in use; the next `State.open` sets it aside."""

    code = "state.damaged"
    path: Path
    detail: str


_LOCKED = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL")
_UNWRITABLE = ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_PERM")
_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


@contextmanager
def in_our_words(path: Path, timeout_s: float) -> Iterator[None]:
    """Turns SQLite's result codes (sqlite.org/rescode.html) into the errors above; what is none of them is a defect."""
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith(_LOCKED):
            raise StateLocked(path, timeout_s) from error
        if name.startswith(_UNWRITABLE):
            raise StateUnwritable(path, name) from error
        if name.startswith(_DAMAGED):
            raise StateDamaged(path, name) from error
        raise
    except OSError as error:
        raise StateUnwritable(path, error.strerror or type(error).__name__) from error
