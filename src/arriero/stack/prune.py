"""`prune`: what lies in the store and belongs to no model goes; on request the kept versions before go too."""

from __future__ import annotations

import asyncio

from arriero.stack.version_results import PruneReport
from arriero.stack.versions import previous_among, settle_all
from arriero.stack.world import World
from arriero.store import InstalledModel
from arriero.store.errors import ManifestsUnreadable
from arriero.store.litter import Sweep, find_litter, sweep


async def prune(world: World, *, previous: bool = False, dry_run: bool = False) -> PruneReport:
    """Raises ManifestsUnreadable and TransferRunning before anything is removed."""
    if dry_run:
        return await asyncio.to_thread(_prune, world, previous=previous, dry_run=True)
    with world.command("prune"):
        return await asyncio.to_thread(_prune, world, previous=previous, dry_run=False)


def _prune(world: World, *, previous: bool, dry_run: bool) -> PruneReport:
    if not dry_run:
        settle_all(world.store)
    found = sweep(world.store, dry_run=True)  # refuses before a version is given up
    given_up = previous_among(world.store.list()) if previous else []
    freed = 0
    if not dry_run:
        freed = sum(world.store.delete(model.reference).freed_bytes for model in given_up)
        found = sweep(world.store, dry_run=False)
    else:
        freed = _only_theirs(world, given_up)
    return PruneReport(
        removed=found.removed,
        previous=tuple(str(model.reference) for model in given_up),
        freed_bytes=freed + found.freed_bytes,
        kept_bytes=_bytes(found),
        dry_run=dry_run,
    )


def _bytes(found: Sweep) -> int:
    return sum(item.size_bytes for item in found.kept)


def _only_theirs(world: World, given_up: list[InstalledModel]) -> int:
    """The bytes that no other model uses."""
    staying = [m for m in world.store.list() if m not in given_up]
    used = {layer.digest for m in staying for layer in (*m.layers, m.config_layer)}
    theirs = {layer.digest: layer.size_bytes for m in given_up for layer in (*m.layers, m.config_layer)}
    return sum(size for digest, size in theirs.items() if digest not in used)


def litter_bytes(world: World) -> int | None:
    """What belongs to no model now, young or old; None while that cannot be known."""
    try:
        return sum(item.size_bytes for item in find_litter(world.store))
    except ManifestsUnreadable:
        return None
