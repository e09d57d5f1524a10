"""A proxy in front of a registry that does to answers what the world does to them, on demand.

A fault is a coroutine function of proxy and request that answers in the registry's place, or lets the request pass by
returning None. The makers below give the usual ones; `times` says how often one strikes before it lets pass.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import ClientError, ClientSession, web

from arriero.core.ids import Reference

HOP_HEADERS = ("Transfer-Encoding", "Content-Length", "Connection", "Host")
Body = Callable[[AsyncIterator[bytes]], AsyncIterator[bytes]]


class Reset(Exception):
    """Raised by a body: the connection ends here, without a goodbye."""


@dataclass(frozen=True)
class Seen:
    """One request as it came in."""

    method: str
    path: str
    headers: dict[str, str]

    @property
    def is_blob(self) -> bool:
        return self.method == "GET" and "/blobs/sha256:" in self.path


@dataclass
class FaultProxy:
    """`on_blob` is asked for every GET of a blob, `on_manifest` for every GET and HEAD of a manifest, `on_any` first.

    `sent` counts the bytes of blobs written towards the client, by digest. With `add_location` a 200 names itself as
    Location, which Ollama needs to pull from a stock registry.
    """

    upstream: str
    host: str = ""
    on_any: Fault | None = None
    on_blob: Fault | None = None
    on_manifest: Fault | None = None
    add_location: bool = False
    seen: list[Seen] = field(default_factory=list)
    sent: dict[str, int] = field(default_factory=dict)
    session: ClientSession | None = None

    def at(self, reference: Reference) -> Reference:
        """The same model through this proxy."""
        return Reference(self.host, reference.namespace, reference.model, reference.tag)

    def blob_requests(self) -> list[Seen]:
        return [seen for seen in self.seen if seen.is_blob]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(Seen(request.method, request.path_qs, dict(request.headers)))
        kind = self.on_manifest if "/manifests/" in request.path else self.on_blob if self.seen[-1].is_blob else None
        for fault in (self.on_any, kind):
            if fault is not None and (response := await fault(self, request)) is not None:
                return response
        return await self.forward(request)

    async def forward(
        self, request: web.Request, *, ranged: bool = True, body: Body | None = None, promise: int | None = None
    ) -> web.StreamResponse:
        """The registry's answer, its `body` run through a change. `promise`: another Content-Length, -1 for none."""
        assert self.session
        headers = {k: v for k, v in request.headers.items() if k not in HOP_HEADERS and (ranged or k != "Range")}
        headers["Host"] = request.host
        data = request.content if request.can_read_body else None
        if data is not None:
            headers["Content-Length"] = str(request.content_length)
        async with self.session.request(
            request.method,
            f"http://{self.upstream}{request.path_qs}",
            headers=headers,
            data=data,
            allow_redirects=False,
        ) as up:
            response = web.StreamResponse(status=up.status, headers=self._headers(request, up.status, up.headers))
            length = promise if promise is not None else up.content_length
            if length == -1:
                response.enable_chunked_encoding()
            else:
                response.content_length = length
            source = up.content.iter_any()
            await self._pump(request, response, body(source) if body else source)
        return response

    def _headers(self, request: web.Request, status: int, headers: object) -> dict[str, str]:
        kept = {k: v for k, v in dict(headers).items() if k not in HOP_HEADERS}  # type: ignore[call-overload]
        if self.add_location and request.method == "GET" and status in (200, 206):
            kept["Location"] = f"http://{self.host}{request.path_qs}"
        return kept

    async def _pump(self, request: web.Request, response: web.StreamResponse, body: AsyncIterator[bytes]) -> None:
        digest = request.path.rpartition("/")[2]
        try:
            await response.prepare(request)
            async for chunk in body:
                if request.method == "GET" and "/blobs/sha256:" in request.path:
                    self.sent[digest] = self.sent.get(digest, 0) + len(chunk)
                await response.write(chunk)
            await response.write_eof()
        except Reset:
            hang_up(request)
        except (ClientError, ConnectionError):
            return  # the client went away


Fault = Callable[[FaultProxy, web.Request], Awaitable[web.StreamResponse | None]]


@asynccontextmanager
async def fault_proxy(upstream: str) -> AsyncIterator[FaultProxy]:
    proxy = FaultProxy(upstream)
    app = web.Application(client_max_size=1 << 40)
    app.router.add_route("*", "/{path:.*}", proxy.handle)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.01)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    proxy.host = f"127.0.0.1:{runner.addresses[0][1]}"
    async with ClientSession(auto_decompress=False) as proxy.session:
        yield proxy
        await runner.cleanup()


def hang_up(request: web.Request) -> None:
    if request.transport:
        request.transport.abort()


def limited(fault: Fault, times: int) -> Fault:
    """Strikes `times` times, then lets everything pass."""
    left = times

    async def strike(proxy: FaultProxy, request: web.Request) -> web.StreamResponse | None:
        nonlocal left
        if left <= 0:
            return None
        left -= 1
        return await fault(proxy, request)

    return strike


def changed(body: Body, *, ranged: bool = True, promise: int | None = None) -> Fault:
    """The registry's answer with another body."""

    async def strike(proxy: FaultProxy, request: web.Request) -> web.StreamResponse:
        return await proxy.forward(request, body=body, ranged=ranged, promise=promise)

    return strike


def answering(status: int, text: str = "", **headers: str) -> Fault:
    """An answer of the proxy's own; header names with `_` for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def strike(proxy: FaultProxy, request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, text=text, headers=named)

    return strike


def redirecting(target: str) -> Fault:
    async def strike(proxy: FaultProxy, request: web.Request) -> web.StreamResponse:
        return web.Response(status=307, headers={"Location": target})

    return strike


def only(digest: str, fault: Fault) -> Fault:
    """Strikes at one layer."""

    async def strike(proxy: FaultProxy, request: web.Request) -> web.StreamResponse | None:
        return await fault(proxy, request) if digest in request.path else None

    return strike


def after(count: int, then: Callable[[], Awaitable[None]]) -> Body:
    """`count` bytes pass, then `then` happens, then the rest."""

    async def body(source: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        passed, struck = 0, False
        async for chunk in source:
            if not struck and passed + len(chunk) >= count:
                yield chunk[: count - passed]
                struck = True
                await then()
                yield chunk[count - passed :]
            else:
                yield chunk
            passed += len(chunk)

    return body


async def reset() -> None:
    raise Reset


async def silence() -> None:
    """For longer than any test waits; ends when the client goes away."""
    await asyncio.Event().wait()


def at_pace(bytes_per_s: float, piece: int) -> Body:
    """`piece` bytes at a time, so that each connection gets `bytes_per_s`."""

    async def body(source: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for chunk in source:
            for start in range(0, len(chunk), piece):
                yield chunk[start : start + piece]
                await asyncio.sleep(len(chunk[start : start + piece]) / bytes_per_s)

    return body


def with_wrong_byte(source: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The first byte of the body is another one."""

    async def body() -> AsyncIterator[bytes]:
        first = True
        async for chunk in source:
            yield bytes([chunk[0] ^ 0xFF]) + chunk[1:] if first else chunk
            first = False

    return body()


def with_more(count: int) -> Body:
    """`count` bytes after the last one."""

    async def body(source: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for chunk in source:
            yield chunk
        yield b"x" * count

    return body
