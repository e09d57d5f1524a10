"""`hardware`, once or until Ctrl-C."""

from __future__ import annotations

import asyncio

from arriero.cli.call import Call, Reply
from arriero.cli.errors import OptionsClash
from arriero.cli.render.hardware import render_hardware
from arriero.stack.machine import hardware as look_at_hardware
from arriero.stack.machine import watch_hardware

_EVERY_S = 2.0
_CLEAR = "\x1b[H\x1b[J"


def hardware(call: Call) -> Reply:
    if call.args.watch and call.args.json:
        raise OptionsClash(call.args.verb, "--watch", "--json")
    if call.args.watch:
        asyncio.run(_watch(call))
    told = asyncio.run(look_at_hardware(call.configuration().settings))
    return Reply(told, render_hardware(told, call.look))


async def _watch(call: Call) -> None:
    async for told in watch_hardware(call.configuration().settings, _EVERY_S):
        call.out.write(_CLEAR if call.out.isatty() else "")
        call.out.write(render_hardware(told, call.look) + "\n\n")
        call.out.flush()
