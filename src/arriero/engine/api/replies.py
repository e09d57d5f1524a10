"""How Ollama's own routes answer: one JSON object, or one object per line as they come."""

from __future__ import annotations

from contextlib import aclosing

from aiohttp import HttpVersion11, web
from aiohttp.abc import AbstractStreamWriter

from arriero.engine.api.answers import StreamedAnswer
from arriero.engine.api.collect import collect
from arriero.engine.api.dialect import CHARSET_JSON
from arriero.engine.api.refusal import Refusal
from arriero.engine.api.service import Json
from arriero.engine.api.sse import compact

LINES = "application/x-ndjson"
_GO_BUFFER_BYTES = 2048


class _Chunked(web.Response):
    """In chunks for who understands them: HTTP/1.0 knows none, and gets the length."""

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        if request.version >= HttpVersion11:
            self.enable_chunked_encoding()
        return await super().prepare(request)


def reply(body: Json, status: int = 200, content_type: str = CHARSET_JSON) -> web.Response:
    """Go's server does not know the length of an answer that outgrows its buffer, and sends it in chunks; so do we."""
    data = compact(body)
    kind = _Chunked if len(data) > _GO_BUFFER_BYTES else web.Response
    return kind(body=data, status=status, headers={"Content-Type": content_type})


def plain(text: str, status: int) -> web.Response:
    """What gin says by itself."""
    return web.Response(body=text.encode(), status=status, headers={"Content-Type": "text/plain"})


async def tell(request: web.Request, answer: StreamedAnswer, *, stream: bool) -> web.StreamResponse:
    """The whole answer, closed however it ends. Raises Refusal while nothing has been sent."""
    async with aclosing(answer):
        if answer.single or not stream:
            return reply(await collect(answer))
        return await _lines(request, answer)


async def _lines(request: web.Request, answer: StreamedAnswer) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": LINES})
    async for chunk in answer:
        if not response.prepared:
            if "error" in chunk:
                raise Refusal(500, chunk["error"])
            await response.prepare(request)
        await response.write(compact(chunk) + b"\n")
    if not response.prepared:
        await response.prepare(request)
    await response.write_eof()
    return response
