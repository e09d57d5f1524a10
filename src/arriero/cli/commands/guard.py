"""`guard on`, `guard off`, `guard status`: the process that watches the card while nobody looks."""

from __future__ import annotations

import asyncio

from arriero.cli.call import Call, Reply
from arriero.cli.render.guard import render_guard, render_guard_outcome
from arriero.stack.guard import GuardOutcome, guard_off, guard_on, guard_status


def on(call: Call) -> Reply:
    return _reply(call, asyncio.run(guard_on(call.world(), dry_run=call.args.dry_run)))


def off(call: Call) -> Reply:
    return _reply(call, asyncio.run(guard_off(call.world(), dry_run=call.args.dry_run)))


def status(call: Call) -> Reply:
    told = asyncio.run(guard_status(call.world()))
    return Reply(told, render_guard(told, call.look))


def _reply(call: Call, outcome: GuardOutcome) -> Reply:
    return Reply(outcome, render_guard_outcome(outcome, call.look))
