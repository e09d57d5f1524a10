"""The pipe that the child writes its log into, read here into a ChildLog.

While the model loads every line is read as it comes: it shows that the load goes on. Afterwards the pipe is looked at
a few times a second at most: llama.cpp tells some twenty lines of every request, and to be woken for each of them
would cost the front more than the request does. An idle child writes nothing, and then nothing is woken.
"""

from __future__ import annotations

import asyncio
import os
from typing import cast

from arriero.engine.llama.logs import ChildLog

_PAUSE_S = 0.25
_LONGEST_LINE = 1 << 14


class LogPipe(asyncio.Protocol):
    """`heard` is set when something came, `ended` when the last writer closed the pipe."""

    _transport: asyncio.ReadTransport

    def __init__(self) -> None:
        self.log = ChildLog()
        self.heard = asyncio.Event()
        self.ended = asyncio.Event()
        self._rest = b""
        self._pauses = False

    @classmethod
    async def open(cls) -> tuple[LogPipe, int]:
        """The reader, and the file descriptor to write to, which the caller closes once the child has it."""
        reading, writing = os.pipe()
        _, pipe = await asyncio.get_running_loop().connect_read_pipe(cls, os.fdopen(reading, "rb", buffering=0))
        return pipe, writing

    def calm_down(self) -> None:
        self._pauses = True

    def hurry(self) -> None:
        """The child has ended: what it wrote last is wanted now."""
        self._pauses = False
        self._resume()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.ReadTransport, transport)

    def data_received(self, data: bytes) -> None:
        *lines, rest = (self._rest + data).split(b"\n")
        self._rest = rest[:_LONGEST_LINE]
        for line in lines:
            self.log.add(line.decode("utf-8", "replace"))
        self.heard.set()
        if self._pauses:
            self._transport.pause_reading()
            asyncio.get_running_loop().call_later(_PAUSE_S, self._resume)

    def connection_lost(self, _: Exception | None) -> None:
        self.ended.set()

    def _resume(self) -> None:
        if not self._transport.is_closing() and not self._transport.is_reading():
            self._transport.resume_reading()
