"""Whose memory is on the card, whether it has been given back, and whether a model lies where it should.

Invariant: nothing here ends a process or asks one for anything. Who holds memory is named; what is ours is ended by the
backend alone, and this module watches the driver until it shows the bytes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from arriero.core.clock import Clock
from arriero.core.progress import Progress, Report
from arriero.hardware.gpu import Gpu
from arriero.hardware.processes import uses_cuda
from arriero.hardware.values import GpuProcess, GpuSnapshot, GpuState
from arriero.runtime import proc
from arriero.runtime.backend import Backend, LoadedModel, ServiceSnapshot, ServiceSpec
from arriero.stack.errors import CardFull, CardNotReleased, CardNotUsed, CardUnusable
from arriero.stack.results import CardRelease

RELEASE_LIMIT_S = 10.0
_LOOK_EVERY_S = 0.05
_NOISE_BYTES = 32 << 20  # what other programs may take or give meanwhile without a word in the list of processes
_DEPTH = 32

OFF_FAULT, OFF_ROOM, OFF_SERVICE = "card_broken", "no_room", "card_not_used"
"""Why a model is on the processor although it should be on the card; drift has the same codes."""


@dataclass(frozen=True)
class CardView:
    """One look at the card. `ours`: by slot the processes of its service that hold memory there."""

    gpu: GpuSnapshot
    ours: Mapping[str, frozenset[int]] = field(default_factory=dict)

    @property
    def pids(self) -> frozenset[int]:
        return frozenset().union(*self.ours.values())

    @property
    def others(self) -> tuple[GpuProcess, ...]:
        """Processes that are none of ours."""
        return tuple(p for p in self.gpu.processes if p.pid not in self.pids)


async def view_card(gpu: GpuSnapshot, services: Mapping[str, ServiceSnapshot]) -> CardView:
    """A process is a slot's when it is, or descends from, the process of that slot's service; in a container too."""
    if not gpu.processes:
        return CardView(gpu)
    heads = {seen.pid: slot for slot, seen in services.items() if seen.pid}
    return CardView(gpu, await asyncio.to_thread(_owned, gpu, heads))


def _owned(gpu: GpuSnapshot, heads: Mapping[int, str]) -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for process in gpu.processes:
        pid = process.pid
        for _ in range(_DEPTH):
            if pid in heads:
                found.setdefault(heads[pid], set()).add(process.pid)
            seen = proc.facts(pid) if pid > 1 and pid not in heads else None
            if seen is None:
                break
            pid = seen.parent
    return {slot: frozenset(pids) for slot, pids in found.items()}


def on_simulated_card(card: CardView, seen: ServiceSnapshot) -> ServiceSnapshot:
    """With a simulated card, a model is on it when that card lists its service: the server itself runs on the
    processor and knows nothing of what is pretended. Without one, as it was.
    """
    if not card.gpu.simulated:
        return seen
    held = card.gpu.ready and bool(card.ours.get(seen.slot))
    loaded = tuple(replace(m, vram_bytes=m.size_bytes if held else 0) for m in seen.loaded)
    return replace(seen, loaded=loaded)


async def meant_for_card(card: CardView, seen: ServiceSnapshot, *, handed_out: bool | None) -> bool:
    """Whether what this service loads belongs on the card: there is one, and the service was built or started for it.

    `handed_out`: its backend's word (`Backend.hands_out_card`). Where that leaves it open, a process of llama.cpp that
    could use the card has libcuda mapped, whether the card works or not.
    """
    if handed_out is False or seen.pid is None or not (card.gpu.ready or card.gpu.state.broken):
        return False
    return bool(handed_out) or card.gpu.simulated or await asyncio.to_thread(_uses_cuda, seen.pid)


def _uses_cuda(pid: int) -> bool:
    family = [pid, *(p.pid for p in proc.descendants(pid, proc.own_processes()))]
    return any(uses_cuda(member) for member in family)


def off_card(loaded: LoadedModel | None, gpu: GpuSnapshot, room_bytes: int | None) -> str:
    """Why a model that is meant for the card is wholly on the processor (one of OFF_…); empty when it is not.

    `room_bytes`: what was free when it was loaded. Part of a model on the card is as its own server decided.
    """
    if loaded is None or loaded.vram_bytes:
        return ""
    if gpu.state.broken:
        return OFF_FAULT
    return OFF_ROOM if room_bytes is not None and room_bytes < loaded.size_bytes else OFF_SERVICE


async def placement_proved(gpu: Gpu, seen: ServiceSnapshot, room_bytes: int | None, *, handed_out: bool | None) -> None:
    """Raises CardFull, CardUnusable or CardNotUsed when what `seen` has loaded should be on the card and is not."""
    card = await view_card(await gpu.look(), {seen.slot: seen})
    if not seen.loaded or not await meant_for_card(card, seen, handed_out=handed_out):
        return
    loaded = on_simulated_card(card, seen).loaded[0]
    match off_card(loaded, card.gpu, room_bytes):
        case "card_broken":
            raise CardUnusable(seen.slot, loaded.name, str(card.gpu.state), card.gpu.detail)
        case "no_room":
            raise CardFull(seen.slot, loaded.name, loaded.size_bytes, room_bytes or 0, named(card.others))
        case "card_not_used":
            raise CardNotUsed(seen.slot, loaded.name)


class CardWatch:
    """The card over one undertaking: what services that ended have to give back, and what they gave.

    `before`: as it was when the undertaking began, from which moment the time is counted too.
    """

    def __init__(self, gpu: Gpu, before: CardView, clock: Clock) -> None:
        self.release: CardRelease | None = None
        self._gpu, self._before, self._clock = gpu, before, clock
        self._began = clock.monotonic()
        self._ended: set[str] = set()

    @property
    def ready(self) -> bool:
        return self._before.gpu.ready

    def ended(self, slot: str) -> None:
        """The service of this slot is gone; its memory may not be, yet."""
        self._ended.add(slot)

    async def start(self, backend: Backend, service: ServiceSpec, report: Report) -> ServiceSnapshot:
        """Starts and loads once what ended has given its memory back. Raises CardNotReleased, what the backend raises,
        and as `placement_proved`.
        """
        room_bytes = await self.room(report)
        seen = await backend.start(service, report)
        await placement_proved(self._gpu, seen, room_bytes, handed_out=backend.hands_out_card())
        return seen

    async def room(self, report: Report) -> int | None:
        """Bytes that are free for the next load, once all that ended has been given back; None when the card does not
        tell. Raises CardNotReleased.
        """
        if self._ended:
            await self.settle(report)
        seen = await self._gpu.look()
        return seen.free_bytes if seen.ready else None

    async def settle(self, report: Report) -> None:
        """Waits until the driver shows what the ended services held, RELEASE_LIMIT_S at most, and keeps what it showed
        as `release`. Raises CardNotReleased when it does not come.
        """
        if not self.ready:
            return
        pids = frozenset().union(*(self._before.ours.get(slot, frozenset()) for slot in self._ended))
        now = await self._until_released(pids, report)
        if not now.ready:
            return
        self.release = _told(self._before, now, pids, self._clock.monotonic() - self._began)
        if not released(self._before.gpu, now, pids):
            raise CardNotReleased(self.release.free_bytes, RELEASE_LIMIT_S, named(self.release.stuck))
        self._ended.clear()

    async def _until_released(self, pids: frozenset[int], report: Report) -> GpuSnapshot:
        """The last look: all is back, the card does not tell any more, or the time is up."""
        deadline = self._clock.monotonic() + RELEASE_LIMIT_S
        told = False
        while True:
            now = await self._gpu.look()
            if not now.ready or released(self._before.gpu, now, pids) or self._clock.monotonic() >= deadline:
                return now
            if not told:
                report(Progress("card.wait"))
                told = True
            await self._clock.sleep(_LOOK_EVERY_S)


def released(before: GpuSnapshot, now: GpuSnapshot, pids: frozenset[int]) -> bool:
    """None of these processes is listed, and what they held is not counted as used any more. Both looks are READY. What
    others took meanwhile, new services too, is known by the list. Pure.
    """
    if any(p.pid in pids for p in now.processes):
        return False
    assert before.used_bytes is not None
    assert now.used_bytes is not None
    grown = _listed_elsewise(now, pids) - _listed_elsewise(before, pids)
    return now.used_bytes <= before.used_bytes - before.vram_of(pids) + max(0, grown) + _NOISE_BYTES


def _listed_elsewise(gpu: GpuSnapshot, pids: frozenset[int]) -> int:
    return sum(p.vram_bytes or 0 for p in gpu.processes if p.pid not in pids)


def _told(before: CardView, now: GpuSnapshot, pids: frozenset[int], took_s: float) -> CardRelease:
    assert now.free_bytes is not None
    assert before.gpu.free_bytes is not None
    running = before.pids - pids
    return CardRelease(
        free_bytes=now.free_bytes,
        freed_bytes=max(0, now.free_bytes - before.gpu.free_bytes),
        took_s=took_s,
        stuck=tuple(p for p in now.processes if p.pid in pids),
        others=tuple(p for p in now.processes if p.pid not in pids | running),
        simulated=now.simulated,
    )


def named(processes: Collection[GpuProcess]) -> tuple[str, ...]:
    """For errors: `firefox (4711)`, a process that has ended by its number alone."""
    return tuple(f"{p.process} ({p.pid})" if p.process else str(p.pid) for p in processes)


NO_CARD = CardView(GpuSnapshot(GpuState.NONE))
