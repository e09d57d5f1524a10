"""`models`: the catalogue, and what the store has."""

from __future__ import annotations

import asyncio

from arriero.cli.call import Call, Reply
from arriero.cli.render.models import StoredModel, StoreListing, render_models
from arriero.stack.prune import litter_bytes
from arriero.stack.status import status as look_around
from arriero.stack.versions import previous_among


def models(call: Call) -> Reply:
    world = call.world()
    told = asyncio.run(look_around(world))
    named = {name for m in told.models for v in m.variants for name in (v.reference, *v.aliases)}
    installed = world.store.list()
    kept = {m.reference for m in previous_among(installed)}
    others = [m for m in installed if str(m.reference) not in named and m.reference not in kept]
    listing = StoreListing(
        models_dir=told.models_dir,
        models=told.models,
        others=tuple(StoredModel(str(m.reference), m.digest[:12], m.size_bytes) for m in others),
        problems=tuple(world.store.problems()),
        litter_bytes=litter_bytes(world),
    )
    return Reply(listing, render_models(listing, call.look))
