"""Who may ask, and one line of the log for each request.

Invariant: every answer and every line of the log has the request's id; no line has a prompt, an answer or a key.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable

from aiohttp import web

from arriero.core.clock import Clock
from arriero.engine.api.refusal import Refusal
from arriero.engine.api.security import offered_key
from arriero.gateway.keys import matching
from arriero.gateway.passage import Note
from arriero.state import State
from arriero.state.values import StoredKey

NOTE: web.RequestKey[Note] = web.RequestKey("note", Note)
_ID: web.RequestKey[str] = web.RequestKey("id", str)
_KEY: web.RequestKey[StoredKey] = web.RequestKey("key", StoredKey)
access = logging.getLogger("arriero.gateway.access")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Door:
    """A key is looked up for every request, so that a revoked one stops at the next. `always`: on this machine too."""

    def __init__(self, state: State, clock: Clock, *, always: bool) -> None:
        self._state, self._clock, self._always = state, clock, always

    async def admit(self, request: web.Request) -> None:
        """Raises Refusal, and StateLocked: who cannot be looked up does not get in."""
        if not (self._always or exposed(request)):
            return
        offered = offered_key(request.headers)
        keys = await asyncio.to_thread(self._state.stored_keys)
        found = matching(keys, offered, self._clock.now())
        if found is None:
            raise Refusal(401, "unauthorized: this gateway needs an API key")
        request[_KEY] = found


def exposed(request: web.Request) -> bool:
    """Whether it came in over the network: only there TLS is spoken."""
    return request.transport is not None and request.transport.get_extra_info("sslcontext") is not None


def granted(request: web.Request) -> tuple[str, ...]:
    """The slots that its key is for; empty: all."""
    key = request.get(_KEY)
    return key.slots if key else ()


async def numbered(request: web.Request, response: web.StreamResponse) -> None:
    response.headers["X-Request-Id"] = request.get(_ID, "")


@web.middleware
async def told_in_the_log(request: web.Request, handler: Handler) -> web.StreamResponse:
    request[_ID], note = secrets.token_hex(8), Note()
    request[NOTE] = note
    began, status = time.monotonic(), "hung up"
    try:
        response = await handler(request)
        status = str(response.status)
        return response
    finally:
        key = request.get(_KEY)
        access.info(
            "%s %s %s %s model=%s key=%s sent=%d waited=%.3fs first=%s took=%.3fs",
            request[_ID],
            request.method,
            request.path,
            status,
            note.model or "-",
            key.name if key else "-",
            note.sent_bytes,
            note.waited_s,
            "-" if note.first_s is None else f"{note.first_s:.3f}s",
            time.monotonic() - began,
        )
