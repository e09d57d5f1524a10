"""`hardware`: the machine, its card, its Docker engine, and the disks of every place that Arriero writes to."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from arriero.config.specs import Settings
from arriero.core.errors import ArrieroError
from arriero.hardware.gpu import Gpu
from arriero.hardware.machine import MachineSnapshot, look_at_machine
from arriero.hardware.values import GpuSnapshot
from arriero.runtime.docker.endpoint import resolve_endpoint
from arriero.runtime.docker.errors import EngineRefused, EngineUnavailable
from arriero.runtime.docker.probe import EngineSnapshot, probe
from arriero.stack.errors import FileRefused

_DOCKER_LIMIT_S = 2.0


@dataclass(frozen=True)
class HardwareSnapshot:
    """`docker`: the engine that `docker` would speak with; None where it cannot be asked, `docker_fault` says why."""

    gpu: GpuSnapshot
    machine: MachineSnapshot
    docker: EngineSnapshot | None = None
    docker_fault: ArrieroError | None = None


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
        seen, machine, docker = await asyncio.gather(gpu.look(), asyncio.to_thread(look_at_machine, places), _docker())
    except OSError as fault:
        raise FileRefused(Path(fault.filename or "/proc"), fault.strerror or str(fault)) from fault
    if isinstance(docker, EngineSnapshot):
        return HardwareSnapshot(seen, machine, docker=docker)
    return HardwareSnapshot(seen, machine, docker_fault=docker)


async def _docker() -> EngineSnapshot | ArrieroError:
    try:
        return await probe(resolve_endpoint(os.environ, Path.home()), limit_s=_DOCKER_LIMIT_S)
    except (EngineUnavailable, EngineRefused) as fault:
        return fault


def _gpu(settings: Settings) -> Gpu:
    return Gpu(settings.gpu, settings.simulate, settings.run_dir)
