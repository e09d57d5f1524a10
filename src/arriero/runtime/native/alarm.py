"""Wakes who waits when a file of a folder changes or a process ends, without looking at either in the meantime.

Foreign facts: inotify(7) tells of renames and removals in a folder; a pidfd is readable once its process has ended
(pidfd_open(2)).
"""

from __future__ import annotations

import asyncio
import ctypes
import os
from collections.abc import Iterable
from pathlib import Path

from arriero.runtime import proc
from arriero.runtime.proc import Process

_LIBC = ctypes.CDLL(None, use_errno=True)
_FLAGS = os.O_NONBLOCK | os.O_CLOEXEC  # IN_NONBLOCK and IN_CLOEXEC are the same numbers
_IN_MOVED_TO, _IN_DELETE, _IN_DELETE_SELF, _IN_MOVE_SELF = 0x80, 0x200, 0x400, 0x800


class Alarm:
    """One folder and the processes that were named last. Used inside one event loop, and closed there."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()
        self._held: dict[Process, int] = {}
        self._inotify = _checked(_LIBC.inotify_init1(_FLAGS), "inotify_init1")
        asyncio.get_running_loop().add_reader(self._inotify, self._on_folder)

    def set(self, folder: Path, processes: Iterable[Process]) -> None:
        """Rings from now on for these; a folder that was removed and made again counts as another. Raises OSError."""
        mask = _IN_MOVED_TO | _IN_DELETE | _IN_DELETE_SELF | _IN_MOVE_SELF
        _checked(_LIBC.inotify_add_watch(self._inotify, os.fsencode(folder), mask), str(folder))
        wanted = set(processes)
        for process in self._held.keys() - wanted:
            self._let_go(process)
        for process in wanted - self._held.keys():
            self._hold(process)

    async def ring(self) -> None:
        """Returns at the next ring, or at once for one that nobody has waited for."""
        await self._rung.wait()
        self._rung.clear()

    def close(self) -> None:
        for process in [*self._held]:
            self._let_go(process)
        asyncio.get_running_loop().remove_reader(self._inotify)
        os.close(self._inotify)

    def _hold(self, process: Process) -> None:
        fd = proc.hold(process)
        if fd is None:
            self._rung.set()  # it ended before we could watch it
            return
        self._held[process] = fd
        asyncio.get_running_loop().add_reader(fd, self._on_end, process)

    def _let_go(self, process: Process) -> None:
        fd = self._held.pop(process)
        asyncio.get_running_loop().remove_reader(fd)
        os.close(fd)

    def _on_folder(self) -> None:
        os.read(self._inotify, 65536)
        self._rung.set()

    def _on_end(self, process: Process) -> None:
        self._let_go(process)
        self._rung.set()


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)
    return result
