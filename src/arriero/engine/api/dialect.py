"""How a dialect serves a request: read and translate it, ask the service, tell the answer. Their only IO is here.

Facts of Ollama 0.33: what its own layer refuses before it asks carries a charset in the Content-Type, what the model's
routes refuse does not, nor does an answer. A stream is opened with its first chunk, so an earlier failure still has
its status.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from arriero.engine.api.collect import collect
from arriero.engine.api.error_forms import ErrorForm
from arriero.engine.api.go_decode import GoType, decode
from arriero.engine.api.refusal import Refusal
from arriero.engine.api.service import Answer, Json
from arriero.engine.api.sse import compact

PLAIN_JSON = "application/json"
CHARSET_JSON = "application/json; charset=utf-8"


class Events(Protocol):
    """Ollama's chunks of one answer, in order, as the dialect's events; it may remember what it has told."""

    def events(self, chunk: Json) -> list[bytes]: ...

    def failure(self, message: str) -> list[bytes]:
        """What ends a stream that broke after it began."""
        ...


@dataclass(frozen=True)
class Turn:
    """One translated request: the Ollama `body`, how a joined answer is told, and `stream` if the client wants that."""

    body: Json
    told: Callable[[Json], Json]
    stream: Events | None


@dataclass(frozen=True)
class Dialect:
    """One endpoint. `turn` is pure and raises Refusal; `ask` is the service's method."""

    form: ErrorForm
    shape: GoType
    turn: Callable[[Json], Turn]
    ask: Callable[[Json], Awaitable[Answer]]

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """The handler: always answers in the dialect's form."""
        try:
            turn = self.turn(decode(await request.read(), self.shape))
        except Refusal as refusal:
            return refused(self.form, refusal, CHARSET_JSON)
        try:
            async with aclosing(await self.ask(turn.body)) as answer:
                if turn.stream is not None:
                    return await self._streamed(request, turn.stream, answer)
                return json_response(turn.told(await collect(answer)))
        except Refusal as refusal:
            return refused(self.form, refusal, PLAIN_JSON)

    async def _streamed(self, request: web.Request, stream: Events, answer: Answer) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
        async for chunk in answer:
            failure = chunk.get("error")
            if failure is not None and not response.prepared:
                raise Refusal(500, failure)
            if not response.prepared:
                await response.prepare(request)
            events = stream.events(chunk) if failure is None else stream.failure(failure)
            await response.write(b"".join(events))
        if not response.prepared:
            await response.prepare(request)
        await response.write_eof()
        return response


def json_response(body: Json, status: int = 200, content_type: str = PLAIN_JSON) -> web.Response:
    return web.Response(body=compact(body) + b"\n", status=status, headers={"Content-Type": content_type})


def refused(form: ErrorForm, refusal: Refusal, content_type: str) -> web.Response:
    return json_response(form(refusal.status, refusal.message), refusal.status, content_type)
