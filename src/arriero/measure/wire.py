"""One HTTP question whose answer is timed at the socket: every piece keeps the moment at which it was read.

Nothing is parsed while the answer comes, so that measuring takes nothing from the server beside it. Moments are those
of `time.perf_counter` (CLOCK_MONOTONIC), which no change of the wall clock touches.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import time
from bisect import bisect_left
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from arriero.measure.errors import UrlInvalid
from arriero.runtime.address import reachable

MAX_BYTES = 64 << 20


class Broken(Exception):
    """The answer did not come, or not whole. `gone`: there is no use in asking again, nobody is there or speaks."""

    def __init__(self, detail: str, *, gone: bool = False) -> None:
        super().__init__(detail)
        self.detail, self.gone = detail, gone


@dataclass(frozen=True)
class Address:
    """`prefix`: the path in front of every API path, without its last slash. `key` is empty where none is needed."""

    host: str
    port: int
    prefix: str = ""
    tls: bool = False
    key: str = ""

    @classmethod
    def parse(cls, url: str, key: str = "") -> Address:
        """Raises UrlInvalid."""
        parts = urlsplit(url if "://" in url else f"http://{url}")
        try:
            port = parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError:
            raise UrlInvalid(url) from None
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise UrlInvalid(url)
        return cls(reachable(parts.hostname), port, parts.path.rstrip("/"), parts.scheme == "https", key)

    @property
    def name(self) -> str:
        """As people write it: without a password, whatever was given."""
        return f"{self._place}{self.prefix}"

    @property
    def _place(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def request(self, path: str, body: dict[str, object] | None) -> bytes:
        content = b"" if body is None else json.dumps(body).encode()
        lines = [f"{'GET' if body is None else 'POST'} {self.prefix}{path} HTTP/1.1", f"Host: {self._place}"]
        lines += [f"Authorization: Bearer {self.key}"] if self.key else []
        lines += ["Connection: close", "Content-Type: application/json", f"Content-Length: {len(content)}"]
        return "\r\n".join([*lines, "", ""]).encode() + content


@dataclass(frozen=True)
class Limits:
    """`first_s`: what the first byte may take (a long prompt on a slow machine); `stall_s`: a silence after that."""

    connect_s: float = 5.0
    first_s: float = 600.0
    stall_s: float = 60.0


PATIENT = Limits()


@dataclass(frozen=True)
class Timed:
    """One answer. `lines`: each line of the body with the seconds from sending the question to reading its last byte.

    `ended_s`: when the last byte of all came.
    """

    status: int
    lines: tuple[tuple[float, bytes], ...]
    ended_s: float

    @property
    def body(self) -> bytes:
        return b"\n".join(line for _, line in self.lines)


class _Collector(asyncio.Protocol):
    """Keeps bytes and moments; `over` is set when the answer has ended."""

    def __init__(self) -> None:
        self.raw = bytearray()
        self.ends: list[int] = []
        self.moments: list[float] = []
        self.over = asyncio.Event()
        self.fault: Exception | None = None
        self._length: int | None = None

    def data_received(self, data: bytes) -> None:
        self.moments.append(time.perf_counter())
        self.raw += data
        self.ends.append(len(self.raw))
        if len(self.raw) > MAX_BYTES or self._complete():
            self.over.set()

    def _complete(self) -> bool:
        """For servers that keep the connection although they were asked not to."""
        if self.raw.endswith(b"\r\n0\r\n\r\n"):
            return True
        if self._length is None:
            head, separator, _ = bytes(self.raw[:65536]).partition(b"\r\n\r\n")
            if not separator:
                return False
            told = _headers(head).get(b"content-length", b"")
            self._length = len(head) + 4 + int(told) if told.isdigit() else -1
        return 0 <= self._length <= len(self.raw)

    def connection_lost(self, exc: Exception | None) -> None:
        self.fault = exc
        self.over.set()


async def timed(address: Address, path: str, body: dict[str, object] | None, limits: Limits) -> Timed:
    """POST of a JSON body, or GET without one. Raises Broken."""
    loop = asyncio.get_running_loop()
    context = ssl.create_default_context() if address.tls else None
    try:
        async with asyncio.timeout(limits.connect_s):
            transport, seen = await loop.create_connection(_Collector, address.host, address.port, ssl=context)
    except TimeoutError:
        raise Broken(f"no connection in {limits.connect_s:g} s", gone=True) from None
    except OSError as fault:
        raise Broken(fault.strerror or str(fault), gone=True) from fault
    try:
        asked = address.request(path, body)
        sent_at = time.perf_counter()
        transport.write(asked)
        await _until_over(seen, sent_at, limits)
    finally:
        transport.abort()
    if len(seen.raw) > MAX_BYTES:
        raise Broken(f"more than {MAX_BYTES} bytes")
    return _read(bytes(seen.raw), seen.ends, [moment - sent_at for moment in seen.moments], seen.fault)


async def _until_over(seen: _Collector, sent_at: float, limits: Limits) -> None:
    """Raises Broken when nothing came for too long."""
    while not seen.over.is_set():
        limit_s = limits.stall_s if seen.moments else limits.first_s
        left_s = (seen.moments[-1] if seen.moments else sent_at) + limit_s - time.perf_counter()
        if left_s <= 0:
            raise Broken(f"silent for {limit_s:g} s", gone=True)
        with suppress(TimeoutError):
            async with asyncio.timeout(min(left_s, limits.stall_s)):
                await seen.over.wait()


def _headers(head: bytes) -> dict[bytes, bytes]:
    pairs = (line.partition(b":") for line in head.split(b"\r\n")[1:])
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _read(raw: bytes, ends: list[int], moments: list[float], fault: Exception | None) -> Timed:
    """Raises Broken for what is not HTTP, and for an answer that its server did not end itself."""
    head, separator, _ = raw.partition(b"\r\n\r\n")
    words = head.split(None, 2)
    if not head.startswith(b"HTTP/") or not separator or not words[1:] or not words[1].isdigit():
        raise Broken(str(fault) if fault else "connection closed" if not raw else f"not HTTP: {head[:40]!r}")
    headers = _headers(head)
    chunked = headers.get(b"transfer-encoding", b"").lower() == b"chunked"
    start = len(head) + 4
    whole = raw.endswith(b"0\r\n\r\n") if chunked else len(raw) - start >= int(headers.get(b"content-length", b"0"))
    if fault is not None or not whole:
        raise Broken("connection broken in the middle of the answer")
    lines = _chunked_lines(raw, start) if chunked else _plain_lines(raw, start)
    return Timed(int(words[1]), tuple((moments[bisect_left(ends, end)], line) for end, line in lines), moments[-1])


def _chunks(raw: bytes, start: int) -> list[tuple[int, bytes]]:
    """(where it ends in `raw`, its bytes) of every whole chunk."""
    found = []
    while (end := raw.find(b"\r\n", start)) >= 0:
        try:
            size = int(raw[start:end].split(b";")[0], 16)
        except ValueError:
            raise Broken("a chunk without its size") from None
        start = end + 2 + size
        if size == 0 or start > len(raw):
            break
        found.append((start, raw[end + 2 : start]))
        start += 2
    return found


def _chunked_lines(raw: bytes, start: int) -> list[tuple[int, bytes]]:
    """(where its last byte lies in `raw`, the line) of every line that is not blank."""
    found: list[tuple[int, bytes]] = []
    rest = b""
    for end, data in _chunks(raw, start):
        *whole, rest = (rest + data).split(b"\n")
        found += [(end, line) for line in whole]
    return _spoken([*found, (len(raw), rest)])


def _plain_lines(raw: bytes, start: int) -> list[tuple[int, bytes]]:
    found = []
    for line in raw[start:].split(b"\n"):
        start += len(line) + 1
        found.append((min(start, len(raw)), line))
    return _spoken(found)


def _spoken(lines: list[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
    return [(end, line.strip()) for end, line in lines if line.strip()]
