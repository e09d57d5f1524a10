"""`status --watch`: looks at once when a backend tells that something happened, and now and then in any case.

Invariant: nothing is polled for what backends tell by themselves; what happens during a look leads to another one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from arriero.core.errors import ArrieroError
from arriero.runtime.backend import Backend
from arriero.stack.results import StackStatus
from arriero.stack.status import status
from arriero.stack.world import World

QUIET_S = 15.0  # what no event tells of (a model unloaded by itself, a stranger on a port) shows by then
_SETTLE_S = 0.2  # one change comes as several events
_AGAIN_S = 5.0


async def watch(world: World, quiet_s: float = QUIET_S) -> AsyncIterator[StackStatus]:
    """A status now and after everything that happens, until the caller stops. `quiet_s`: the longest time without."""
    happened = asyncio.Event()
    listeners = [asyncio.create_task(_listen(world, backend, happened)) for backend in (world.backend, *world.others)]
    try:
        while True:
            happened.clear()
            yield await status(world)
            with suppress(TimeoutError):
                async with asyncio.timeout(quiet_s):
                    await happened.wait()
                    await asyncio.sleep(_SETTLE_S)
    finally:
        for listener in listeners:
            listener.cancel()
        await asyncio.gather(*listeners, return_exceptions=True)


async def _listen(world: World, backend: Backend, happened: asyncio.Event) -> None:
    """A backend that cannot tell now is asked again; what it lacks is in every status."""
    slots = [slot.id for slot in world.configuration.slots]
    while True:
        with suppress(ArrieroError):
            async for _ in backend.events(slots):
                happened.set()
        await asyncio.sleep(_AGAIN_S)
