"""The lines that a slot's container wrote, out of the frames in which an engine sends them.

Foreign fact: without a terminal each piece of output comes after 8 bytes: the stream (0-2), three zeros, and the length
as a big-endian number (Engine API, ContainerAttach, "Stream format"). A piece need not end where a line does.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime

from arriero.core.clock import Clock
from arriero.runtime.backend import EventKind
from arriero.runtime.docker.container import Container, find
from arriero.runtime.docker.endpoint import Endpoint
from arriero.runtime.docker.engine import Engine, connect
from arriero.runtime.docker.errors import EngineRefused
from arriero.runtime.docker.events import happenings

_HEADER_BYTES = 8
_LINE_BYTES = 1_000_000  # a line without end is cut here, and told in pieces


async def last_lines(endpoint: Endpoint, project: str, slot: str, tail: int) -> AsyncGenerator[str]:
    """The last `tail` lines of the slot's container, also of one that ended; none when there is none."""
    engine = await connect(endpoint)
    for container in (await find(engine, project, slot))[:1]:
        async with aclosing(_lines(engine, container, tail=str(tail))) as lines:
            async for line in lines:
                yield line


async def tail_of(engine: Engine, container: Container, count: int) -> str:
    """For an error's last words: where the engine keeps no log that can be read, what it says to that."""
    try:
        return "\n".join([line async for line in _lines(engine, container, tail=str(count))])
    except EngineRefused as refused:
        return refused.detail


async def follow_lines(endpoint: Endpoint, project: str, slot: str, tail: int, clock: Clock) -> AsyncGenerator[str]:
    """The last `tail` lines, then what comes, also from the containers that take this one's place."""
    place = _Place(tail)
    async with aclosing(happenings(endpoint, project, [slot], clock)) as events:
        async for event in events:
            if event.kind in (EventKind.LISTENING, EventKind.STARTED):
                async with aclosing(_one_run(endpoint, project, slot, place, clock)) as lines:
                    async for line in lines:
                        yield line


async def _one_run(endpoint: Endpoint, project: str, slot: str, place: _Place, clock: Clock) -> AsyncGenerator[str]:
    """The lines of the slot's container from that place on, until it ends."""
    engine = await connect(endpoint)
    for container in (await find(engine, project, slot))[:1]:
        async with aclosing(_lines(engine, container, follow=True, **place.in_log_of(container))) as lines:
            async for line in lines:
                yield line
        place.read_until(container, clock.now())


class _Place:
    """How far the logs were read: `tail` lines of the first run, all of each later one, nothing twice."""

    def __init__(self, tail: int) -> None:
        self._tail = tail
        self._run: tuple[str, datetime | None] | None = None
        self._until: datetime | None = None

    def in_log_of(self, container: Container) -> dict[str, object]:
        """The engine's options for what is still to be read."""
        if self._run is None:
            return {"tail": str(self._tail)}
        since = self._until if self._run == _run(container) else container.started_at
        return {"since": f"{since.timestamp():.6f}"} if since else {}

    def read_until(self, container: Container, moment: datetime) -> None:
        self._run, self._until = _run(container), moment


def _run(container: Container) -> tuple[str, datetime | None]:
    return container.full_id, container.started_at


async def _lines(engine: Engine, container: Container, **options: object) -> AsyncGenerator[str]:
    """Of both streams, each in its order; with `follow` until the container ends."""
    query = {"stdout": True, "stderr": True, **options}
    async with engine.stream("GET", f"/containers/{container.full_id}/logs", query) as body:
        rest = {1: b"", 2: b""}
        while header := await _exactly(body, _HEADER_BYTES):
            stream = header[0]
            piece = rest.get(stream, b"") + await _exactly(body, int.from_bytes(header[4:]))
            *whole, rest[stream] = piece.split(b"\n")
            for line in whole:
                yield _text(line)
            if len(rest[stream]) > _LINE_BYTES:
                yield _text(rest[stream])
                rest[stream] = b""
        for unfinished in filter(None, rest.values()):
            yield _text(unfinished)


async def _exactly(body: asyncio.StreamReader, count: int) -> bytes:
    """What there is of it when the stream ends."""
    try:
        return await body.readexactly(count)
    except asyncio.IncompleteReadError as error:
        return error.partial


def _text(line: bytes) -> str:
    return line.decode(errors="replace").rstrip("\r")
