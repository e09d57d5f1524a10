"""`models`: the catalogue beside the store, what else lies there, and what is wrong with it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from arriero.stack.fits import VariantFit, local_fits
from arriero.stack.plan import room_on
from arriero.stack.prune import litter_bytes
from arriero.stack.results import ModelStatus
from arriero.stack.status import status
from arriero.stack.versions import previous_among
from arriero.stack.world import World
from arriero.store import InstalledModel
from arriero.store.models import StoreProblem


@dataclass(frozen=True)
class StoredModel:
    """A model in the store that no slot declares. `version`: the first 12 digits of its digest."""

    reference: str
    version: str
    size_bytes: int


@dataclass(frozen=True)
class StoreListing:
    """`fits`: what is known here of every variant's fit. `problems` are what is wrong with the store; `litter_bytes`
    what belongs to no model, None where unknown."""

    models_dir: str
    models: tuple[ModelStatus, ...]
    others: tuple[StoredModel, ...]
    problems: tuple[StoreProblem, ...] = ()
    litter_bytes: int | None = None
    fits: tuple[VariantFit, ...] = ()


async def list_models(world: World) -> StoreListing:
    """Raises the store's errors."""
    told = await status(world)
    installed = await asyncio.to_thread(world.store.list)
    return StoreListing(
        models_dir=told.models_dir,
        models=told.models,
        others=_undeclared(told.models, installed),
        problems=tuple(await asyncio.to_thread(world.store.problems)),
        litter_bytes=await asyncio.to_thread(litter_bytes, world),
        fits=await asyncio.to_thread(local_fits, world, room_on(told.gpu)),
    )


def _undeclared(models: tuple[ModelStatus, ...], installed: list[InstalledModel]) -> tuple[StoredModel, ...]:
    """Without the kept versions before, which are told beside the model that they belong to."""
    named = {name for m in models for v in m.variants for name in (v.reference, *v.aliases)}
    kept = {m.reference for m in previous_among(installed)}
    others = [m for m in installed if str(m.reference) not in named and m.reference not in kept]
    return tuple(StoredModel(str(m.reference), m.digest[:12], m.size_bytes) for m in others)
