"""`verify`, `prune`, `export`: the files of the store."""

from __future__ import annotations

import asyncio
from pathlib import Path

from arriero.cli.call import Call, Reply
from arriero.cli.render.storage import render_exported, render_pruned, render_verified


def verify(call: Call) -> Reply:
    """With --dry-run nothing is repaired."""
    from arriero.stack.verify import verify as use_case

    args = call.args
    doing = use_case(
        call.world(),
        args.target,
        call.narrate,
        variant=args.variant,
        mend=args.repair and not args.dry_run,
        insecure=args.insecure,
    )
    report = asyncio.run(doing)
    nothing_good = not any(bad.repaired for bad in report.bad)
    return Reply(report, render_verified(report, call.look), report.failures, nothing_good)


def prune(call: Call) -> Reply:
    from arriero.stack.prune import prune as use_case

    report = asyncio.run(use_case(call.world(), previous=call.args.previous, dry_run=call.args.dry_run))
    return Reply(report, render_pruned(report, call.look))


def export_model(call: Call) -> Reply:
    from arriero.stack.export import export_model as use_case

    args = call.args
    doing = use_case(
        call.world(), args.target, Path(args.file), call.narrate, variant=args.variant, dry_run=args.dry_run
    )
    exported = asyncio.run(doing)
    return Reply(exported, render_exported(exported, call.look))
