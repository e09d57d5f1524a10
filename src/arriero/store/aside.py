"""Files on their way into the store: written aside in its root, owned by the process that holds their lock.

Invariant: nothing of ours is ever under `manifests/` or `blobs/` before it is whole. Ollama never looks at other files
in the root of its store (seen on 0.33), while it lists any file below `manifests/` and prunes strangers in `blobs/`.
A writer holds an exclusive `flock` on its aside file. The kernel drops the lock however the writer dies, so who can
take the lock knows that nobody owns the file any more, and clears it. No age, no pid, no time-out is asked.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

PREFIX = ".arriero-aside-"
_LOCK = ".arriero-lock"
_TRANSFER = ".arriero-transfer"


@dataclass(frozen=True)
class Aside:
    """A file or folder of ours. While `fd` is open, here or in a child that inherited it, nobody clears it."""

    path: Path
    fd: int


@contextmanager
def aside_file(root: Path) -> Iterator[Aside]:
    """A new empty file in `root`, `fd` open for writing; removed at the end unless it was renamed. Raises OSError."""
    with _owned(root, _create_file) as aside:
        yield aside


@contextmanager
def aside_folder(root: Path) -> Iterator[Aside]:
    """A new empty folder in `root`, removed with all that is in it at the end. Raises OSError."""
    with _owned(root, _create_folder) as aside:
        yield aside


def clear_abandoned(root: Path) -> list[Path]:
    """Removes and returns what dead owners left. What lives stays, and what is another user's."""
    return [path for path in sorted(root.glob(f"{PREFIX}*")) if _clear_if_abandoned(path)]


@contextmanager
def store_lock(root: Path) -> Iterator[None]:
    """Held for the moment in which a manifest and the blobs it names must agree; waits for whoever holds it."""
    fd = os.open(root / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


@contextmanager
def transfer_lock(root: Path, *, alone: bool = False) -> Iterator[bool]:
    """Held while blobs may be there that no manifest names yet; `alone` by who removes such blobs.

    Gives False where `alone` was asked for and a transfer is under way.
    """
    fd = os.open(root / _TRANSFER, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        if alone:
            yield _locked(fd)
        else:
            fcntl.flock(fd, fcntl.LOCK_SH)
            yield True
    finally:
        os.close(fd)


@contextmanager
def _owned(root: Path, create: Callable[[Path], int]) -> Iterator[Aside]:
    clear_abandoned(root)
    aside = _claim(root, create)
    try:
        yield aside
    finally:
        with suppress(FileNotFoundError):  # it was renamed into its place
            _remove(aside.path)
        os.close(aside.fd)


def _claim(root: Path, create: Callable[[Path], int]) -> Aside:
    """Creates and locks. In between another process may take it for abandoned and clear it: then once more."""
    while True:
        path = root / f"{PREFIX}{secrets.token_hex(8)}"
        try:
            fd = create(path)
        except FileNotFoundError:
            if not root.is_dir():
                raise
            continue
        if _locked(fd) and path.exists():
            return Aside(path, fd)
        os.close(fd)


def _clear_if_abandoned(path: Path) -> bool:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False  # gone by now, or another user's: not ours to clear
    try:
        if not _locked(fd):
            return False
        _remove(path)
    except (FileNotFoundError, PermissionError):
        return False
    finally:
        os.close(fd)
    return True


def _locked(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _create_file(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)


def _create_folder(path: Path) -> int:
    path.mkdir(0o700)
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
