"""Which NVIDIA card a child computes on: the one that is looked at and planned for, and no other.

NVML and `nvidia-smi` count cards by their place on the bus, CUDA counts the fastest first: a number means another card
to each. So the child is told by UUID, in CUDA_VISIBLE_DEVICES (CUDA C Programming Guide, environment variables); for
it, that card is then the only one.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from arriero.engine.errors import LoadFailed
from arriero.hardware import presence
from arriero.hardware.gpu import Gpu
from arriero.hardware.values import GpuState

VARIABLE = "CUDA_VISIBLE_DEVICES"


async def visible_devices(wanted: str, environ: Mapping[str, str]) -> dict[str, str]:
    """What to add to a child's environment. `wanted`: number, UUID or part of a name, as the `gpu` setting; empty: the
    first card, where there are several and nobody has said otherwise. Raises LoadFailed for a card that is not there.

    A card that cannot be asked is not named: the child finds out for itself, and what comes of it is seen afterwards.
    """
    if not presence.driver_loaded() or not (wanted or (presence.cards() > 1 and VARIABLE not in environ)):
        return {}
    gpu = Gpu(wanted, "", Path())
    seen = await gpu.look()
    gpu.close()
    if seen.state is GpuState.NOT_FOUND:
        raise LoadFailed("not started", f"no single card is meant by {wanted!r}; there are: {', '.join(seen.gpus)}")
    return {VARIABLE: seen.uuid} if seen.uuid else {}
