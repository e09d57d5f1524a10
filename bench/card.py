"""One look at a card through the process that asks NVML: a simulated one, once that process is there."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from statistics import median

from arriero.hardware.gpu import Gpu
from bench.table import Row


def measure(turns: int = 50) -> list[Row]:
    ms = median(asyncio.run(_looks(turns)))
    return [Row("snapshot of a simulated card", f"{ms:.1f} ms", "-", ms, f"{ms:.1f} ms", "<= 5 ms")]


async def _looks(turns: int) -> list[float]:
    gpu = Gpu("", "rtx2070s", Path("/nowhere"))
    await gpu.look()
    took = []
    for _ in range(turns):
        began = time.perf_counter()
        await gpu.look()
        took.append((time.perf_counter() - began) * 1000)
    gpu.close()
    return took
