"""One look at a card through the process that asks NVML, and what giving the card from one to another costs beyond the
driver's own release: both with a simulated one, once that process is there."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from arriero.core.clock import SystemClock
from arriero.core.progress import silent
from arriero.hardware.gpu import Gpu
from arriero.hardware.simulated import VARIABLE
from arriero.runtime.backend import ServiceSnapshot
from arriero.stack.card import CardView, CardWatch, placement_proved, view_card
from bench.table import Row


def measure(turns: int = 50) -> list[Row]:
    ms = median(asyncio.run(_looks(turns)))
    swap_ms = median(asyncio.run(_swaps(turns // 5)))
    return [
        Row("snapshot of a simulated card", f"{ms:.1f} ms", "-", ms, f"{ms:.1f} ms", "<= 5 ms"),
        Row("card from one to the other", f"{swap_ms:.1f} ms", "-", swap_ms, f"{swap_ms:.1f} ms", "<= 100 ms"),
    ]


async def _looks(turns: int) -> list[float]:
    async with _card() as (gpu, _):
        await gpu.look()
        return [await _took_ms(gpu) for _ in range(turns)]


async def _took_ms(gpu: Gpu) -> float:
    began = time.perf_counter()
    await gpu.look()
    return (time.perf_counter() - began) * 1000


async def _swaps(turns: int) -> list[float]:
    """A program that has ended is awaited, the room read anew, and the card looked at once more for the next one."""
    async with _card() as (gpu, run_dir):
        return [await _swap_ms(gpu, run_dir) for _ in range(turns)]


async def _swap_ms(gpu: Gpu, run_dir: Path) -> float:
    holder = _holder(run_dir)
    view = await _held(gpu, holder.pid)
    watch = CardWatch(gpu, view, SystemClock())
    holder.communicate(b"\n")
    watch.ended("one")
    began = time.perf_counter()
    room = await watch.room(silent)
    await placement_proved(gpu, _service("other", os.getpid()), room, handed_out=True)
    return (time.perf_counter() - began) * 1000


def _holder(run_dir: Path) -> subprocess.Popen[bytes]:
    environ = {**os.environ, VARIABLE: f"2GiB@{run_dir}"}
    return subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, env=environ)


async def _held(gpu: Gpu, pid: int) -> CardView:
    """Once the process is on the card."""
    while True:
        view = await view_card(await gpu.look(), {"one": _service("one", pid)})
        if view.ours:
            return view


def _service(slot: str, pid: int) -> ServiceSnapshot:
    return ServiceSnapshot(
        slot=slot,
        phase="serving",
        port=0,
        pid=pid,
        started_at=None,
        restarts=0,
        last_exit=None,
        answers=True,
        version=None,
        loaded=(),
        models=(),
        holder=None,
        settings_hash=None,
        memory_bytes=None,
        seen_at=datetime.now(UTC),
    )


@asynccontextmanager
async def _card() -> AsyncIterator[tuple[Gpu, Path]]:
    with tempfile.TemporaryDirectory(prefix="arb-") as folder:
        gpu = Gpu("", "rtx2070s", Path(folder), limits_s=(30.0, 30.0))
        try:
            yield gpu, Path(folder)
        finally:
            gpu.close()
