"""Talks HTTP to the child through its socket: JSON in, JSON or a stream of events out.

A connection for each request: of kept ones 3 % were found closed (seen through aiohttp's pool), and a new one on a
local socket costs 0.05 ms. Invariant: a connection is closed as soon as nobody reads it; that is how the child learns
to stop computing.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from arriero.engine.errors import ChildRefused
from arriero.engine.llama.http_body import Chunks, Events, Head, parse_head

_READ_BYTES = 1 << 16
_LIMIT = 1 << 20


class ConnectionLost(Exception):
    """The child closed the connection before its answer was whole, or does not listen: it died, or is about to."""


class ChildClient:
    def __init__(self, socket_path: str) -> None:
        self._socket_path = socket_path

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Raises ChildRefused for an error status, ConnectionLost."""
        connection = await self._send(path, body)
        try:
            value = json.loads(await connection.rest())
        except ValueError as error:
            raise ConnectionLost from error
        finally:
            connection.close()
        assert isinstance(value, dict), f"{path} answers with an object"
        return value

    async def stream(self, path: str, body: dict[str, Any]) -> EventStream:
        """Returns with the answer's head, which for a completion comes with its first event. Raises as `post`."""
        return EventStream(await self._send(path, body))

    async def _send(self, path: str, body: dict[str, Any]) -> _Connection:
        payload = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        head = f"POST {path} HTTP/1.1\r\nHost: child\r\nConnection: close\r\nContent-Length: {len(payload)}\r\n\r\n"
        try:
            reader, writer = await asyncio.open_unix_connection(self._socket_path, limit=_LIMIT)
        except OSError as error:
            raise ConnectionLost from error
        connection = _Connection(reader, writer)
        try:
            writer.write(head.encode() + payload)
            await connection.read_head()
            await connection.require_success()
        except BaseException:
            connection.close()
            raise
        return connection


class EventStream:
    """Events of one answer, in lists as they arrived together. Iterate once; `close` at any time."""

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection

    def close(self) -> None:
        self._connection.close()

    async def __aiter__(self) -> AsyncIterator[list[dict[str, Any]]]:
        """Raises ConnectionLost when the answer breaks off."""
        events = Events()
        try:
            async for data in self._connection.body():
                if found := events.feed(data):
                    yield found
        except ValueError as error:
            raise ConnectionLost from error
        finally:
            self.close()


class _Connection:
    head: Head

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def close(self) -> None:
        self._writer.transport.abort()

    async def read_head(self) -> None:
        try:
            self.head = parse_head((await self._reader.readuntil(b"\r\n\r\n"))[:-4])
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError) as error:
            raise ConnectionLost from error

    async def require_success(self) -> None:
        if self.head.status >= 400:
            raise ChildRefused(self.head.status, (await self.rest()).decode("utf-8", "replace"))

    async def body(self) -> AsyncIterator[bytes]:
        """Pieces of the body, never empty. Raises ConnectionLost, ValueError."""
        chunks = Chunks() if self.head.chunked else None
        left = self.head.length
        while not (chunks and chunks.finished) and left != 0:
            try:
                data = await self._reader.read(_READ_BYTES)
            except OSError as error:
                raise ConnectionLost from error
            if not data and (chunks or left):
                raise ConnectionLost
            if not data:
                return
            left = left and left - len(data)
            if piece := chunks.feed(data) if chunks else data:
                yield piece

    async def rest(self) -> bytes:
        return b"".join([piece async for piece in self.body()])
