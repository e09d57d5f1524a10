"""The engine's HTTP server: every route of Ollama's own API, and the dialects'."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable

from aiohttp import web

from arriero.engine.api.blobs import head_blob, post_blob
from arriero.engine.api.changes import copy, delete
from arriero.engine.api.create import create
from arriero.engine.api.embeddings import embeddings
from arriero.engine.api.errors import refusal_for
from arriero.engine.api.gate import Gate, GateRules
from arriero.engine.api.go_decode import GoType
from arriero.engine.api.local import LocalService
from arriero.engine.api.models import running
from arriero.engine.api.progress import Work, tell_progress
from arriero.engine.api.refusal import Refusal
from arriero.engine.api.replies import reply, tell
from arriero.engine.api.requests import CHAT, COPY, CREATE, DELETE, EMBED, EMBEDDING, GENERATE, PULL, PUSH, SHOW, read
from arriero.engine.api.security import key_accepted
from arriero.engine.api.service import Json
from arriero.engine.api.transfers import pull, push
from arriero.engine.engine import Engine
from arriero.engine.settings import EngineSpec, is_loopback

OLLAMA_VERSION = "0.33.0"
"""Whose behaviour this is; some clients look at it."""
OPEN_PATH = "/"
"""Says that something runs here, and needs no key."""
DIALECTS = ("openai_models", "openai_chat", "openai_completions", "openai_embeddings", "responses", "anthropic")


def make_app(engine: Engine) -> web.Application:
    """`engine` is not closed by the application."""
    service = LocalService(engine)
    gate = Gate(gate_rules(engine.spec))
    app = web.Application(client_max_size=engine.spec.max_body_bytes, middlewares=[gate.pass_on])
    app.on_response_prepare.append(gate.mark)
    app.add_routes(_routes(engine, service))
    for name in DIALECTS:
        app.add_routes(importlib.import_module(f"arriero.engine.api.{name}").routes(service))
    return app


def gate_rules(spec: EngineSpec) -> GateRules:
    async def admit(request: web.Request) -> None:
        if spec.api_key is not None and request.path != OPEN_PATH and not key_accepted(request.headers, spec.api_key):
            raise Refusal(401, "unauthorized: this server needs an API key")

    local = is_loopback(spec.host)
    return GateRules(spec.origins, spec.max_body_bytes, lambda _: local, admit, refusal_for)


def _routes(engine: Engine, service: LocalService) -> list[web.RouteDef]:
    routes = _Routes(engine, service)
    return [
        web.get("/", routes.root),
        web.get("/api/version", routes.version),
        web.get("/api/status", routes.status, allow_head=False),
        web.get("/api/tags", routes.tags),
        web.get("/api/ps", routes.ps, allow_head=False),
        web.post("/api/show", routes.show),
        web.post("/api/generate", routes.generate),
        web.post("/api/chat", routes.chat),
        web.post("/api/embed", routes.embed),
        web.post("/api/embeddings", routes.embeddings),
        web.post("/api/create", routes.create),
        web.post("/api/copy", routes.copy),
        web.delete("/api/delete", routes.delete),
        web.post("/api/pull", routes.pull),
        web.post("/api/push", routes.push),
        web.head("/api/blobs/{digest}", lambda request: head_blob(engine, request)),
        web.post("/api/blobs/{digest}", lambda request: post_blob(engine, request)),
    ]


class _Routes:
    """Ollama's own API."""

    def __init__(self, engine: Engine, service: LocalService) -> None:
        self._engine = engine
        self._service = service

    async def root(self, _: web.Request) -> web.StreamResponse:
        return web.Response(text="Ollama is running")

    async def version(self, _: web.Request) -> web.StreamResponse:
        return reply({"version": OLLAMA_VERSION})

    async def status(self, _: web.Request) -> web.StreamResponse:
        return reply({"cloud": {"disabled": True, "source": "config"}})  # there is no cloud behind this server

    async def tags(self, _: web.Request) -> web.StreamResponse:
        return reply({"models": await asyncio.to_thread(self._service.models)})

    async def ps(self, _: web.Request) -> web.StreamResponse:
        return reply({"models": running(self._engine)})

    async def show(self, request: web.Request) -> web.StreamResponse:
        return reply(await asyncio.to_thread(self._service.show, read(await request.read(), SHOW)))

    async def generate(self, request: web.Request) -> web.StreamResponse:
        body = read(await request.read(), GENERATE)
        return await tell(request, await self._service.generate(body), stream=_streams(body))

    async def chat(self, request: web.Request) -> web.StreamResponse:
        body = read(await request.read(), CHAT)
        return await tell(request, await self._service.chat(body), stream=_streams(body))

    async def embed(self, request: web.Request) -> web.StreamResponse:
        return reply(await self._service.embed(read(await request.read(), EMBED)))

    async def embeddings(self, request: web.Request) -> web.StreamResponse:
        return reply(await embeddings(self._engine, read(await request.read(), EMBEDDING)))

    async def copy(self, request: web.Request) -> web.StreamResponse:
        await asyncio.to_thread(copy, self._engine, read(await request.read(), COPY))
        return web.Response()

    async def delete(self, request: web.Request) -> web.StreamResponse:
        await asyncio.to_thread(delete, self._engine, read(await request.read(), DELETE))
        return web.Response()

    async def create(self, request: web.Request) -> web.StreamResponse:
        return await self._work(request, CREATE, create)

    async def pull(self, request: web.Request) -> web.StreamResponse:
        return await self._work(request, PULL, pull)

    async def push(self, request: web.Request) -> web.StreamResponse:
        return await self._work(request, PUSH, push)

    async def _work(
        self, request: web.Request, shape: GoType, work: Callable[[Engine, Json], Work]
    ) -> web.StreamResponse:
        body = read(await request.read(), shape)
        return await tell_progress(request, work(self._engine, body), stream=_streams(body))


def _streams(body: Json) -> bool:
    return body.get("stream") is not False
