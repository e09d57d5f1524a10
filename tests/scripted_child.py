"""A stand-in for the llama.cpp child: it speaks its HTTP on its socket, and what it says is written down beforehand.

It counts a token for each word, refuses nothing, and breaks off where a script says so.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from arriero.engine.errors import ChildTerminated
from arriero.engine.llama.client import ChildClient
from arriero.engine.llama.launch import LaunchSpec

TIMINGS = {"cache_n": 1, "prompt_n": 2, "prompt_ms": 3.0, "predicted_n": 4, "predicted_ms": 5.0}
BREAK_OFF = "break off"
FAIL = "fail"

Script = Sequence[str]
"""The pieces of one answer; the last may be BREAK_OFF or FAIL, else the answer ends well."""


@dataclass(eq=False)
class ScriptedChild:
    spec: LaunchSpec
    client: ChildClient
    scripts: list[Script]
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[tuple[str, Any]] = field(default_factory=list)
    waits: asyncio.Event = field(default_factory=asyncio.Event)
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)
    _server: asyncio.Server | None = None

    @classmethod
    async def start(cls, spec: LaunchSpec, socket: Path, scripts: list[Script]) -> ScriptedChild:
        child = cls(spec, ChildClient(str(socket)), scripts)
        child._server = await asyncio.start_unix_server(child._serve, socket)
        return child

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        self.gone.set()

    async def terminated(self) -> ChildTerminated:
        return ChildTerminated("signal: killed", "")

    def completions(self) -> list[Any]:
        """What was asked of `/completion`."""
        return [body for path, body in self.asked if path == "/completion"]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        body = json.loads(await reader.readexactly(int(head.lower().split("content-length: ")[1].split("\r\n")[0])))
        path = head.split(" ")[1]
        self.asked.append((path, body))
        if path == "/completion":
            await self._complete(reader, writer, self.scripts.pop(0))
        else:
            data = json.dumps({"tokens": list(range(len(body["content"].split())))}).encode()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(data), data))
        writer.close()

    async def _complete(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, script: Script) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        self._say(writer, {"prompt_progress": {"processed": 1}, "content": "", "stop": False})
        for piece in script:
            if piece == BREAK_OFF:
                return
            if piece == FAIL:
                self._say(writer, {"error": {"code": 500, "message": "out of luck"}})
                return
            self._say(writer, {"content": piece, "stop": False})
            await asyncio.sleep(0)
        if not script:  # an answer without end: until the other side hangs up
            self.waits.set()
            await reader.read()
            self.hung_up.set()
            return
        self._say(writer, {"content": "", "stop": True, "stop_type": "eos", "timings": TIMINGS})
        writer.write(b"0\r\n\r\n")

    def _say(self, writer: asyncio.StreamWriter, event: dict[str, Any]) -> None:
        data = b"data: %s\n\n" % json.dumps(event).encode()
        writer.write(b"%x\r\n%s\r\n" % (len(data), data))
