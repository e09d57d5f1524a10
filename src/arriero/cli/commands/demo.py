"""`demo`: from nothing to an answer."""

from __future__ import annotations

import asyncio

from arriero.cli.call import Call, Reply
from arriero.cli.render.demo import render_demo
from arriero.cli.render.outcome import render_outcome
from arriero.stack.demo import DEMO_SLOT, QUESTION
from arriero.stack.demo import demo as use_case

DATA = ("answer", "tokens_per_s", "ttft_s", "url", "model", "api_key")


def demo(call: Call) -> Reply:
    if call.args.dry_run:
        return _plan(call)
    result = asyncio.run(use_case(call.world(), QUESTION, call.narrate))
    return Reply({name: getattr(result, name) for name in DATA}, render_demo(result, call.look))


def _plan(call: Call) -> Reply:
    from arriero.stack.activate import activate

    outcome = asyncio.run(activate(call.world(), DEMO_SLOT, call.narrate, keep_others=True, dry_run=True))
    return Reply(outcome, render_outcome(outcome, call.look))
