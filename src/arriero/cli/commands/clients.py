"""`connect` and `disconnect`: editors' configurations. Kilo Code is the one client so far."""

from __future__ import annotations

import asyncio
from pathlib import Path

from arriero.cli.call import Call, Reply
from arriero.cli.errors import OptionsClash
from arriero.cli.render.clients import render_check, render_connected, render_disconnected


def connect(call: Call) -> Reply:
    args, world = call.args, call.world()
    if args.check:
        from arriero.clients.checking import check

        done = asyncio.run(check(world, call.environ, call.narrate, gateway=args.gateway))
        return Reply(done, render_check(done, call.look))
    from arriero.clients import connecting

    if args.gateway and args.legacy:
        raise OptionsClash(args.verb, "--gateway", "--legacy")
    if args.gateway:
        doing = connecting.connect_gateway(world, call.places.home, call.environ, dry_run=args.dry_run)
    elif args.legacy:
        doing = connecting.write_legacy(world, Path(args.legacy), dry_run=args.dry_run)
    else:
        doing = connecting.connect(world, call.places.home, call.environ, dry_run=args.dry_run)
    connected = asyncio.run(doing)
    return Reply(connected, render_connected(connected, call.look, legacy=bool(args.legacy)))


def disconnect(call: Call) -> Reply:
    from arriero.clients import connecting

    done = connecting.disconnect(call.world(), call.places.home, call.environ, dry_run=call.args.dry_run)
    return Reply(done, render_disconnected(done, call.look))
