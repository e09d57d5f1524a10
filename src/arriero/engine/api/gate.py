"""What is asked of every request before it gets to its route, and what becomes of what goes wrong there.

In this order: origin and host, as in Ollama; who asks (an API key); the size of the body, by what its header promises;
the body itself, which has BODY_TIMEOUT_S to come. A refusal leaves in the form of the API it belongs to.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from arriero.core.errors import ArrieroError
from arriero.engine.api.dialect import CHARSET_JSON
from arriero.engine.api.error_forms import form_of
from arriero.engine.api.refusal import Refusal
from arriero.engine.api.replies import plain, reply
from arriero.engine.api.security import (
    DEFAULT_ORIGINS,
    PREFLIGHT_HEADERS,
    host_allowed,
    origin_allowed,
)

BODY_TIMEOUT_S = 60
_UNLIMITED = "/api/blobs/"
_ORIGIN: web.RequestKey[str] = web.RequestKey("origin", str)

logger = logging.getLogger("arriero.engine.api")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class GateRules:
    """`origins`: web pages that may call, besides Ollama's own list. `checks_host`: whether a request came to where
    only this machine reaches. `admit` raises Refusal for who may not ask; `refusal_for` says what an error of ours is
    to a client.
    """

    origins: tuple[str, ...]
    max_body_bytes: int
    checks_host: Callable[[web.Request], bool]
    admit: Callable[[web.Request], Awaitable[None]]
    refusal_for: Callable[[ArrieroError], Refusal]


class Gate:
    def __init__(self, rules: GateRules) -> None:
        self._rules = rules
        self._origins = (*DEFAULT_ORIGINS, *rules.origins)

    @web.middleware
    async def pass_on(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        stopped = self._cross_origin(request) or self._foreign_host(request)
        if stopped is not None:
            return stopped
        try:
            await self._rules.admit(request)
            await self._receive(request)
            return await handler(request)
        except Refusal as refusal:
            return _refused(request, refusal)
        except ArrieroError as error:
            return _refused(request, self._rules.refusal_for(error))
        except web.HTTPException as error:
            return _unrouted(request, error)
        except ConnectionError:
            logger.info("%s: the client hung up before its answer was whole", _asked(request))
            raise asyncio.CancelledError from None  # nobody is there to answer; aiohttp logs any other error in full
        except Exception:
            logger.exception("%s", _asked(request))
            return _refused(request, Refusal(500, "internal server error"))

    async def mark(self, request: web.Request, response: web.StreamResponse) -> None:
        """Headers that a browser looks for, on every answer to a request from an allowed page."""
        origin = request.get(_ORIGIN)
        if origin is not None:
            response.headers["Access-Control-Allow-Origin"] = "*" if "*" in self._origins else origin
            response.headers.setdefault("Vary", "Origin")

    def _cross_origin(self, request: web.Request) -> web.StreamResponse | None:
        origin = request.headers.get("Origin")
        if not origin or origin in (f"http://{request.host}", f"https://{request.host}"):
            return None
        if not origin_allowed(origin, self._origins):
            return _empty(403)
        request[_ORIGIN] = origin
        return _empty(204, PREFLIGHT_HEADERS) if request.method == "OPTIONS" else None

    def _foreign_host(self, request: web.Request) -> web.StreamResponse | None:
        if self._rules.checks_host(request) and not host_allowed(request.headers.get("Host", "")):
            return _empty(403)
        return None

    async def _receive(self, request: web.Request) -> None:
        """The body is read here; routes find it in memory. What is stored as it comes is left to its route."""
        if request.path.startswith(_UNLIMITED):
            return
        if (request.content_length or 0) > self._rules.max_body_bytes:
            raise self._too_large()
        try:
            async with asyncio.timeout(BODY_TIMEOUT_S):
                await request.read()
        except TimeoutError:
            raise Refusal(408, "the request body did not arrive in time") from None
        except web.HTTPRequestEntityTooLarge:
            raise self._too_large() from None

    def _too_large(self) -> Refusal:
        return Refusal(413, f"the request body is larger than {self._rules.max_body_bytes} bytes")


def _refused(request: web.Request, refusal: Refusal) -> web.StreamResponse:
    if refusal.status >= 500:
        logger.warning("%s: %d %s", _asked(request), refusal.status, refusal.message)
    response = reply(form_of(request.path)(refusal.status, refusal.message), refusal.status, CHARSET_JSON)
    response.headers.update(refusal.headers)
    if refusal.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if refusal.status in (408, 413):
        response.force_close()  # the rest of the body is not read
    return response


def _asked(request: web.Request) -> str:
    """As it was sent: whatever a path says, it makes no second line of the log."""
    return f"{request.method} {request.rel_url.raw_path}"


def _unrouted(request: web.Request, error: web.HTTPException) -> web.StreamResponse:
    """What gin says to paths and methods that there are none of."""
    if error.status == 404:
        return plain("404 page not found", 404)
    if error.status == 405:
        return plain("405 method not allowed", 405)
    return _refused(request, Refusal(error.status, error.reason))


def _empty(status: int, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(status=status, headers=headers)
