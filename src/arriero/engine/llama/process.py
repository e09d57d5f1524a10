"""One child process from its start to its end: spawned, watched, killed, reaped; its memory goes with it.

Invariant: whoever holds a Child may `stop` it at any moment, also twice, and when `stop` returns the process is gone.
A start that fails or is cancelled leaves no process behind.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from arriero.core.errors import ArrieroError
from arriero.core.paths import SOURCE_ROOT
from arriero.engine.errors import ChildTerminated, LoadFailed, LoadStalled
from arriero.engine.llama.child import READY
from arriero.engine.llama.client import ChildClient
from arriero.engine.llama.device import visible_devices
from arriero.engine.llama.launch import LaunchSpec
from arriero.engine.llama.log_pipe import LogPipe
from arriero.engine.llama.logs import MemoryUse
from arriero.engine.llama.threads import waiting_environment

logger = logging.getLogger("arriero.engine.child")


class Child:
    """A started child. `gone` is set when the process has ended, whoever ended it."""

    def __init__(self, process: asyncio.subprocess.Process, pipe: LogPipe, spec: LaunchSpec, socket: Path) -> None:
        self.spec = spec
        self.client = ChildClient(str(socket))
        self.gone = asyncio.Event()
        self._process = process
        self._socket = socket
        self._pipe = pipe
        self._watching = asyncio.create_task(self._watch())

    @classmethod
    async def start(cls, spec: LaunchSpec, socket: Path, stall_timeout_s: float | None) -> Child:
        """Returns when the model is loaded. `socket`: a path that is free, in a folder that is private.

        Raises one of the load errors of `engine.errors`.
        """
        by_number = spec.main_gpu is not None  # the request's own word, in CUDA's order, among all that there are
        devices = {} if by_number else await visible_devices(spec.gpu, os.environ)
        child = cls(*await _spawn(devices), spec, socket)
        try:
            await child._load(stall_timeout_s)
        except BaseException:
            await child.stop()
            raise
        return child

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def memory(self) -> MemoryUse:
        return self._pipe.log.memory

    async def stop(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self.gone.wait()

    async def terminated(self) -> ChildTerminated:
        """The error for a request whose connection broke: waits for the process's end, which is near."""
        try:
            await asyncio.wait_for(self.gone.wait(), 1)
        except TimeoutError:
            return ChildTerminated("still running", "it closed the connection")
        return ChildTerminated(_exit_text(self._process), self._pipe.log.last_error())

    async def _load(self, stall_timeout_s: float | None) -> None:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        order = {"socket": str(self._socket), "parent_pid": os.getpid(), "launch": asdict(self.spec)}
        stdin.write(json.dumps(order).encode() + b"\n")
        told = asyncio.create_task(stdout.readline())
        try:
            await self._until(told, stall_timeout_s)
        finally:
            told.cancel()
        if told.result() != READY.encode():
            await self.gone.wait()
            raise self._load_error()
        self._pipe.calm_down()
        logger.info("child %d is ready: %s", self.pid, self.memory)

    async def _until(self, told: asyncio.Task[bytes], stall_timeout_s: float | None) -> None:
        """Waits for `told`, as long as the log goes on: a big model on a slow disk takes minutes."""
        while not told.done():
            self._pipe.heard.clear()
            heard = asyncio.create_task(self._pipe.heard.wait())
            try:
                await asyncio.wait((told, heard), timeout=stall_timeout_s, return_when=asyncio.FIRST_COMPLETED)
            finally:
                quiet = heard.cancel()
            if quiet and not told.done():
                raise LoadStalled(stall_timeout_s or 0)

    def _load_error(self) -> ArrieroError:
        return self._pipe.log.load_error(_exit_text(self._process))

    async def _watch(self) -> None:
        await self._process.wait()
        self._pipe.hurry()
        await self._pipe.ended.wait()
        self._socket.unlink(missing_ok=True)
        logger.info("child %d has ended: %s", self.pid, _exit_text(self._process))
        self.gone.set()


async def _spawn(devices: Mapping[str, str]) -> tuple[asyncio.subprocess.Process, LogPipe]:
    """In a session of its own: the terminal's Ctrl-C is for the front. Called on the main thread only, because the
    kernel ties the child's life to the thread that forked it."""
    path = os.pathsep.join(filter(None, (str(SOURCE_ROOT), os.environ.get("PYTHONPATH", ""))))
    pipe, log_fd = await LogPipe.open()
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "arriero.engine.llama.child",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=log_fd,
            env={**os.environ, "PYTHONPATH": path, **waiting_environment(os.environ), **devices},
            start_new_session=True,
        )
    except OSError as error:
        raise LoadFailed("not started", str(error)) from error
    finally:
        os.close(log_fd)
    return process, pipe


def _exit_text(process: asyncio.subprocess.Process) -> str:
    """As Go prints it: `exit status 1`, `signal: killed`."""
    code = process.returncode
    if code is None:
        return "still running"
    return f"exit status {code}" if code >= 0 else f"signal: {(signal.strsignal(-code) or str(-code)).lower()}"
