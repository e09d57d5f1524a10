"""The machine while something is measured: what else took its processor, its card, its time.

Looks every two seconds, reads a few files of /proc and asks the card once: less than a thousandth of a core.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from arriero.hardware.gpu import Gpu
from arriero.hardware.processes import resident_bytes
from arriero.hardware.values import GpuSnapshot
from arriero.measure.values import MemorySample, Remark
from arriero.runtime import proc

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

EVERY_S = 2.0
_BUSY = 0.10  # of all processors: others' share from which a figure is doubted
_STOLEN = 0.02
_SLEPT_S = 1.0
_HOT_C = 5  # below the limit
_CAPPED = 0.97
_SHARED_BYTES = 256 << 20


@dataclass(frozen=True)
class Ticks:
    """Processor time since boot, in seconds over all processors; `ours`: of the server and of this process."""

    total_s: float
    busy_s: float
    stolen_s: float
    ours_s: float
    slept_s: float


@dataclass
class Watch:
    """What was seen. `pid`: the server's first process, None when it is not known or not on this machine."""

    gpu: Gpu
    pid: int | None
    began: float
    family: tuple[proc.Process, ...] = ()
    memory: list[MemorySample] = field(default_factory=list)
    cards: list[GpuSnapshot] = field(default_factory=list)
    remarks: tuple[Remark, ...] = ()

    async def look(self) -> None:
        seen = await self.gpu.look()
        self.cards.append(seen)
        if self.pid is None:
            return
        held = await asyncio.to_thread(lambda: sum(resident_bytes(p.pid) for p in self.family))
        pids = frozenset(p.pid for p in self.family)
        vram = seen.vram_of(pids) if seen.ready else None
        self.memory.append(MemorySample(round(time.monotonic() - self.began, 3), held, vram))


@asynccontextmanager
async def watching(gpu: Gpu, pid: int | None) -> AsyncIterator[Watch]:
    """Its remarks are complete when the context is left."""
    watch = Watch(gpu, pid, time.monotonic())
    watch.family = await asyncio.to_thread(family_of, pid)
    before = ticks(watch.family)
    task = asyncio.create_task(_go_on(watch))
    try:
        yield watch
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        watch.remarks = tuple(remarks(before, ticks(watch.family), watch, known=pid is not None))


async def _go_on(watch: Watch) -> None:
    while True:
        await watch.look()
        await asyncio.sleep(EVERY_S)


def family_of(pid: int | None) -> tuple[proc.Process, ...]:
    """The process and all that descend from it, another user's too."""
    head = proc.facts(pid) if pid else None
    if head is None:
        return ()
    table = {seen.process.pid: seen for seen in map(proc.facts, proc.every_pid()) if seen}
    return (head.process, *proc.descendants(head.process.pid, table))


def ticks(family: tuple[proc.Process, ...], stat: Path = Path("/proc/stat")) -> Ticks:
    hertz = os.sysconf("SC_CLK_TCK")
    words = [int(word) / hertz for word in stat.read_text().split("\n", 1)[0].split()[1:9]]
    idle_s, stolen_s = words[3] + words[4], words[7]
    mine = proc.cpu_s([*family, proc.Process(os.getpid(), 0)])
    slept_s = time.clock_gettime(time.CLOCK_BOOTTIME) - time.monotonic()
    return Ticks(sum(words), sum(words) - idle_s - stolen_s, stolen_s, mine, slept_s)


def remarks(before: Ticks, after: Ticks, watch: Watch, *, known: bool) -> Iterator[Remark]:
    """`known`: whether the server's own processor time is known; without it, who was busy cannot be told."""
    spent_s = after.total_s - before.total_s
    if spent_s > 0:
        others = (after.busy_s - before.busy_s - (after.ours_s - before.ours_s)) / spent_s
        stolen = (after.stolen_s - before.stolen_s) / spent_s
        if known and others > _BUSY:
            yield Remark("busy", {"percent": round(100 * others)})
        if stolen > _STOLEN:
            yield Remark("stolen", {"percent": round(100 * stolen)})
    if after.slept_s - before.slept_s > _SLEPT_S:
        yield Remark("slept", {"seconds": round(after.slept_s - before.slept_s)})
    yield from card_remarks(watch.cards, frozenset(p.pid for p in watch.family))


def card_remarks(cards: list[GpuSnapshot], ours: frozenset[int]) -> Iterator[Remark]:
    """Hot, at its power limit, or with others' memory on it, at any look."""
    ready = [card for card in cards if card.ready]
    hot = [
        c
        for c in ready
        if c.temperature_c and c.temperature_limit_c and c.temperature_c > c.temperature_limit_c - _HOT_C
    ]
    if hot:
        yield Remark("hot", {"celsius": max(c.temperature_c or 0 for c in hot)})
    capped = [c for c in ready if c.power_w and c.power_limit_w and c.power_w > _CAPPED * c.power_limit_w]
    if capped:
        yield Remark("capped", {"watts": round(capped[0].power_limit_w or 0)})
    slowed = {c.slowed_by for c in ready}
    if "heat" in slowed:
        yield Remark("slowed_heat")
    if "power" in slowed:
        yield Remark("slowed_power")
    shared = {
        p.process or str(p.pid)
        for c in ready
        for p in c.processes
        if p.pid not in ours and (p.vram_bytes or 0) > _SHARED_BYTES
    }
    if shared:
        yield Remark("shared", {"who": ", ".join(sorted(shared))})
