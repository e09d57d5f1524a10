"""`status`, once or until Ctrl-C. What it does not need stays out: it starts within a quarter of a second."""

from __future__ import annotations

import asyncio

from arriero.cli.call import Call, Reply
from arriero.cli.errors import OptionsClash
from arriero.cli.render.status import render_status
from arriero.stack.status import status as look_around
from arriero.stack.world import World

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
    from arriero.stack.watching import watch

    async for told in watch(world):
        call.out.write(_CLEAR if call.out.isatty() else "")
        call.out.write(render_status(told, call.look) + "\n\n")
        call.out.flush()
