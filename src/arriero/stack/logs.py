"""`logs SLOT`: what its service wrote."""

from __future__ import annotations

from collections.abc import AsyncIterator

from arriero.stack.world import World


def logs(world: World, slot_id: str, *, tail: int, follow: bool) -> AsyncIterator[str]:
    """Lines, oldest first; with `follow` until the caller stops. Raises SlotUnknown."""
    return world.backend.logs(world.slot(slot_id).id, tail=tail, follow=follow)
