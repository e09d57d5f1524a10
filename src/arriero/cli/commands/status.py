"""`status` and `models`."""

from __future__ import annotations

import asyncio

from arriero.cli.call import Call, Reply
from arriero.cli.errors import OptionsClash
from arriero.cli.render.models import StoredModel, StoreListing, render_models
from arriero.cli.render.status import render_status
from arriero.stack.prune import litter_bytes
from arriero.stack.status import status as look_around
from arriero.stack.status import watch
from arriero.stack.versions import previous_among
from arriero.stack.world import World

WATCH_EVERY_S = 2.0
_CLEAR = "\x1b[H\x1b[J"


def status(call: Call) -> Reply:
    if call.args.watch and call.args.json:
        raise OptionsClash(call.args.verb, "--watch", "--json")
    world = call.world()
    if call.args.watch:
        asyncio.run(_watch(call, world))
    told = asyncio.run(look_around(world))
    return Reply(told, render_status(told, call.look))


async def _watch(call: Call, world: World) -> None:
    """Until Ctrl-C: on a terminal in place, elsewhere one status under the other."""
    async for told in watch(world, WATCH_EVERY_S):
        call.out.write(_CLEAR if call.out.isatty() else "")
        call.out.write(render_status(told, call.look) + "\n\n")
        call.out.flush()


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
