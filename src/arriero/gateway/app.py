"""The gateway's HTTP server: every route.

Invariant: what a name means is decided here and nowhere else, and a key that is for some slots gets to no other.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial

from aiohttp import web

from arriero.config.specs import Configuration, KeyRule
from arriero.core.clock import Clock
from arriero.engine.api.dialect import PLAIN_JSON, json_response
from arriero.engine.api.gate import Gate, GateRules
from arriero.engine.api.go_decode import STRING, decode, struct
from arriero.engine.api.openai_models import model
from arriero.engine.api.refusal import Refusal
from arriero.engine.api.replies import reply
from arriero.engine.api.requests import SHOW
from arriero.engine.api.requests import read as read_request
from arriero.gateway.body import Value, read, with_model
from arriero.gateway.door import NOTE, Door, exposed, granted, numbered, told
from arriero.gateway.families import ROUTES, Route
from arriero.gateway.idling import Idling
from arriero.gateway.naming import Directory, Target
from arriero.gateway.passage import Desk, Passage
from arriero.gateway.refusals import refusal_for
from arriero.gateway.unions import Unions
from arriero.state import State

OLLAMA_VERSION = "0.33.0"
_LARGE_BYTES = 1 << 16
_NAME_LENGTH = 200  # of a name that nobody has, in the log
_NAMED = struct("api.Request", model=STRING)
_PLAIN = {"Content-Type": PLAIN_JSON}  # as Ollama's /v1 tells what its model's routes refuse


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
    gateway = house.configuration.settings.gateway
    door = Door(house.state, house.clock, always=gateway.keys is KeyRule.ALWAYS)
    gate = Gate(
        GateRules(engine.origins, engine.max_body_bytes, lambda request: not exposed(request), door.admit, refusal_for)
    )
    app = web.Application(
        client_max_size=engine.max_body_bytes, middlewares=[told(house.desk.metrics.request), gate.pass_on]
    )
    app.on_response_prepare.append(gate.mark)
    app.on_response_prepare.append(numbered)
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


class _Routes:
    def __init__(self, house: House) -> None:
        self._house = house
        self._desk = house.desk
        self._turns = house.desk.admission.turns

    async def pass_on(self, route: Route, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        asked = await asyncio.to_thread(read, body) if len(body) > _LARGE_BYTES else read(body)
        target = self._target(request, _named(request, body, asked.model))
        if asked.model and not target.known:
            body = with_model(body, asked.model, target.reference)
        streams = route.family.streams if asked.stream is None else asked.stream
        passage = Passage(self._desk, request, route, target, streams=streams, note=request[NOTE])
        with self._house.idling.used(target.group.slot):
            return await passage.go(body)

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
        active = {group.slot for group in self._turns.serving} & self._allowed(request)
        return reply({"models": await self._house.unions.loaded(sorted(active))})

    async def show(self, request: web.Request) -> web.StreamResponse:
        body = read_request(await request.read(), SHOW)
        name = body.get("model") or body.get("name")
        if not name:
            raise Refusal(400, "model is required")
        target = self._target(request, name)
        return reply(await self._house.unions.show(name if target.known else target.reference, body))

    async def models(self, request: web.Request) -> web.StreamResponse:
        return json_response({"object": "list", "data": await self._house.unions.models(self._allowed(request))})

    async def model(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["model"]
        target = self._target(request, name)
        shown = await self._house.unions.show(target.reference, {})
        return json_response(model(name, shown["modified_at"]) | {"slot": target.group.slot})

    def _allowed(self, request: web.Request) -> frozenset[str]:
        return self._house.slots.intersection(granted(request) or self._house.slots)

    def _target(self, request: web.Request, name: str) -> Target:
        """Raises Refusal: nobody has that name, or the key is not for that slot."""
        board = self._house.desk.admission.board
        request[NOTE].model = ascii(name[:_NAME_LENGTH])
        target = self._house.directory.find(name, board.variants, board.serving)
        if target is None:
            near = self._house.directory.nearest(name)
            told = f"model '{name}' not found" + (f"; did you mean '{near}'?" if near else "")
            raise Refusal(404, told, _PLAIN if request.path.startswith("/v1/") else None)
        if target.group.slot not in self._allowed(request):
            raise Refusal(403, f"this key is not for {target.group.slot}")
        request[NOTE].slot, request[NOTE].model = target.group.slot, str(target.group)
        return target


def _named(request: web.Request, body: bytes, model: Value | None) -> str:
    """Raises Refusal in Ollama's words, which say what is wrong with a body first."""
    if model and (text := model.text):
        return text
    ollamas = not request.path.startswith("/v1/")
    (read_request if ollamas else decode)(body, _NAMED)
    if request.path == "/api/generate":
        raise Refusal(404, "model '' not found")
    raise Refusal(400, "model is required", None if ollamas else _PLAIN)
