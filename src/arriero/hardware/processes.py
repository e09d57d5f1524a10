"""Who is behind a pid that holds memory of a card: name, command, container, resident memory (proc(5), cgroups(7))."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

_PROC = Path("/proc")
_CONTAINER = re.compile(rb"docker[-/]([0-9a-f]{12})[0-9a-f]{52}")


def name_of(pid: int) -> str:
    """The program's name; empty when it is gone or hidden."""
    return _read(pid, "comm").decode(errors="replace").strip()


def command_of(pid: int) -> str:
    return _read(pid, "cmdline").replace(b"\0", b" ").decode(errors="replace").strip()


def container_of(pid: int) -> str | None:
    """Docker's short id of the container that the process runs in, with systemd's or cgroupfs's names of cgroups."""
    found = _CONTAINER.search(_read(pid, "cgroup"))
    return found[1].decode() if found else None


def variables_of(pid: int, names: Iterable[str]) -> dict[str, str]:
    """These of the variables that it was started with; none when they are not ours to read."""
    environment = b"\0" + _read(pid, "environ")
    found = {}
    for name in names:
        _, there, rest = environment.partition(f"\0{name}=".encode())
        if there:
            found[name] = rest.partition(b"\0")[0].decode(errors="replace")
    return found


def born(pid: int) -> tuple[int, int] | None:
    """Parent and start time (clock ticks since boot); None when it is gone, or only its zombie."""
    state, *rest = _read(pid, "stat").rpartition(b")")[2].split() or [b"Z"]
    return None if state in b"ZX" else (int(rest[0]), int(rest[18]))


def started_at(start_ticks: int) -> float:
    """The moment of that tick, in seconds since the epoch, as exact as the kernel tells when it booted: to a second."""
    booted = re.search(r"^btime (\d+)$", (_PROC / "stat").read_text(), re.MULTILINE)
    assert booted is not None
    return int(booted[1]) + start_ticks / os.sysconf("SC_CLK_TCK")


def resident_bytes(pid: int) -> int:
    """0 for a process that is gone, and for a zombie."""
    found = re.search(rb"^VmRSS:\s+(\d+) kB", _read(pid, "status"), re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def uses_cuda(pid: int) -> bool:
    """It has NVIDIA's libcuda mapped (proc(5), maps): it was built for such a card, whether the card works or not."""
    return b"/libcuda.so" in _read(pid, "maps")


def every_pid() -> Iterator[int]:
    return (int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit())


def _read(pid: int, name: str) -> bytes:
    try:
        return (_PROC / str(pid) / name).read_bytes()
    except OSError:
        return b""
