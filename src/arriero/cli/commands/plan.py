"""`plan`: whether and how a model fits, before it is downloaded or started."""

from __future__ import annotations

import asyncio

from arriero.cli.call import Call, Reply
from arriero.cli.errors import ArgumentMissing, OptionsClash
from arriero.cli.render.plan import render_fits, render_plan
from arriero.stack.fits import local_fits
from arriero.stack.plan import PlanOptions, find_room
from arriero.stack.plan import plan as use_case


def plan(call: Call) -> Reply:
    """Of one model; without a name of every variant whose header is here, as its slot declares it."""
    args = call.args
    if args.vram is not None and args.gpu is not None:
        raise OptionsClash(args.verb, "--vram", "--gpu")
    options = PlanOptions(args.context, args.kv, args.vram, args.gpu)
    world = call.world()
    if args.target:
        report = asyncio.run(use_case(world, args.target, options))
        return Reply(report, render_plan(report, call.look))
    if args.context is not None or args.kv is not None:
        raise ArgumentMissing(args.verb, call.texts.meta_plan_target)
    room = asyncio.run(find_room(world, options))
    fits = local_fits(world, room)
    return Reply({"fits": fits}, render_fits(fits, call.look))
