"""The gateway's HTTP server: every route, who may use it, and one line of the log for each request.

Invariant: every answer and every line of the log has the request's id; no line has a prompt, an answer or a key.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from aiohttp import web

from arriero.config.specs import Configuration, KeyRule
from arriero.core.clock import Clock
from arriero.engine.api.gate import Gate, GateRules
from arriero.engine.api.go_decode import decode
from arriero.engine.api.openai_models import model
from arriero.engine.api.refusal import Refusal
from arriero.engine.api.replies import reply
from arriero.engine.api.requests import SHOW
from arriero.engine.api.security import offered_key
from arriero.gateway.body import Value, read, with_model
from arriero.gateway.families import ROUTES, Route
from arriero.gateway.idling import Idling
from arriero.gateway.keys import matching
from arriero.gateway.naming import Directory, Target
from arriero.gateway.passage import Desk, Note, Passage
from arriero.gateway.refusals import refusal_for
from arriero.gateway.unions import Unions
from arriero.state import State
from arriero.state.values import StoredKey

OLLAMA_VERSION = "0.33.0"
_LARGE_BYTES = 1 << 16
_NOTE: web.RequestKey[Note] = web.RequestKey("note", Note)
_ID: web.RequestKey[str] = web.RequestKey("id", str)
_KEY: web.RequestKey[StoredKey] = web.RequestKey("key", StoredKey)
access = logging.getLogger("arriero.gateway.access")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class House:
    """All that the routes work with."""

    configuration: Configuration
    clock: Clock
    state: State
    directory: Directory
    unions: Unions
    idling: Idling
    desk: Desk

    @property
    def slots(self) -> frozenset[str]:
        return frozenset(slot.id for slot in self.configuration.slots)


def make_app(house: House) -> web.Application:
    engine = house.configuration.settings.engine
    door = _Door(house)
    gate = Gate(
        GateRules(engine.origins, engine.max_body_bytes, lambda request: not _exposed(request), door.admit, refusal_for)
    )
    app = web.Application(client_max_size=engine.max_body_bytes, middlewares=[_told_in_the_log, gate.pass_on])
    app.on_response_prepare.append(gate.mark)
    app.on_response_prepare.append(_numbered)
    routes = _Routes(house)
    app.add_routes([web.post(route.path, partial(routes.pass_on, route)) for route in ROUTES])
    app.add_routes(
        [
            web.get("/", routes.root),
            web.get("/health", routes.health),
            web.get("/metrics", routes.metrics),
            web.get("/api/version", routes.version),
            web.get("/api/tags", routes.tags),
            web.get("/api/ps", routes.ps, allow_head=False),
            web.post("/api/show", routes.show),
            web.get("/v1/models", routes.models),
            web.get("/v1/models/{model:.+}", routes.model),
        ]
    )
    return app


def _exposed(request: web.Request) -> bool:
    """Whether it came in over the network: only there TLS is spoken."""
    return request.transport is not None and request.transport.get_extra_info("sslcontext") is not None


async def _numbered(request: web.Request, response: web.StreamResponse) -> None:
    response.headers["X-Request-Id"] = request.get(_ID, "")


@web.middleware
async def _told_in_the_log(request: web.Request, handler: Handler) -> web.StreamResponse:
    request[_ID], note = secrets.token_hex(8), Note()
    request[_NOTE] = note
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


class _Door:
    """Who may ask. A key is looked up for every request, so that a revoked one stops at the next."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._always = house.configuration.settings.gateway.keys is KeyRule.ALWAYS

    async def admit(self, request: web.Request) -> None:
        """Raises Refusal, and StateLocked: who cannot be looked up does not get in."""
        if not (self._always or _exposed(request)):
            return
        offered = offered_key(request.headers)
        keys = await asyncio.to_thread(self._house.state.stored_keys)
        found = matching(keys, offered, self._house.clock.now())
        if found is None:
            raise Refusal(401, "unauthorized: this gateway needs an API key")
        request[_KEY] = found


class _Routes:
    def __init__(self, house: House) -> None:
        self._house = house
        self._desk = house.desk
        self._turns = house.desk.admission.turns

    async def pass_on(self, route: Route, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        asked = await asyncio.to_thread(read, body) if len(body) > _LARGE_BYTES else read(body)
        target = self._target(request, _named(asked.model))
        if asked.model and not target.known:
            body = with_model(body, asked.model, target.reference)
        streams = route.family.streams if asked.stream is None else asked.stream
        passage = Passage(self._desk, request, route, target, streams=streams, note=request[_NOTE])
        self._house.idling.used(target.group.slot)
        try:
            return await passage.go(body)
        finally:
            self._house.idling.used(target.group.slot)

    async def root(self, _: web.Request) -> web.StreamResponse:
        return web.Response(text="Ollama is running")

    async def health(self, request: web.Request) -> web.StreamResponse:
        loading = self._turns.loading
        allowed = self._allowed(request)
        slots = {slot: str(m.state) for slot, m in self._house.desk.admission.board.models.items() if slot in allowed}
        flying = sum(self._turns.flying.values())
        told = {"status": "ok", "slots": slots, "loading": loading.slot if loading else None}
        return reply(told | {"flying": flying, "waiting": self._turns.queued})

    async def metrics(self, _: web.Request) -> web.StreamResponse:
        return web.Response(
            body=self._desk.metrics.exposition(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
        )

    async def version(self, _: web.Request) -> web.StreamResponse:
        return reply({"version": OLLAMA_VERSION})

    async def tags(self, request: web.Request) -> web.StreamResponse:
        return reply({"models": await self._house.unions.tags(self._allowed(request))})

    async def ps(self, request: web.Request) -> web.StreamResponse:
        return reply({"models": await self._house.unions.loaded(self._allowed(request))})

    async def show(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        body, asked = decode(raw, SHOW), read(raw)
        target = self._target(request, _named(asked.model or asked.name))
        return reply(await self._house.unions.show(target.reference, body))

    async def models(self, request: web.Request) -> web.StreamResponse:
        return reply({"object": "list", "data": await self._house.unions.models(self._allowed(request))})

    async def model(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["model"]
        target = self._target(request, name)
        shown = await self._house.unions.show(target.reference, {})
        return reply(model(name, shown["modified_at"]) | {"slot": target.group.slot})

    def _allowed(self, request: web.Request) -> frozenset[str]:
        key = request.get(_KEY)
        return self._house.slots.intersection(key.slots) if key and key.slots else self._house.slots

    def _target(self, request: web.Request, name: str) -> Target:
        """Raises Refusal: nobody has that name, or the key is not for that slot."""
        board = self._house.desk.admission.board
        request[_NOTE].model = name[:200]
        target = self._house.directory.find(name, board.variants, board.serving)
        if target is None:
            near = self._house.directory.nearest(name)
            raise Refusal(404, f"model '{name}' not found" + (f"; did you mean '{near}'?" if near else ""))
        if target.group.slot not in self._allowed(request):
            raise Refusal(403, f"this key is not for {target.group.slot}")
        request[_NOTE].model = str(target.group)
        return target


def _named(value: Value | None) -> str:
    """Raises Refusal in Go's words, as Ollama has them."""
    if value is None:
        raise Refusal(400, "model is required")
    text = value.text
    if text is None:
        raise Refusal(400, f"json: cannot unmarshal {value.kind} into Go struct field .model of type string")
    if not text:
        raise Refusal(400, "model is required")
    return text
