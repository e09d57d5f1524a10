"""One HTTP question at a time to a server on this machine: enough for Ollama's API and Docker's, and light to import.

Every question is dropped at once when its task is cancelled, and asks for no kept connection (HTTP/1.0), so the answer
ends where the stream ends and is never chunked.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple

from arriero.runtime.address import reachable

_MAX_BYTES = 8_000_000

Dial = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


class NoAnswer(Exception):
    """Nobody answered in time, or what came was not HTTP."""


class Answer(NamedTuple):
    status: int
    body: bytes

    def json(self) -> dict[str, object]:
        """The body as an object; an empty one when it is none."""
        try:
            value = json.loads(self.body)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}


async def ask(
    host: str, port: int, path: str, *, post: dict[str, object] | None = None, key: str | None = None, limit_s: float
) -> Answer:
    """GET, or POST of a JSON body. Raises NoAnswer with the reason."""
    host = reachable(host)
    name = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    method = "GET" if post is None else "POST"
    try:
        async with asyncio.timeout(limit_s):
            return await exchange(lambda: asyncio.open_connection(host, port), request(method, name, path, post, key))
    except TimeoutError:
        raise NoAnswer(f"no answer in {limit_s:g} s") from None
    except (OSError, ValueError) as error:
        raise NoAnswer(str(error) or type(error).__name__) from error


def request(method: str, name: str, path: str, body: dict[str, object] | None = None, key: str | None = None) -> bytes:
    """The bytes of one request; `name` is what the Host header says."""
    content = b"" if body is None else json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/1.0", f"Host: {name}"]
    lines += [f"Authorization: Bearer {key}"] if key else []
    lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"] if body is not None else []
    return "\r\n".join([*lines, "", ""]).encode() + content


async def exchange(dial: Dial, asked: bytes) -> Answer:
    """One question and the whole answer. Raises OSError, and ValueError when what comes is not HTTP or too much."""
    async with opened(dial, asked) as (status, body):
        return Answer(status, await _all(body))


@asynccontextmanager
async def opened(dial: Dial, asked: bytes) -> AsyncIterator[tuple[int, asyncio.StreamReader]]:
    """One question; the status and the body as it comes. Raises OSError, and ValueError for what is not HTTP."""
    reader, writer = await dial()
    try:
        writer.write(asked)
        await writer.drain()
        yield await _status(reader), reader
    finally:
        writer.close()


async def _status(reader: asyncio.StreamReader) -> int:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        head = error.partial
    except asyncio.LimitOverrunError:
        raise ValueError("not HTTP: no end of its headers") from None
    words = head.split(None, 2)
    if not head.startswith(b"HTTP/") or not head.endswith(b"\r\n\r\n") or not words[1:] or not words[1].isdigit():
        raise ValueError(f"not HTTP: {head[:40]!r}")
    return int(words[1])


async def _all(reader: asyncio.StreamReader) -> bytes:
    chunks = bytearray()
    while chunk := await reader.read(65536):
        chunks += chunk
        if len(chunks) > _MAX_BYTES:
            raise ValueError(f"more than {_MAX_BYTES} bytes")
    return bytes(chunks)
