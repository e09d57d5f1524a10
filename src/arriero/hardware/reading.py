"""One snapshot out of NVML. `nvml` is the module `pynvml`, or the simulated card, which has the same functions.

Invariant: figures that a card does not have are None; whatever says that the card cannot be used is a state.
Numbers of errors: nvmlReturn_t in NVIDIA's nvml.h, part of its ABI.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from arriero.hardware import processes
from arriero.hardware.values import GpuProcess, GpuSnapshot, GpuState

_NOT_SUPPORTED, _FUNCTION_NOT_FOUND = 3, 13
_STATES = {
    4: GpuState.NO_PERMISSION,
    6: GpuState.LOST,  # NOT_FOUND: it was counted, and is not there any more
    9: GpuState.NO_DRIVER,
    12: GpuState.LIBRARY_MISSING,
    15: GpuState.LOST,
    16: GpuState.LOST,  # RESET_REQUIRED
    18: GpuState.VERSION_MISMATCH,
}
_TEMPERATURE_GPU = 0
_THRESHOLD_SLOWDOWN = 1
# nvmlClocksEventReasons: heat is SwThermalSlowdown, HwThermalSlowdown and HwSlowdown; power is HwPowerBrakeSlowdown,
# and not SwPowerCap, with which a card at full work lives.
_HEAT, _POWER = 0x20 | 0x40 | 0x8, 0x80


def read(nvml: Any, wanted: str, *, simulated: bool) -> GpuSnapshot:
    """`wanted`: the `gpu` setting, an index, a UUID or a part of the name; empty: the first card.

    Opens NVML first where it is not open yet; opening again costs it nothing.
    """
    try:
        nvml.nvmlInit()
        count = nvml.nvmlDeviceGetCount()
        if not count:
            return GpuSnapshot(GpuState.LOST, simulated, "No devices were found")
        cards = [_card(nvml, index) for index in range(count)]
        named = tuple(f"{index}: {name} ({uuid})" for index, _, name, uuid in cards)
        chosen = choose([(index, name, uuid) for index, _, name, uuid in cards], wanted)
        if chosen is None:
            return GpuSnapshot(GpuState.NOT_FOUND, simulated, wanted, gpus=named)
        return _snapshot(nvml, *cards[chosen], named, simulated=simulated)
    except nvml.NVMLError as fault:
        return GpuSnapshot(_STATES.get(fault.value, GpuState.UNKNOWN_ERROR), simulated, str(fault))


def choose(cards: list[tuple[int, str, str]], wanted: str) -> int | None:
    """The index of the one card (index, name, UUID) that `wanted` means; None when it is none, or more than one.

    A number that no card has may still be a word of a name: `2070`.
    """
    word = wanted.lower()
    if not word:
        return cards[0][0]
    found = [index for index, _, _ in cards if word == str(index)]
    found = found or [i for i, name, uuid in cards if word == uuid.lower() or _names(word, name.lower())]
    return found[0] if len(found) == 1 else None


def _names(word: str, name: str) -> bool:
    return word in (name.split() if word.isdigit() else name)


def _card(nvml: Any, index: int) -> tuple[int, Any, str, str]:
    handle = nvml.nvmlDeviceGetHandleByIndex(index)
    return index, handle, _text(nvml.nvmlDeviceGetName(handle)), _text(nvml.nvmlDeviceGetUUID(handle))


def _snapshot(
    nvml: Any, index: int, handle: Any, name: str, uuid: str, gpus: tuple[str, ...], *, simulated: bool
) -> GpuSnapshot:
    def ask(function: str, *arguments: object) -> Any:
        return _if_known(nvml, partial(getattr(nvml, function), handle, *arguments))

    memory = nvml.nvmlDeviceGetMemoryInfo(handle)
    capability, use = ask("nvmlDeviceGetCudaComputeCapability"), ask("nvmlDeviceGetUtilizationRates")
    display = ask("nvmlDeviceGetDisplayActive")
    return GpuSnapshot(
        state=GpuState.READY,
        simulated=simulated,
        index=index,
        uuid=uuid,
        name=name,
        compute_capability=".".join(map(str, capability)) if capability else None,
        driver=_text(nvml.nvmlSystemGetDriverVersion()),
        total_bytes=memory.total,
        used_bytes=memory.used,
        free_bytes=memory.free,
        processes=_processes(nvml, handle),
        display=None if display is None else bool(display),
        utilisation_percent=use.gpu if use else None,
        temperature_c=ask("nvmlDeviceGetTemperature", _TEMPERATURE_GPU),
        temperature_limit_c=ask("nvmlDeviceGetTemperatureThreshold", _THRESHOLD_SLOWDOWN),
        power_w=_watts(ask("nvmlDeviceGetPowerUsage")),
        power_limit_w=_watts(ask("nvmlDeviceGetEnforcedPowerLimit")),
        slowed_by=_slowed_by(ask("nvmlDeviceGetCurrentClocksThrottleReasons")),  # older than its EventReasons, and kept
        gpus=gpus,
    )


def _slowed_by(reasons: int | None) -> str | None:
    if reasons is None:
        return None
    return "power" if reasons & _POWER else "heat" if reasons & _HEAT else ""


def _processes(nvml: Any, handle: Any) -> tuple[GpuProcess, ...]:
    """Those that compute and those that draw; one that does both is told once, with the larger figure."""
    held: dict[int, int | None] = {}
    for function in (nvml.nvmlDeviceGetComputeRunningProcesses, nvml.nvmlDeviceGetGraphicsRunningProcesses):
        for seen in _if_known(nvml, partial(function, handle)) or []:
            sizes = [s for s in (held.get(seen.pid), seen.usedGpuMemory) if s is not None]
            held[seen.pid] = max(sizes, default=None)
    told = getattr(nvml, "process_name", processes.name_of)  # made-up processes have no entry in /proc
    return tuple(
        GpuProcess(pid, told(pid), processes.command_of(pid), processes.container_of(pid), size)
        for pid, size in sorted(held.items())
    )


def _if_known(nvml: Any, ask: Callable[[], Any]) -> Any:
    """None where this card or this driver does not know it. Raises NVMLError for anything else."""
    try:
        return ask()
    except nvml.NVMLError as fault:
        if fault.value in (_NOT_SUPPORTED, _FUNCTION_NOT_FOUND):
            return None
        raise


def _watts(milliwatts: int | None) -> float | None:
    return None if milliwatts is None else milliwatts / 1000


def _text(value: str | bytes) -> str:
    """Old versions of nvidia-ml-py give bytes."""
    return value.decode(errors="replace") if isinstance(value, bytes) else value
