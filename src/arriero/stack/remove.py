"""`remove SLOT|REFERENCE`: a model's files leave the store, but for those that another model uses."""

from __future__ import annotations

import asyncio

from arriero.core.ids import Reference
from arriero.stack.errors import ModelInUse
from arriero.stack.observing import look
from arriero.stack.results import RemovedModel
from arriero.stack.targets import parse_reference
from arriero.stack.versions import held_of, previous_of
from arriero.stack.world import World


async def remove(world: World, target: str, *, variant: str | None = None, dry_run: bool = False) -> RemovedModel:
    """A slot's name means its variant, that one's aliases and its version before; a reference means itself alone.

    Raises ModelInUse while a slot of ours serves it, ModelNotInstalled when it is not there.
    """
    references = _references(world, target, variant)
    if dry_run:
        return RemovedModel(tuple(map(str, references)), 0, dry_run=True)
    with world.command("remove"):
        await _refuse_in_use(world, references)
        before = await asyncio.to_thread(_blob_bytes, world)
        for reference in references:
            await asyncio.to_thread(world.store.delete, reference)
        freed = before - await asyncio.to_thread(_blob_bytes, world)
    return RemovedModel(tuple(map(str, references)), freed, dry_run=False)


def _references(world: World, target: str, variant: str | None) -> list[Reference]:
    """By their manifests' names alone: a model that is damaged can be removed too."""
    slot = world.configuration.slot(target)
    known = world.store.references()
    if slot is None:
        return [_installed(world, parse_reference(target), known)]
    chosen = world.variant(slot, variant)
    first = _installed(world, chosen.reference, known)
    further = (*chosen.aliases, previous_of(chosen.reference), held_of(chosen.reference))
    return [first, *(name for name in known if any(name.matches(other) for other in further))]


def _installed(world: World, wanted: Reference, known: list[Reference]) -> Reference:
    """As it is spelt in the store. Raises ModelNotInstalled with the nearest name."""
    if wanted in known:
        return wanted
    return next((name for name in known if name.matches(wanted)), None) or world.store.get(wanted).reference


async def _refuse_in_use(world: World, references: list[Reference]) -> None:
    scene = await look(world)
    for slot_id, view in scene.views.items():
        used = Reference.parse(view.reference)
        if view.phase.ours and any(used.matches(r) for r in references):
            raise ModelInUse(slot_id, view.reference)


def _blob_bytes(world: World) -> int:
    """What the store's blobs take on disk now."""
    if not world.store.blobs.is_dir():
        return 0
    return sum(entry.stat().st_size for entry in world.store.blobs.iterdir())
