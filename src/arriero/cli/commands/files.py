"""`import` and `remove`: what is in the store."""

from __future__ import annotations

import asyncio
from pathlib import Path

from arriero.cli.call import Call, Reply
from arriero.cli.render.files import render_imported, render_removed


def import_model(call: Call) -> Reply:
    from arriero.stack.installing import import_file

    args = call.args
    doing = import_file(call.world(), Path(args.file), args.target, call.narrate, dry_run=args.dry_run)
    imported = asyncio.run(doing)
    return Reply(imported, render_imported(imported, call.look))


def remove_model(call: Call) -> Reply:
    from arriero.stack.remove import remove

    args = call.args
    removed = asyncio.run(remove(call.world(), args.target, variant=args.variant, dry_run=args.dry_run))
    return Reply(removed, render_removed(removed, call.look))
