"""One HTTP question at a time to a server on this machine: enough for Ollama's API, and light to import.

Every question has one limit for all of it, is dropped at once when its task is cancelled, and asks for no kept
connection (HTTP/1.0), so the answer ends where the stream ends.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass

from arriero.runtime.address import reachable

_MAX_BYTES = 8_000_000


class NoAnswer(Exception):
    """Nobody answered in time, or what came was not HTTP."""


@dataclass(frozen=True)
class Answer:
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
    try:
        async with asyncio.timeout(limit_s):
            return await _exchange(reachable(host), port, _request(reachable(host), port, path, post, key))
    except TimeoutError:
        raise NoAnswer(f"no answer in {limit_s:g} s") from None
    except (OSError, ValueError, IndexError) as error:
        raise NoAnswer(str(error) or type(error).__name__) from error


def _request(host: str, port: int, path: str, post: dict[str, object] | None, key: str | None) -> bytes:
    body = b"" if post is None else json.dumps(post).encode()
    name = f"[{host}]" if ":" in host else host
    lines = [f"{'GET' if post is None else 'POST'} {path} HTTP/1.0", f"Host: {name}:{port}"]
    lines += [f"Authorization: Bearer {key}"] if key else []
    lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"] if post is not None else []
    return "\r\n".join([*lines, "", ""]).encode() + body


async def _exchange(host: str, port: int, request: bytes) -> Answer:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(request)
        await writer.drain()
        head, _, body = (await _all(reader)).partition(b"\r\n\r\n")
    finally:
        writer.close()
    if not head.startswith(b"HTTP/"):
        raise ValueError(f"not HTTP: {head[:40]!r}")
    return Answer(int(head.split(None, 2)[1]), body)


async def _all(reader: asyncio.StreamReader) -> bytes:
    chunks = bytearray()
    while chunk := await reader.read(65536):
        chunks += chunk
        if len(chunks) > _MAX_BYTES:
            raise ValueError(f"more than {_MAX_BYTES} bytes")
    return bytes(chunks)
