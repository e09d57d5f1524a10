"""How busy processor and memory are, from /proc (proc(5)): for who looks again and again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_IDLE = (3, 4)  # idle and iowait, among the columns of `cpu` in /proc/stat


@dataclass(frozen=True)
class UsageSnapshot:
    """`cpu_percent`: of all processors together since the look before; None at the first one."""

    cpu_percent: int | None
    memory_used_bytes: int
    memory_bytes: int


class UsageMeter:
    """Keeps the counters of its last look, and nothing else."""

    def __init__(self, proc: Path = Path("/proc")) -> None:
        self._proc = proc
        self._before: tuple[int, int] | None = None

    def look(self) -> UsageSnapshot:
        ticks = [int(word) for word in (self._proc / "stat").read_text().split("\n", 1)[0].split()[1:9]]
        now = (sum(ticks), sum(ticks[i] for i in _IDLE))
        before, self._before = self._before, now
        memory = dict(line.split(":", 1) for line in (self._proc / "meminfo").read_text().splitlines())
        total, available = (int(memory[name].split()[0]) * 1024 for name in ("MemTotal", "MemAvailable"))
        return UsageSnapshot(_percent(before, now), total - available, total)


def _percent(before: tuple[int, int] | None, now: tuple[int, int]) -> int | None:
    if before is None or now[0] <= before[0]:
        return None
    return round(100 * (1 - (now[1] - before[1]) / (now[0] - before[0])))
