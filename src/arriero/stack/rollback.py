"""`rollback SLOT`: the version before and the one in use change places; a second time brings the newer one back."""

from __future__ import annotations

import asyncio

from arriero.core.progress import Report
from arriero.stack.errors import NoPreviousVersion
from arriero.stack.switching import switch_version
from arriero.stack.targets import Target, find_target
from arriero.stack.version_results import Switched
from arriero.stack.versions import digest_of, read_pair, settle
from arriero.stack.world import World
from arriero.store import manifest
from arriero.store.errors import BlobMissing


async def rollback(
    world: World, text: str, report: Report, *, variant: str | None = None, dry_run: bool = False
) -> Switched:
    """Raises ModelNotInstalled, NoPreviousVersion, BlobMissing (before anything stops), VersionUndone."""
    target = find_target(world, text, variant)
    if dry_run:
        current, previous = await asyncio.to_thread(_both, world, target)
        before, after = digest_of(current)[:12], digest_of(previous)[:12]
        return Switched(str(target.reference), target.slot_id, before, after, None)
    with world.command("rollback"):
        await asyncio.to_thread(settle, world.store, target.reference)
        current, previous = await asyncio.to_thread(_both, world, target)
        return await switch_version(world, "rollback", target, current, previous, report)


def _both(world: World, target: Target) -> tuple[bytes, bytes]:
    """The manifest in use and the one before, whose blobs are there."""
    world.store.get(target.reference)
    pair = read_pair(world.store, target.reference)
    if pair.current is None or pair.previous in (None, pair.current):
        raise NoPreviousVersion(str(target.reference))
    assert pair.previous is not None
    for layer in manifest.parse(pair.previous).blobs():
        if world.store.blob_size_bytes(layer.digest) != layer.size_bytes:
            raise BlobMissing(layer.digest, world.store.blob_path(layer.digest))
    return pair.current, pair.previous
