"""Ending processes that were found to be ours, and being sure that they are gone.

Invariant: every signal goes through a pidfd opened before the first of them; a number that was given to another process
in the meantime is never hit.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from arriero.runtime import proc
from arriero.runtime.proc import Process

_KILL_LIMIT_S = 2.0


async def end(family: Iterable[Process], patience_s: float) -> tuple[Process, ...]:
    """Tells the first of the family to end, waits for all, kills who is left. Returns who is there even then.

    The first is the supervisor, who ends its own engine in order; the rest follow it.
    """
    with _holding(family) as held:
        for fd in list(held.values())[:1]:
            _send(fd, signal.SIGTERM)
        return await _outlast(held, patience_s)


async def outlast(processes: Iterable[Process], patience_s: float) -> tuple[Process, ...]:
    """Waits for them to end by themselves, kills who has not by then. Returns who is there even then."""
    with _holding(processes) as held:
        return await _outlast(held, patience_s)


async def _outlast(held: dict[Process, int], patience_s: float) -> tuple[Process, ...]:
    left = await _who_stays(held, patience_s)
    for process in left:
        _send(held[process], signal.SIGKILL)
    return tuple(await _who_stays({process: held[process] for process in left}, _KILL_LIMIT_S))


@contextmanager
def _holding(processes: Iterable[Process]) -> Iterator[dict[Process, int]]:
    held = {process: fd for process in processes if (fd := proc.hold(process)) is not None}
    try:
        yield held
    finally:
        for fd in held.values():
            os.close(fd)


def _send(pidfd: int, number: signal.Signals) -> None:
    try:
        signal.pidfd_send_signal(pidfd, number)
    except ProcessLookupError:
        return  # it was faster


async def _who_stays(held: dict[Process, int], limit_s: float) -> list[Process]:
    """Waits until all are gone or the time is up. A pidfd is readable once its process has ended (pidfd_open(2))."""
    waiting = {asyncio.create_task(_gone(fd)): process for process, fd in held.items()}
    if not waiting:
        return []
    try:
        _, pending = await asyncio.wait([*waiting], timeout=limit_s)
        return [waiting[task] for task in pending]
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def _gone(pidfd: int) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_reader(pidfd, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(pidfd)
