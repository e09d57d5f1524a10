"""`/api/blobs/{digest}`: single files of the store, checked and received. Source: Ollama 0.33 server/routes.go.

A body of any size takes the memory of one piece: a thread writes what the event loop receives, each waiting for the
other.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

from aiohttp import web

from arriero.core.errors import ArrieroError
from arriero.engine.api.errors import refusal_for
from arriero.engine.api.refusal import Refusal
from arriero.engine.engine import Engine
from arriero.store.blobs import Blobs


async def head_blob(engine: Engine, request: web.Request) -> web.StreamResponse:
    digest = request.match_info["digest"]
    if not await _there(engine, digest):
        raise Refusal(404, f"blob {json.dumps(digest)} not found")
    return web.Response()


async def post_blob(engine: Engine, request: web.Request) -> web.StreamResponse:
    """201 for a new blob, 200 for one that is there. With another digest than promised the bytes stay, under their
    true one, as with Ollama."""
    digest = request.match_info["digest"]
    if await _there(engine, digest):
        return web.Response()
    received = await asyncio.to_thread(_store, engine, request, asyncio.get_running_loop())
    if received != digest.replace("-", ":", 1):
        raise Refusal(400, f'digest mismatch, expected "{digest}", got "{received}"')
    return web.Response(status=201)


async def _there(engine: Engine, digest: str) -> bool:
    try:
        return await asyncio.to_thread(engine.store.has_blob, digest)
    except ArrieroError as error:
        raise refusal_for(error) from error


def _store(engine: Engine, request: web.Request, loop: asyncio.AbstractEventLoop) -> str:
    try:
        return Blobs(engine.store.root).add(_received(request, loop), "", request.content_length or 0).digest
    except ArrieroError as error:
        raise refusal_for(error) from error


def _received(request: web.Request, loop: asyncio.AbstractEventLoop) -> Iterator[bytes]:
    while piece := asyncio.run_coroutine_threadsafe(request.content.readany(), loop).result():
        yield piece
