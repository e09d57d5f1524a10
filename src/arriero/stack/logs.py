"""`logs SLOT`: what its service wrote."""

from __future__ import annotations

from collections.abc import AsyncIterator

from arriero.config.specs import SlotSpec
from arriero.stack.sighting import sight
from arriero.stack.world import World


def logs(world: World, slot_id: str, *, tail: int, follow: bool) -> AsyncIterator[str]:
    """Lines, oldest first; with `follow` until the caller stops. Raises SlotUnknown."""
    return _lines(world, world.slot(slot_id), tail=tail, follow=follow)


async def _lines(world: World, slot: SlotSpec, *, tail: int, follow: bool) -> AsyncIterator[str]:
    """Of the backend under which it runs, else of the chosen one."""
    seen = await sight(world.backend, world.others, [(slot.id, slot.port)], world.clock)
    backend = next(iter((*seen.running[slot.id], *seen.having[slot.id])), world.backend)
    async for line in backend.logs(slot.id, tail=tail, follow=follow):
        yield line
