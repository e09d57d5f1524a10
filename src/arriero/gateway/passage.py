"""One request on its way: its place in the line, the server's answer as it comes, and what is told if that breaks.

Invariant: no byte of an answer is held back or changed, and no answer that breaks ends as if it were whole.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from contextlib import closing
from dataclasses import dataclass

from aiohttp import HttpVersion11, web

from arriero.engine.api.refusal import Refusal
from arriero.gateway.admission import Admission
from arriero.gateway.families import Route
from arriero.gateway.fim import FimAnswer
from arriero.gateway.metrics import TAIL_BYTES, Metrics
from arriero.gateway.naming import Target
from arriero.gateway.refusals import refusal_for
from arriero.gateway.servers import Answer, BrokenOff, Nobody, Servers, passed_on

_COMMENT_EVERY_S = 1.0
_TRIES = 2
_LENGTH = frozenset({"content-length"})
_STREAMS = ("text/event-stream", "application/x-ndjson")
logger = logging.getLogger("arriero.gateway")


@dataclass(frozen=True)
class Desk:
    """What every passage works with. `wait_s`: how long a request that cannot be told anything may wait."""

    admission: Admission
    servers: Servers
    metrics: Metrics
    wait_s: float


@dataclass
class Note:
    """What is told of a request besides its path and status."""

    slot: str = ""
    model: str = ""
    waited_s: float = 0.0
    first_s: float | None = None
    sent_bytes: int = 0


class Passage:
    """`streams`: whether the client asked for a stream."""

    def __init__(self, desk: Desk, request: web.Request, route: Route, target: Target, *, streams: bool, note: Note):
        self._desk, self._request, self._route, self._target = desk, request, route, target
        self._comments = streams and route.family.events
        self._response: web.StreamResponse | None = None
        self._began = time.monotonic()
        self._tail = b""
        self._note = note

    async def go(self, body: bytes) -> web.StreamResponse:
        """Raises Refusal and ArrieroError while nothing has been sent."""
        try:
            return await self._carry(body)
        except ConnectionError:
            raise  # the client is gone: there is nobody to tell
        except Exception as error:
            if self._response is None:
                raise
            refusal = refusal_for(error)
            logger.warning("%s %s", self._route.path, refusal)
            return await self._break_off(refusal.message)

    async def _carry(self, body: bytes) -> web.StreamResponse:
        group = self._target.group
        for _ in range(_TRIES):
            await self._enter()
            try:
                return await self._pass_on(body)
            except Nobody:
                self._desk.admission.lost(group)
            finally:
                self._desk.admission.leave(group)
        raise Refusal(502, f"{group.slot} does not answer on its port")

    async def _enter(self) -> None:
        if self._desk.admission.enter_at_once(self._target.group):
            return
        began = time.monotonic()
        waiting = asyncio.ensure_future(self._desk.admission.enter(self._target.group))
        try:
            while not waiting.done():
                left_s = _COMMENT_EVERY_S if self._comments else began + self._desk.wait_s - time.monotonic()
                await asyncio.wait({waiting}, timeout=max(0.0, left_s))
                if not waiting.done():
                    await self._say_that_it_waits(began)
        except BaseException:
            waiting.cancel()
            (ended,) = await asyncio.gather(waiting, return_exceptions=True)
            if ended is None:  # it was let go on in this very moment
                self._desk.admission.leave(self._target.group)
            raise
        finally:
            self._note.waited_s += time.monotonic() - began
        waiting.result()

    async def _say_that_it_waits(self, began: float) -> None:
        waited_s = time.monotonic() - began
        if self._comments:
            doing = "loading" if self._desk.admission.turns.loading == self._target.group else "waiting for"
            await self._write(f": {doing} {self._target.group.slot}, {waited_s:.0f} s\n\n".encode())
        elif waited_s >= self._desk.wait_s:
            again_s = max(1, round(self._desk.admission.last_load_s))
            message = f"{self._target.group.slot} is not loaded yet, after {waited_s:.0f} s; try again later"
            raise Refusal(503, message, {"Retry-After": str(again_s)})

    async def _pass_on(self, body: bytes) -> web.StreamResponse:
        slot = self._target.group.slot
        try:
            answer = await self._desk.servers.post(slot, self._path(), self._request.headers, body)
        except BrokenOff as error:
            raise Refusal(502, f"{slot} broke off before its answer: {error}") from error
        with closing(answer):
            if self._response is not None and answer.status != 200:
                raise Refusal(answer.status, _message_of(await answer.start(TAIL_BYTES)))
            anew = self._anew(answer)
            response = self._response or await self._open(answer, keeps_length=anew is None)
            whole = await self._stream(answer, anew)
        self._desk.metrics.answered(slot, self._tail)
        if not whole:
            return await self._break_off(f"{slot} broke off in the midst of its answer")
        await response.write_eof()
        return response

    def _path(self) -> str:
        query = self._request.rel_url.raw_query_string
        return f"{self._route.upstream}?{query}" if query else self._route.upstream

    def _anew(self, answer: Answer) -> FimAnswer | None:
        if self._route.told_anew is None or answer.status != 200:
            return None
        return self._route.told_anew(events=answer.content_type == "text/event-stream")

    async def _stream(self, answer: Answer, anew: FimAnswer | None) -> bool:
        """Whether the server's answer came to its end."""
        while True:
            try:
                chunk = await answer.piece()
            except BrokenOff:
                return False
            if not chunk:
                if anew and (rest := anew.end()):
                    await self._write(rest)
                return True
            if self._note.first_s is None:
                self._note.first_s = time.monotonic() - self._began
                self._desk.metrics.first.labels(self._target.group.slot).observe(self._note.first_s)
            await self._write(anew.feed(chunk) if anew else chunk)

    async def _open(self, answer: Answer, *, keeps_length: bool) -> web.StreamResponse:
        headers = passed_on(answer.headers, frozenset() if keeps_length else _LENGTH)
        response = web.StreamResponse(status=answer.status, reason=answer.reason, headers=headers)
        if "Content-Length" not in headers and self._request.version >= HttpVersion11:
            response.enable_chunked_encoding()
        await response.prepare(self._request)
        self._response = response
        return response

    async def _write(self, data: bytes) -> None:
        if self._response is None:
            headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-cache"}
            response = web.StreamResponse(headers=headers)
            await response.prepare(self._request)
            self._response = response
        self._note.sent_bytes += len(data)
        self._tail = (self._tail + data)[-TAIL_BYTES:]
        await self._response.write(data)

    async def _break_off(self, message: str) -> web.StreamResponse:
        """A stream ends with the error in its API's form; any other answer, and one whose length was promised, with a
        connection that visibly breaks."""
        response = self._response
        assert response is not None
        if response.content_type in _STREAMS and "Content-Length" not in response.headers:
            gap = b"" if self._tail.endswith(b"\n") or not self._tail else b"\n"
            if gap and self._route.family.events:
                gap = b"\n\n"
            await self._write(gap + self._route.family.broken(message))
            await response.write_eof()
        elif self._request.transport is not None:
            self._request.transport.abort()
        return response


def _message_of(body: bytes) -> str:
    """The error's own words, in whichever form."""
    try:
        told = json.loads(body)["error"]
        return str(told["message"] if isinstance(told, dict) else told)
    except (ValueError, LookupError, TypeError):
        return body.decode(errors="replace").strip()
