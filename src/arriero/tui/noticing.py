"""What no backend tells of, noticed by glances that cost next to nothing: files in the store, memory on the card.

Invariant: a glance decides nothing; what it notices leads to a whole look.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from arriero.core.errors import ArrieroError
from arriero.hardware.values import GpuSnapshot

if TYPE_CHECKING:
    from arriero.gateway.results import GatewayStatus
    from arriero.stack.world import World

STORE_EVERY_S = 0.8  # a model that another program fetches or deletes shows within a second
CARD_EVERY_S = 2.0
GATEWAY = "_gateway"  # as `gateway.keeping` calls it; a test holds them in step
_NOISE_BYTES = 64 << 20  # a desktop takes and gives as much without anything to be told


def folder_times(folder: str) -> dict[str, int]:
    """When each folder below has changed. Blocking; a folder that goes meanwhile is not there.

    Of the store's manifests it tells every change: they are renamed into place, which gives their folder another time.
    """
    times = {}
    for name, _, _ in os.walk(folder):
        try:
            times[name] = Path(name).stat().st_mtime_ns
        except FileNotFoundError:
            continue
    return times


async def gateway_glance(world: World) -> GatewayStatus | None:
    """None where none runs, and where it cannot be told: who asks wants to show it, not to hear why not."""
    from arriero.runtime.native.records import lock_path  # late: the first screen does without

    if not await asyncio.to_thread(lock_path(world.configuration.settings.run_dir, GATEWAY).exists):
        return None
    from arriero.gateway.keeping import look  # late: most have none

    with suppress(ArrieroError):
        seen = await look(world)
        return None if seen.state == "off" else seen
    return None


def card_differs(before: GpuSnapshot, now: GpuSnapshot) -> bool:
    """Whether it is worth a whole look: it cannot be used any more, or someone took or gave back memory."""
    return not now.ready or abs((now.used_bytes or 0) - (before.used_bytes or 0)) > _NOISE_BYTES
