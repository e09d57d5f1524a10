"""Talks HTTP to the child through its socket: JSON in, JSON or a stream of events out.

A connection for each request: of kept ones 3 % were found closed (seen through aiohttp's pool), and a new one on a
local socket costs 0.05 ms. Invariant: a connection is closed as soon as nobody reads it; that is how the child learns
to stop computing.

It is written close to the socket because it runs for every token, on a machine whose caches the model has just swept:
there a token costs the front 0.4 ms of its processor, four times of what it costs on an idle machine.
"""

from __future__ import annotations

import asyncio
import json
import socket
from typing import Any, cast

from arriero.engine.errors import ChildRefused
from arriero.engine.llama.http_body import Chunks, Events, Head, parse_head

_BUFFER_LIMIT = 1 << 20
_HEAD_LIMIT = 1 << 16


class ConnectionLost(Exception):
    """The child closed the connection before its answer was whole, or does not listen: it died, or is about to."""


class ChildClient:
    def __init__(self, socket_path: str) -> None:
        self._socket_path = socket_path

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Raises ChildRefused for an error status, ConnectionLost."""
        answer = await self._send(path, body)
        try:
            value = json.loads(await answer.rest())
        except ValueError as error:
            raise ConnectionLost from error
        finally:
            answer.close()
        assert isinstance(value, dict), f"{path} answers with an object"
        return value

    async def stream(self, path: str, body: dict[str, Any]) -> EventStream:
        """Returns with the answer's head, which for a completion comes with its first event. Raises as `post`."""
        return EventStream(await self._send(path, body))

    async def _send(self, path: str, body: dict[str, Any]) -> _Answer:
        payload = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        head = f"POST {path} HTTP/1.1\r\nHost: child\r\nConnection: close\r\nContent-Length: {len(payload)}\r\n\r\n"
        answer = _Answer(await _connected(self._socket_path))
        try:
            answer.wire.transport.write(head.encode() + payload)
            await answer.read_head()
            await answer.require_success()
        except BaseException:
            answer.close()
            raise
        return answer


class EventStream:
    """Events of one answer, in lists as they arrived together."""

    def __init__(self, answer: _Answer) -> None:
        self._answer = answer
        self._events = Events()

    def close(self) -> None:
        self._answer.close()

    async def batch(self) -> list[dict[str, Any]]:
        """The next events, at least one; empty at the end. Raises ConnectionLost when the answer breaks off."""
        try:
            while data := await self._answer.piece():
                if found := self._events.feed(data):
                    return found
        except ValueError as error:
            raise ConnectionLost from error
        return []


class _Wire(asyncio.Protocol):
    """The bytes of one connection as they come."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self._received = bytearray()
        self._ended = False
        self._paused = False
        self._waiter: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if len(self._received) > _BUFFER_LIMIT:
            self._paused = True
            self.transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        self._ended = True
        self._wake()

    def connection_lost(self, _: Exception | None) -> None:
        self._ended = True
        self._wake()

    async def read(self) -> bytes:
        """All that has come since the last time; waits for something. Empty: there will be no more."""
        if not self._received and not self._ended:
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        data = bytes(self._received)
        self._received.clear()
        if self._paused:
            self._paused = False
            self.transport.resume_reading()
        return data

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
        self._waiter = None


async def _connected(path: str) -> _Wire:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.setblocking(False)
    try:
        connection.connect(path)  # at once: the kernel queues it, and refuses with EAGAIN where its queue is full
        _, wire = await asyncio.get_running_loop().create_unix_connection(_Wire, sock=connection)
    except OSError as error:
        connection.close()
        raise ConnectionLost from error
    return wire


class _Answer:
    """An HTTP answer on its way in."""

    head: Head

    def __init__(self, wire: _Wire) -> None:
        self.wire = wire
        self._chunks: Chunks | None = None
        self._left: int | None = None
        self._early = b""

    def close(self) -> None:
        self.wire.transport.abort()

    async def read_head(self) -> None:
        received = b""
        while b"\r\n\r\n" not in received:
            data = await self.wire.read()
            received += data
            if not data or len(received) > _HEAD_LIMIT:
                raise ConnectionLost
        head, _, self._early = received.partition(b"\r\n\r\n")
        try:
            self.head = parse_head(head)
        except ValueError as error:
            raise ConnectionLost from error
        self._chunks = Chunks() if self.head.chunked else None
        self._left = self.head.length

    async def require_success(self) -> None:
        if self.head.status >= 400:
            raise ChildRefused(self.head.status, (await self.rest()).decode("utf-8", "replace"))

    async def piece(self) -> bytes:
        """The next part of the body; empty at its end. Raises ConnectionLost when it breaks off, ValueError."""
        chunks = self._chunks
        while not (chunks.finished if chunks else self._left == 0):
            data, self._early = self._early or await self.wire.read(), b""
            if not data:
                if chunks or self._left:
                    raise ConnectionLost
                break
            if self._left is not None:
                self._left -= len(data)
            if piece := chunks.feed(data) if chunks else data:
                return piece
        return b""

    async def rest(self) -> bytes:
        pieces = []
        while piece := await self.piece():
            pieces.append(piece)
        return b"".join(pieces)
