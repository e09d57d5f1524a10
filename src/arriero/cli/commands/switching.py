"""`activate`, `deactivate`, `down`, `up`: what changes which models run."""

from __future__ import annotations

import asyncio

from arriero.cli.call import Call, Reply
from arriero.cli.render.outcome import render_outcome
from arriero.stack.results import Outcome


def activate(call: Call) -> Reply:
    from arriero.stack.activate import activate as use_case

    args = call.args
    doing = use_case(
        call.world(),
        args.slot,
        call.narrate,
        variant=args.variant,
        keep_others=args.keep_others,
        dry_run=args.dry_run,
    )
    return _reply(call, asyncio.run(doing))


def deactivate(call: Call) -> Reply:
    from arriero.stack.deactivate import deactivate as use_case

    return _reply(call, asyncio.run(use_case(call.world(), call.args.slot, call.narrate, dry_run=call.args.dry_run)))


def down(call: Call) -> Reply:
    from arriero.stack.down import down as use_case

    return _reply(call, asyncio.run(use_case(call.world(), call.narrate, dry_run=call.args.dry_run)))


def up(call: Call) -> Reply:
    from arriero.stack.up import up as use_case

    return _reply(call, asyncio.run(use_case(call.world(), call.narrate, dry_run=call.args.dry_run)))


def _reply(call: Call, outcome: Outcome) -> Reply:
    nothing_done = len(outcome.failures) == len(outcome.plan.actions)
    return Reply(outcome, render_outcome(outcome, call.look), outcome.failures, nothing_done)
