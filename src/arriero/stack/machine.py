"""`hardware`: the machine, its card, and the disks of every place that Arriero writes to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from arriero.config.specs import Settings
from arriero.hardware.gpu import Gpu
from arriero.hardware.machine import HardwareSnapshot, look_at_machine
from arriero.stack.errors import FileRefused


async def hardware(settings: Settings) -> HardwareSnapshot:
    """Raises FileRefused for a disk that does not answer."""
    gpu = _gpu(settings)
    try:
        return await _look(gpu, settings)
    finally:
        gpu.close()


async def watch_hardware(settings: Settings, every_s: float) -> AsyncIterator[HardwareSnapshot]:
    """Until the caller stops. Raises as `hardware`."""
    gpu = _gpu(settings)
    try:
        while True:
            yield await _look(gpu, settings)
            await asyncio.sleep(every_s)
    finally:
        gpu.close()


async def _look(gpu: Gpu, settings: Settings) -> HardwareSnapshot:
    places = {
        "models": settings.models_dir,
        "database": settings.database,
        "state": settings.state_dir,
        "run": settings.run_dir,
    }
    try:
        seen, machine = await asyncio.gather(gpu.look(), asyncio.to_thread(look_at_machine, places))
    except OSError as fault:
        raise FileRefused(Path(fault.filename or "/proc"), fault.strerror or str(fault)) from fault
    return HardwareSnapshot(seen, machine)


def _gpu(settings: Settings) -> Gpu:
    return Gpu(settings.gpu, settings.simulate, settings.run_dir)
