"""`activate`, `deactivate`, `down`, `up`, `apply`: what changes which models run."""

from __future__ import annotations

import asyncio

from arriero.cli.asking import agrees, must_ask
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


def apply(call: Call) -> Reply:
    """On a terminal the plan is shown first, and carried out if the user agrees."""
    from arriero.stack.apply import apply as use_case

    world = call.world()
    if call.args.dry_run or not must_ask(call):
        return _reply(call, asyncio.run(use_case(world, call.narrate, dry_run=call.args.dry_run)))
    planned = asyncio.run(use_case(world, call.narrate, dry_run=True))
    if not planned.plan.empty:
        call.out.write(render_outcome(planned, call.look) + "\n")
        if not agrees(call):
            return Reply(planned, call.texts.nothing_changed)
    return _reply(call, asyncio.run(use_case(world, call.narrate, shown=planned.plan)))


def _reply(call: Call, outcome: Outcome) -> Reply:
    touched = {action.slot for action in outcome.plan.actions}
    nothing_done = not outcome.stopped and len(outcome.failures) >= len(touched)
    return Reply(outcome, render_outcome(outcome, call.look), outcome.failures, nothing_done)
