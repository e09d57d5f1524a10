"""`rollback SLOT`: the version before and the one in use change places; a second time brings the newer one back."""

from __future__ import annotations

import asyncio

from arriero.core.progress import Report
from arriero.stack.errors import NoPreviousVersion
from arriero.stack.switching import switch_version
from arriero.stack.targets import Target, find_target
from arriero.stack.version_results import Switched
from arriero.stack.versions import Pair, digest_of, previous_of, read_pair
from arriero.stack.world import World
from arriero.store.errors import BlobMissing


async def rollback(
    world: World, text: str, report: Report, *, variant: str | None = None, dry_run: bool = False
) -> Switched:
    """Raises ModelNotInstalled, NoPreviousVersion, BlobMissing (before anything stops), VersionUndone."""
    target = find_target(world, text, variant)
    if dry_run:
        pair = await asyncio.to_thread(_pair, world, target)
        before, after = digest_of(pair.current)[:12], digest_of(pair.previous)[:12]
        return Switched(str(target.reference), target.slot_id, before, after, None)
    with world.command("rollback"):
        pair = await asyncio.to_thread(_pair, world, target)
        return await switch_version(world, "rollback", target, pair, Pair(pair.previous, pair.current), report)


def _pair(world: World, target: Target) -> Pair:
    world.store.get(target.reference)
    pair = read_pair(world.store, target.reference)
    if pair.previous is None or pair.previous == pair.current:
        raise NoPreviousVersion(str(target.reference))
    previous = world.store.get(previous_of(target.reference))
    for layer in (*previous.layers, previous.config_layer):
        if layer.digest and world.store.blob_size_bytes(layer.digest) != layer.size_bytes:
            raise BlobMissing(layer.digest, world.store.blob_path(layer.digest))
    return pair
