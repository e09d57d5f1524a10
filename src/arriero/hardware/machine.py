"""Processor, memory, disks and system of this machine, from /proc and the standard library."""

from __future__ import annotations

import os
import platform
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class DiskSnapshot:
    """The filesystem of one place that we write to. `path`: the place, which need not exist yet."""

    place: str
    path: Path
    total_bytes: int
    free_bytes: int


@dataclass(frozen=True)
class MachineSnapshot:
    """`cores`: those that this process may use. `distribution`: as /etc/os-release names it, empty without one."""

    processor: str
    cores: int
    memory_bytes: int
    memory_available_bytes: int
    kernel: str
    distribution: str
    disks: tuple[DiskSnapshot, ...]


def look_at_machine(places: Mapping[str, Path]) -> MachineSnapshot:
    """`places`: the folders and files that we write to, by name. A disk that does not answer raises OSError."""
    memory = _memory()
    return MachineSnapshot(
        processor=_processor(),
        cores=len(os.sched_getaffinity(0)),
        memory_bytes=memory["MemTotal"],
        memory_available_bytes=memory["MemAvailable"],
        kernel=platform.release(),
        distribution=_distribution(),
        disks=tuple(_disk(name, path) for name, path in places.items()),
    )


def _memory() -> dict[str, int]:
    lines = Path("/proc/meminfo").read_text().splitlines()
    return {name: int(rest.split()[0]) * 1024 for name, _, rest in (line.partition(":") for line in lines)}


def _processor() -> str:
    """The model's name; the architecture where the kernel does not tell it (ARM)."""
    found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(errors="replace"), re.MULTILINE)
    return found[1] if found else platform.machine()


def _distribution() -> str:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", "")
    except OSError:
        return ""


def _disk(name: str, path: Path) -> DiskSnapshot:
    there = next(folder for folder in (path, *path.absolute().parents) if folder.exists())
    usage = shutil.disk_usage(there)
    return DiskSnapshot(name, path, usage.total, usage.free)
