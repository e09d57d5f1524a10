"""The lines that a slot's container wrote, out of the frames in which an engine sends them.

Foreign fact: without a terminal each piece of output comes after 8 bytes: the stream (0-2), three zeros, and the length
as a big-endian number (Engine API, ContainerAttach, "Stream format"). A piece need not end where a line does.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from arriero.core.clock import Clock
from arriero.runtime.backend import EventKind
from arriero.runtime.docker.container import Container, find
from arriero.runtime.docker.endpoint import Endpoint
from arriero.runtime.docker.engine import Engine, connect
from arriero.runtime.docker.events import happenings

_HEADER_BYTES = 8
_LINE_BYTES = 1_000_000  # a line without end is cut here, and told in pieces


async def last_lines(endpoint: Endpoint, project: str, slot: str, tail: int) -> AsyncIterator[str]:
    """The last `tail` lines of the slot's container, also of one that ended; none when there is none."""
    engine = await connect(endpoint)
    for container in (await find(engine, project, slot))[:1]:
        async for line in _lines(engine, container, tail=str(tail)):
            yield line


async def tail_of(engine: Engine, container: Container, count: int) -> str:
    return "\n".join([line async for line in _lines(engine, container, tail=str(count))])


async def follow_lines(endpoint: Endpoint, project: str, slot: str, tail: int, clock: Clock) -> AsyncIterator[str]:
    """The last `tail` lines, then what comes, also from the containers that take this one's place."""
    options: dict[str, object] = {"tail": str(tail)}
    async for event in happenings(endpoint, project, [slot], clock):
        if event.kind not in (EventKind.LISTENING, EventKind.STARTED):
            continue
        engine = await connect(endpoint)
        for container in (await find(engine, project, slot))[:1]:
            async for line in _lines(engine, container, follow=True, **options):
                yield line
            options = {"since": f"{clock.now().timestamp():.6f}"}


async def _lines(engine: Engine, container: Container, **options: object) -> AsyncIterator[str]:
    """Of both streams, each in its order; with `follow` until the container ends."""
    path = f"/containers/{container.full_id}/logs"
    async with engine.stream("GET", path, stdout=True, stderr=True, **options) as body:
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
