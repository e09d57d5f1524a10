"""Long work told as it goes: one JSON object per line, or the last of them alone. Source: Ollama 0.33 server/routes.go
(streamResponse, waitForStream).

Invariant: the work ends with its request. When the client hangs up it is cancelled, and what it had is put away before
the request is over. A client that reads slowly gets the latest of a layer instead of all that was said about it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

from aiohttp import web

from arriero.core.errors import ArrieroError
from arriero.engine.api.dialect import PLAIN_JSON
from arriero.engine.api.errors import refusal_for
from arriero.engine.api.refusal import Refusal
from arriero.engine.api.replies import LINES, reply
from arriero.engine.api.service import Json
from arriero.engine.api.sse import compact

Tell = Callable[[Json], None]
Work = Callable[[Tell], Awaitable[None]]
"""Tells its events, `{"status": ...}` each; raises Refusal or an ArrieroError of the tables."""

logger = logging.getLogger("arriero.engine.api")


async def tell_progress(request: web.Request, work: Work, *, stream: bool) -> web.StreamResponse:
    """A failure before the first event has its status, one after it is the stream's last line."""
    told = _Told()
    return await _lines(request, work, told) if stream else await _last(request, work, told)


class _Told:
    """What was told and is not fetched yet, and the `last` of all. Told and fetched on the event loop."""

    def __init__(self) -> None:
        self.last: Json = {}
        self._waiting: list[Json] = []
        self._news = asyncio.Event()
        self._ended = False

    def tell(self, event: Json) -> None:
        if self._waiting and "digest" in event and self._waiting[-1].get("digest") == event["digest"]:
            self._waiting.pop()
        self._waiting.append(event)
        self.last = event
        self._news.set()

    def end(self) -> None:
        self._ended = True
        self._news.set()

    async def __aiter__(self) -> AsyncIterator[Json]:
        while self._waiting or not self._ended:
            await self._news.wait()
            self._news.clear()
            fetched, self._waiting = self._waiting, []
            for event in fetched:
                yield event


async def _carry_out(request: web.Request, work: Work, told: _Told) -> Refusal | None:
    """What it was refused for."""
    try:
        await work(told.tell)
    except (Refusal, ArrieroError) as error:
        refusal = error if isinstance(error, Refusal) else refusal_for(error)
        logger.warning("%s %s: %s", request.method, request.path, refusal.message)
        return refusal
    finally:
        told.end()
    return None


async def _last(request: web.Request, work: Work, told: _Told) -> web.StreamResponse:
    refusal = await _carry_out(request, work, told)
    return _refused(refusal) if refusal else reply(told.last, content_type=PLAIN_JSON)


async def _lines(request: web.Request, work: Work, told: _Told) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": LINES})
    task = asyncio.create_task(_carry_out(request, work, told))
    try:
        async for event in told:
            await _write(request, response, event)
        refusal = await task
    finally:
        task.cancel()
        await asyncio.wait({task})
    if refusal and not response.prepared:
        return _refused(refusal)
    if refusal:
        await _write(request, response, {"error": refusal.message})
    await response.write_eof()
    return response


async def _write(request: web.Request, response: web.StreamResponse, event: Json) -> None:
    if not response.prepared:
        await response.prepare(request)
    await response.write(compact(event) + b"\n")


def _refused(refusal: Refusal) -> web.Response:
    return reply({"error": refusal.message}, refusal.status, PLAIN_JSON)
