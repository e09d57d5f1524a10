"""`pull`, `update`, `rollback`: which version of a model is installed."""

from __future__ import annotations

import asyncio

from arriero.cli.call import Call, Reply
from arriero.cli.errors import ArgumentMissing, OptionsClash
from arriero.cli.render.versions import render_check, render_pulled, render_switched, render_update


def pull_model(call: Call) -> Reply:
    from arriero.stack.pull import pull

    args = call.args
    doing = pull(
        call.world(),
        args.target,
        call.narrate,
        variant=args.variant,
        insecure=args.insecure,
        limit_bytes_per_s=args.limit,
        dry_run=args.dry_run,
    )
    pulled = asyncio.run(doing)
    return Reply(pulled, render_pulled(pulled, call.look))


def update(call: Call) -> Reply:
    """With --check or --dry-run only what there is; a slot or --all must be named before anything is changed."""
    args = call.args
    if args.slot and args.all:
        raise OptionsClash(args.verb, call.texts.meta_slot, "--all")
    if args.check or args.dry_run:
        return _check(call)
    if not (args.slot or args.all):
        raise ArgumentMissing(args.verb, f"{call.texts.meta_slot}|--all")
    from arriero.stack.update import update as use_case

    doing = use_case(call.world(), args.slot, call.narrate, insecure=args.insecure, limit_bytes_per_s=args.limit)
    report = asyncio.run(doing)
    return Reply(report, render_update(report, call.look), report.failures, nothing_done=not report.pulled)


def _check(call: Call) -> Reply:
    from arriero.stack.checking import check

    report = asyncio.run(check(call.world(), call.args.slot, insecure=call.args.insecure))
    nothing_known = len(report.failures) == len(report.checks)
    return Reply(report, render_check(report, call.look), report.failures, nothing_known)


def rollback(call: Call) -> Reply:
    from arriero.stack.rollback import rollback as use_case

    args = call.args
    doing = use_case(call.world(), args.target, call.narrate, variant=args.variant, dry_run=args.dry_run)
    switched = asyncio.run(doing)
    return Reply(switched, render_switched(switched, call.look, dry_run=args.dry_run))
