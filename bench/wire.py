"""A small HTTP client that tells when each token came; the same for both sides of a comparison, so its cost cancels."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_LINE_BYTES = 1 << 20


@dataclass(frozen=True)
class Address:
    """A TCP port of this machine, or a unix socket."""

    port: int = 0
    socket: Path | None = None

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self.socket:
            return await asyncio.open_unix_connection(self.socket, limit=_LINE_BYTES)
        return await asyncio.open_connection("127.0.0.1", self.port, limit=_LINE_BYTES)


@dataclass
class Stream:
    """One streamed answer. `at_s`: when each token came, counted from when the request began to be sent."""

    status: int = 0
    at_s: list[float] = field(default_factory=list)
    whole: bool = False
    error: str = ""

    @property
    def first_s(self) -> float:
        return self.at_s[0]

    @property
    def tokens_per_s(self) -> float:
        """Between the first token and the last."""
        return (len(self.at_s) - 1) / (self.at_s[-1] - self.at_s[0])


async def stream(address: Address, path: str, body: dict[str, Any]) -> Stream:
    """POSTs and reads NDJSON or server-sent events to their end. Raises OSError when there is nobody."""
    began = time.perf_counter()
    reader, writer = await address.connect()
    payload = json.dumps(body).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
    seen = Stream()
    try:
        writer.write(f"{head}Content-Length: {len(payload)}\r\n\r\n".encode() + payload)
        seen.status = int((await reader.readline()).split()[1])
        while line := await reader.readline():
            _take(seen, line.strip().removeprefix(b"data: "), began)
    finally:
        writer.close()
    return seen


def _take(seen: Stream, line: bytes, began: float) -> None:
    """One line of the answer: a header, a chunk's size and blank lines say nothing."""
    if not line.startswith(b"{"):
        return
    event = json.loads(line)
    if "error" in event:
        seen.error = str(event["error"])
    if event.get("content") or event.get("response"):
        seen.at_s.append(time.perf_counter() - began)
    seen.whole = seen.whole or bool(event.get("stop") or event.get("done"))
