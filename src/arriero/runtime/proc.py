"""What the kernel says about processes and their sockets, read from /proc (proc(5)).

Invariant: a pid is only a number. A `Process` is a pid with its start time, and nothing is signalled but through
`hold`, whose file descriptor stands for that one process whatever becomes of the number. Standard library only, and
little of it: supervisors import this and must stay small.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from arriero.runtime.listening import listening

_PROC = Path("/proc")


class Process(NamedTuple):
    """One process: `start_ticks` is its start in clock ticks since boot (field 22 of stat)."""

    pid: int
    start_ticks: int


class Facts(NamedTuple):
    """A living process as seen at one moment."""

    process: Process
    parent: int
    command: tuple[str, ...]


def facts(pid: int) -> Facts | None:
    """None when there is no such process, or only its zombie."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text(errors="replace")
        command = (_PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return None
    state, parent, *rest = stat.rpartition(")")[2].split()  # the name before it may hold spaces and parentheses
    if state in "ZX":
        return None
    words = command.decode(errors="surrogateescape").split("\0")[:-1]
    return Facts(Process(pid, int(rest[17])), int(parent), tuple(words))


def alive(process: Process) -> bool:
    seen = facts(process.pid)
    return seen is not None and seen.process == process


def own_processes() -> dict[int, Facts]:
    """Every living process of this user, by pid."""
    return {seen.process.pid: seen for seen in map(facts, _pids(of_uid=os.getuid())) if seen}


def descendants(pid: int, table: dict[int, Facts]) -> Iterator[Process]:
    for seen in table.values():
        if seen.parent == pid:
            yield seen.process
            yield from descendants(seen.process.pid, table)


def environment(pid: int) -> dict[str, str]:
    """The environment that the process was started with; empty when it is gone or not ours to read."""
    try:
        content = (_PROC / str(pid) / "environ").read_bytes().decode(errors="surrogateescape")
    except OSError:
        return {}
    return dict(entry.split("=", 1) for entry in content.split("\0") if "=" in entry)


def hold(process: Process) -> int | None:
    """A pidfd of exactly this process, or None when it is gone. The caller closes it."""
    try:
        fd = os.pidfd_open(process.pid)
    except ProcessLookupError:
        return None
    if alive(process):
        return fd
    os.close(fd)
    return None


def memory_bytes(processes: Iterable[Process]) -> int:
    """What they hold together: pages shared among them count once (PSS; RSS where the kernel does not tell it)."""
    return sum(_memory_kib(process.pid) for process in processes) * 1024


def _memory_kib(pid: int) -> int:
    for name, key in (("smaps_rollup", "Pss:"), ("status", "VmRSS:")):
        try:
            lines = (_PROC / str(pid) / name).read_text(errors="replace").splitlines()
        except OSError:
            continue
        for line in lines:
            if line.startswith(key):
                return int(line.split()[1])
    return 0


def cpu_s(processes: Iterable[Process]) -> float:
    """Processor seconds that they have used together since they started, in user and in kernel mode."""
    return sum(_cpu_ticks(process.pid) for process in processes) / os.sysconf("SC_CLK_TCK")


def _cpu_ticks(pid: int) -> int:
    try:
        words = (_PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return 0  # it ended while we looked
    return int(words[11]) + int(words[12])  # fields 14 and 15: utime and stime


def started_at_s(process: Process) -> float:
    """Seconds since the epoch."""
    line = next(line for line in (_PROC / "stat").read_text().splitlines() if line.startswith("btime "))
    return int(line.split()[1]) + process.start_ticks / os.sysconf("SC_CLK_TCK")


def listeners(port: int) -> set[int]:
    """Inodes of the sockets that listen on this TCP port."""
    return listening().get(port, set())


def sockets(pid: int) -> set[int]:
    """Inodes of the sockets that a process has open; empty when it is gone or not ours to look into."""
    inodes = set()
    try:
        for entry in os.scandir(_PROC / str(pid) / "fd"):
            target = str(Path(entry.path).readlink())
            if target.startswith("socket:["):
                inodes.add(int(target[8:-1]))
    except OSError:
        return inodes
    return inodes


def listens(pid: int, port: int) -> bool:
    return not sockets(pid).isdisjoint(listeners(port))


def _pids(of_uid: int | None = None) -> Iterator[int]:
    for entry in os.scandir(_PROC):
        try:
            if entry.name.isdigit() and (of_uid is None or entry.stat().st_uid == of_uid):
                yield int(entry.name)
        except OSError:
            continue  # it ended while we looked


def every_pid() -> Iterator[int]:
    return _pids()
