"""A card that is not there: NVML's functions as `pynvml` has them, over the real processes of this machine.

What it pretends, and nothing more:
- an RTX 2070 SUPER with 8 GiB, 215 MiB of them the driver's own (CUDA tells 7,977 MiB on that card), and a desktop;
- the llama.cpp child of each engine of this installation, and with `containers=yes` of each engine in a container,
  holds as much of the card as it really has resident in memory: weights, KV cache and buffers are in there;
- the first process of a family that has ARRIERO_SIMULATED_VRAM=SIZE in its environment holds that size: any other
  program (whose environment we may read). SIZE@RUN_DIR: only on the card of the installation with that `run_dir`;
- who came first has his place; who finds too little room stays on the processor, and holds nothing;
- who was started before the moment that `revoked=` names has lost the card, and holds nothing of it any more;
- a process that ended is listed for as long as the release takes, with fault `stuck` for ever;
- the other faults fail where NVML fails, with NVML's own numbers and words (nvmlReturn_t, nvmlErrorString).
"""

# ruff: noqa: N802, N815 (the names are NVML's)

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from arriero.config.simulation import SimulationSpec
from arriero.core.units import parse_bytes
from arriero.hardware import processes

VARIABLE = "ARRIERO_SIMULATED_VRAM"
DESKTOP_PID = 4_194_305
"""One above the highest number that Linux gives a process (PID_MAX_LIMIT), so that nobody is ever meant by it."""
_MARK = "ARRIERO_SERVICE"
_CONTAINED = "ARRIERO_IN_CONTAINER"
_CHILD = "arriero.engine.llama.child"
_TOTAL_BYTES, _DRIVER_BYTES = 8192 << 20, 215 << 20
_FAULTS = {
    "lost": (15, "GPU is lost"),
    "unknown": (999, "Unknown Error"),
    "mismatch": (18, "Driver/library version mismatch"),
    "library": (12, "NVML Shared Library Not Found"),
}
_NOT_SUPPORTED = (3, "Not Supported")


class NVMLError(Exception):
    def __init__(self, value: int, words: str) -> None:
        super().__init__(words)
        self.value = value


@dataclass(frozen=True)
class Memory:
    total: int
    used: int
    free: int


@dataclass(frozen=True)
class Utilisation:
    gpu: int
    memory: int


@dataclass(frozen=True)
class Holder:
    """A process on the card. `since`: when it started (clock ticks), which tells it from the next one of that pid."""

    pid: int
    since: int
    usedGpuMemory: int  # pynvml's name for it


class SimulatedNvml:
    """`run_dir` tells this installation's engines from others'; `now` gives seconds."""

    NVMLError = NVMLError

    def __init__(self, spec: SimulationSpec, run_dir: str, now: Callable[[], float] = time.monotonic) -> None:
        self._spec, self._run_dir, self._now = spec, run_dir, now
        self._living: dict[tuple[int, int], Holder] = {}
        self._ended: dict[tuple[int, int], tuple[Holder, float]] = {}

    def nvmlInit(self) -> None:
        asker = os.getppid()
        while self._spec.fault == "hang" and os.getppid() == asker:  # unlike a real one, it goes when nobody waits
            time.sleep(0.1)
        if self._spec.fault in _FAULTS and self._spec.fault != "lost":
            raise NVMLError(*_FAULTS[self._spec.fault])

    def nvmlDeviceGetCount(self) -> int:
        return 1

    def nvmlSystemGetDriverVersion(self) -> str:
        return "simulated"

    def nvmlDeviceGetHandleByIndex(self, index: int) -> int:
        if self._spec.fault == "lost":
            raise NVMLError(*_FAULTS["lost"])
        return index

    def nvmlDeviceGetName(self, _handle: int) -> str:
        return "NVIDIA GeForce RTX 2070 SUPER"

    def nvmlDeviceGetUUID(self, _handle: int) -> str:
        return "GPU-51a1a7ed-0000-0000-0000-000000000000"

    def nvmlDeviceGetCudaComputeCapability(self, _handle: int) -> tuple[int, int]:
        return 7, 5

    def nvmlDeviceGetDisplayActive(self, _handle: int) -> int:
        return int(self._spec.desktop_bytes > 0)

    def nvmlDeviceGetUtilizationRates(self, _handle: int) -> Utilisation:
        raise NVMLError(*_NOT_SUPPORTED)  # nothing computes on it: a made-up figure would tell nothing

    nvmlDeviceGetPowerUsage = nvmlDeviceGetEnforcedPowerLimit = nvmlDeviceGetUtilizationRates

    def nvmlDeviceGetCurrentClocksThrottleReasons(self, _handle: int) -> int:
        raise NVMLError(*_NOT_SUPPORTED)

    def nvmlDeviceGetTemperature(self, _handle: int, _sensor: int) -> int:
        raise NVMLError(*_NOT_SUPPORTED)

    nvmlDeviceGetTemperatureThreshold = nvmlDeviceGetTemperature

    def nvmlDeviceGetMemoryInfo(self, _handle: int) -> Memory:
        self._look()
        used = _DRIVER_BYTES + self._spec.desktop_bytes + sum(h.usedGpuMemory for h in self._holders())
        return Memory(_TOTAL_BYTES, used, max(0, _TOTAL_BYTES - used))

    def nvmlDeviceGetComputeRunningProcesses(self, _handle: int) -> list[Holder]:
        return list(self._holders())

    def nvmlDeviceGetGraphicsRunningProcesses(self, _handle: int) -> list[Holder]:
        return [Holder(DESKTOP_PID, 0, self._spec.desktop_bytes)] if self._spec.desktop_bytes else []

    def process_name(self, pid: int) -> str:
        return "desktop (simulated)" if pid == DESKTOP_PID else processes.name_of(pid)

    def _holders(self) -> Iterator[Holder]:
        yield from self._living.values()
        yield from (holder for holder, _ in self._ended.values())

    def _look(self) -> None:
        """Gives each process its place, the eldest first, beside what the driver still keeps of those that ended."""
        seen, now = dict(self._wanted()), self._now()
        for key, holder in self._living.items():
            if key not in seen:
                self._ended[key] = holder, now
        if self._spec.fault != "stuck":
            self._ended = {k: (h, at) for k, (h, at) in self._ended.items() if now - at < self._spec.release_s}
        taken = sum(h.usedGpuMemory for h, _ in self._ended.values())
        room = _TOTAL_BYTES - _DRIVER_BYTES - self._spec.desktop_bytes - taken
        self._living = {}
        for key, size in sorted(seen.items(), key=lambda item: item[0][1]):
            if size <= room:
                room -= size
                self._living[key] = Holder(*key, size)

    def _wanted(self) -> Iterator[tuple[tuple[int, int], int]]:
        """(pid, start) and bytes of every process that wants a place on the card."""
        for pid in processes.every_pid():
            told = processes.variables_of(pid, (_MARK, _CONTAINED, VARIABLE))
            size = self._engine_bytes(pid, told) or self._declared_bytes(pid, told.get(VARIABLE, ""))
            if size and (born := processes.born(pid)) and processes.started_at(born[1]) >= self._spec.revoked_at:
                yield (pid, born[1]), size

    def _engine_bytes(self, pid: int, told: dict[str, str]) -> int:
        ours = told.get(_MARK, "").endswith(f"@{self._run_dir}") or (self._spec.containers and _CONTAINED in told)
        child = ours and _CHILD in processes.command_of(pid).split()
        return processes.resident_bytes(pid) if child else 0

    def _declared_bytes(self, pid: int, told: str) -> int:
        """0 for one whose parent has the variable too: it counts once for a family."""
        size, _, run_dir = told.partition("@")
        born = processes.born(pid) if told and run_dir in ("", self._run_dir) else None
        if born is None or processes.variables_of(born[0], (VARIABLE,)):
            return 0
        try:
            return parse_bytes(size)
        except ValueError:
            return 0
