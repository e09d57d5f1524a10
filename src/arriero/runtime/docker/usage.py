"""What a container uses: read from its control group (cgroups(7)), or told by its engine where that cannot be seen.

The kernel's files come first because an engine takes a second to answer (20.10 has to wait for its own sampling).
Invariant: a pid that an engine tells is only believed to be a process of this machine when that process's control group
carries the container's id; the engine may live in a virtual machine.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from arriero.runtime.docker.container import Container
from arriero.runtime.docker.engine import Engine

_CGROUPS = Path("/sys/fs/cgroup")


class Usage(NamedTuple):
    """`cpu_s`: processor seconds since it started. Memory without what the kernel only keeps for speed."""

    cpu_s: float
    memory_bytes: int


async def usage_of(engine: Engine, container: Container) -> Usage | None:
    """None for one that does not run."""
    if not container.pid:
        return None
    return await asyncio.to_thread(_of_group, container) or await _of_engine(engine, container)


async def memory_bytes(engine: Engine, containers: Sequence[Container]) -> int:
    """What those that run hold together."""
    seen = await asyncio.gather(*(usage_of(engine, container) for container in containers))
    return sum(usage.memory_bytes for usage in seen if usage)


def _of_group(container: Container) -> Usage | None:
    try:
        groups = _groups(Path(f"/proc/{container.pid}/cgroup").read_text(), container.full_id)
        if "memory" in groups:  # cgroup 1, also where cgroup 2 is mounted beside it
            return _divided(_CGROUPS / "memory" / groups["memory"], _CGROUPS / "cpuacct" / groups["cpuacct"])
        return _unified(_CGROUPS / groups[""])
    except (OSError, KeyError):
        return None


def _groups(text: str, full_id: str) -> dict[str, str]:
    """Path by controller, "" for that of cgroup 2, out of lines like `0::/system.slice/docker-ID.scope`."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        _, controllers, path = line.split(":", 2)
        if full_id in path:
            found |= dict.fromkeys(controllers.split(","), path.lstrip("/"))
    return found


def _unified(folder: Path) -> Usage:
    idle = _table(folder / "memory.stat")["inactive_file"]
    used = int((folder / "memory.current").read_text()) - idle
    return Usage(_table(folder / "cpu.stat")["usage_usec"] / 1e6, used)


def _divided(memory: Path, cpu: Path) -> Usage:
    idle = _table(memory / "memory.stat")["total_inactive_file"]
    used = int((memory / "memory.usage_in_bytes").read_text()) - idle
    return Usage(int((cpu / "cpuacct.usage").read_text()) / 1e9, used)


def _table(path: Path) -> dict[str, int]:
    return {name: int(value) for name, value in (line.split() for line in path.read_text().splitlines())}


async def _of_engine(engine: Engine, container: Container) -> Usage | None:
    told = await engine.get(f"/containers/{container.full_id}/stats", stream=False, **{"one-shot": True})
    memory: dict[str, Any] = told.get("memory_stats", {}) if told else {}
    if "usage" not in memory:
        return None
    details = memory.get("stats", {})
    idle = details.get("total_inactive_file", details.get("inactive_file", 0))  # cgroup 1, cgroup 2
    return Usage(told["cpu_stats"]["cpu_usage"]["total_usage"] / 1e9, int(memory["usage"]) - int(idle))
