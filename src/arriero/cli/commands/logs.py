"""`logs`: what a slot's service wrote."""

from __future__ import annotations

import asyncio

from arriero.cli.call import Call, Reply
from arriero.cli.errors import OptionsClash
from arriero.stack.logs import logs as read_logs
from arriero.stack.world import World


def logs(call: Call) -> Reply:
    """Lines as they come; with --json all of them at the end, so not together with --follow."""
    if call.args.json and call.args.follow:
        raise OptionsClash(call.args.verb, "--follow", "--json")
    world = call.world()
    if call.args.json:
        return Reply({"slot": call.args.slot, "lines": asyncio.run(_collect(call, world))}, "")
    asyncio.run(_stream(call, world))
    return Reply(None, "")


async def _collect(call: Call, world: World) -> list[str]:
    return [line async for line in read_logs(world, call.args.slot, tail=call.args.lines, follow=False)]


async def _stream(call: Call, world: World) -> None:
    async for line in read_logs(world, call.args.slot, tail=call.args.lines, follow=call.args.follow):
        call.out.write(f"{line}\n")
        call.out.flush()
