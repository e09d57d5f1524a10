"""The slots' servers as the gateway speaks to them: addresses, the key they may want, one request at a time.

A connection carries one request. One that is kept may be closed by its server in the very moment in which the next
request goes out, and nobody could tell whether that request was begun; on this machine a new one costs 0.1 ms. It is
written close to the socket because it runs for every token, beside a model that wants every processor.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from multidict import CIMultiDict, CIMultiDictProxy

from arriero.config.specs import Configuration
from arriero.engine.llama.http_body import Chunks, parse_head
from arriero.runtime.address import reachable
from arriero.runtime.http import NoAnswer, ask
from arriero.runtime.served import read_key

_CONNECT_S = 5.0
_LOOK_S = 2.0
_PIECE_BYTES = 1 << 16
_OURS = frozenset({"host", "authorization", "x-api-key", "origin", "cookie", "content-length", "accept-encoding"})
_HOPS = frozenset(  # RFC 9110, section 7.6.1
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer"}
    | {"transfer-encoding", "upgrade", "expect"}
)
Headers = CIMultiDict[str] | CIMultiDictProxy[str]


class Nobody(Exception):
    """Nobody listens on the slot's port."""


class BrokenOff(Exception):
    """The server closed the connection before its answer was whole, or what it said is no answer."""


class Answer:
    """A server's answer, its head read. Close it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, raw: bytes) -> None:
        """Raises ValueError for what is no HTTP."""
        head = parse_head(raw)
        first, *lines = raw.decode("latin-1").rstrip("\r\n").split("\r\n")
        self.status = head.status
        self.reason = first.split(" ", 2)[2] if first.count(" ") > 1 else ""
        self.headers: CIMultiDict[str] = CIMultiDict()
        for line in lines:
            name, _, value = line.partition(":")
            self.headers.add(name, value.strip())
        self._reader, self._writer = reader, writer
        self._chunks = Chunks() if head.chunked else None
        self._left = head.length

    @property
    def content_type(self) -> str:
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    async def piece(self) -> bytes:
        """What came of the body since the last one; empty at its end. Raises BrokenOff."""
        if self._chunks is None:
            return await self._plain()
        try:
            while not self._chunks.finished:
                if data := self._chunks.feed(await self._read()):
                    return data
        except ValueError as error:
            raise BrokenOff(str(error)) from error
        return b""

    async def start(self, size_bytes: int) -> bytes:
        """The body as far as that, for who wants its words. Raises BrokenOff."""
        found = b""
        while len(found) < size_bytes and (data := await self.piece()):
            found += data
        return found[:size_bytes]

    def close(self) -> None:
        self._writer.transport.abort()

    async def _plain(self) -> bytes:
        """By its length, or where none is told until the connection ends."""
        if self._left == 0:
            return b""
        if self._left is None:
            return await self._reader.read(_PIECE_BYTES)
        data = await self._read()
        self._left = max(0, self._left - len(data))
        return data

    async def _read(self) -> bytes:
        try:
            data = await self._reader.read(_PIECE_BYTES)
        except OSError as error:
            raise BrokenOff(str(error)) from error
        if not data:
            raise BrokenOff("it closed the connection")
        return data


class Servers:
    def __init__(self, configuration: Configuration) -> None:
        settings = configuration.settings
        self._host = reachable(settings.bind)
        self._ports = {slot.id: slot.port for slot in configuration.slots}
        self._key_file = settings.engine.api_key_file

    async def post(self, slot: str, path: str, headers: Headers, body: bytes) -> Answer:
        """The answer's head; its body is still to be read. Raises Nobody, BrokenOff."""
        try:
            async with asyncio.timeout(_CONNECT_S):
                reader, writer = await asyncio.open_connection(self._host, self._ports[slot])
        except (OSError, TimeoutError) as error:
            raise Nobody(str(error)) from error
        try:
            writer.write(self._head(slot, path, headers, len(body)) + body)
            return Answer(reader, writer, await reader.readuntil(b"\r\n\r\n"))
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError) as error:
            writer.transport.abort()
            raise BrokenOff(str(error) or type(error).__name__) from error
        except BaseException:
            writer.transport.abort()
            raise

    async def loaded(self, slot: str) -> list[dict[str, object]]:
        """The `models` of its `/api/ps`; none where it does not answer."""
        key = read_key(self._key_file)
        try:
            told = (await ask(self._host, self._ports[slot], "/api/ps", key=key, limit_s=_LOOK_S)).json().get("models")
        except NoAnswer:
            return []
        return [each for each in told if isinstance(each, dict)] if isinstance(told, list) else []

    async def unload(self, slot: str, model: str) -> bool:
        """Whether its server said that it will; answers under way end first (Ollama 0.33, server/sched.go)."""
        asked: dict[str, object] = {"model": model, "keep_alive": 0, "stream": False}
        key = read_key(self._key_file)
        try:
            answer = await ask(self._host, self._ports[slot], "/api/generate", post=asked, key=key, limit_s=_LOOK_S)
        except NoAnswer:
            return False
        return answer.status == 200

    def _head(self, slot: str, path: str, headers: Headers, length: int) -> bytes:
        host = f"[{self._host}]" if ":" in self._host else self._host
        ours: dict[str, str] = {"Host": f"{host}:{self._ports[slot]}", "Connection": "close"}
        ours["Content-Length"] = str(length)
        if key := read_key(self._key_file):
            ours["Authorization"] = f"Bearer {key}"
        lines = [f"POST {path} HTTP/1.1", *_lines(ours), *_lines(passed_on(headers, _OURS))]
        return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape")


def passed_on(headers: Headers, but: frozenset[str] = frozenset()) -> CIMultiDict[str]:
    """Those that are meant for the other end."""
    named = {word.strip().lower() for value in headers.getall("Connection", ()) for word in value.split(",")}
    left_out = _HOPS | but | named
    return CIMultiDict((name, value) for name, value in headers.items() if name.lower() not in left_out)


def _lines(headers: Mapping[str, str]) -> list[str]:
    return [f"{name}: {value}" for name, value in headers.items()]
