"""All of the hardware at once, and again and again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from arriero.hardware.gpu import Gpu
from arriero.hardware.machine import HardwareSnapshot, look_at_machine


async def snapshot(gpu: Gpu, places: Mapping[str, Path]) -> HardwareSnapshot:
    """`places`: what we write to, by name. Raises OSError when one of their disks does not answer."""
    seen, machine = await asyncio.gather(gpu.look(), asyncio.to_thread(look_at_machine, places))
    return HardwareSnapshot(seen, machine)


async def stream(gpu: Gpu, places: Mapping[str, Path], every_s: float) -> AsyncIterator[HardwareSnapshot]:
    """Until the caller stops."""
    while True:
        yield await snapshot(gpu, places)
        await asyncio.sleep(every_s)
