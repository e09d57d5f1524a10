"""`models`: the catalogue, and what the store has."""

from __future__ import annotations

import asyncio

from arriero.cli.call import Call, Reply
from arriero.cli.render.models import render_models
from arriero.stack.listing import list_models


def models(call: Call) -> Reply:
    listing = asyncio.run(list_models(call.world()))
    return Reply(listing, render_models(listing, call.look))
