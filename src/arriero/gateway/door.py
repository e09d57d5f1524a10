"""Who may ask, and what is told of each request: a line of the log, and a count.

Invariant: every answer and every line of the log has the request's id; no line has a prompt, an answer or a key.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Middleware

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


def told(count: Callable[[str, str], None]) -> Middleware:
    """`count` is given each request's slot, where it got that far, and its status."""

    @web.middleware
    async def tell(request: web.Request, handler: Handler) -> web.StreamResponse:
        request[_ID], note = secrets.token_hex(8), Note()
        request[NOTE] = note
        began, status = time.monotonic(), "hung up"
        try:
            response = await handler(request)
            status = str(response.status)
            return response
        finally:
            count(note.slot, status)
            access.info("%s", _line(request, note, status, time.monotonic() - began))

    return tell


def _line(request: web.Request, note: Note, status: str, took_s: float) -> str:
    """The path as it was sent: whatever it says, it makes no second line."""
    key = request.get(_KEY)
    words = [request[_ID], request.method, request.rel_url.raw_path, status]
    words += [f"model={note.model or '-'}", f"key={key.name if key else '-'}", f"sent={note.sent_bytes}"]
    words += [f"waited={note.waited_s:.3f}s", f"first={'-' if note.first_s is None else f'{note.first_s:.3f}s'}"]
    return " ".join([*words, f"took={took_s:.3f}s"])
