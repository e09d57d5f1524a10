"""The one card that Arriero works with, as the rest of the house sees it.

Invariant: `look` never raises and is never late. NVML lives in a child process (`nvml_child`) that is asked through
pipes and left to itself once it does not answer; a machine without NVIDIA's driver starts no child.
"""

from __future__ import annotations

import asyncio
import json
import os
import select
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO, Any

from arriero.core.paths import SOURCE_ROOT
from arriero.hardware import presence
from arriero.hardware.values import GpuProcess, GpuSnapshot, GpuState

OPEN_LIMIT_S = 4.0
"""The first answer: the child's start, and the driver's, which takes seconds where no display keeps it awake."""
LOOK_LIMIT_S = 2.0
_END_LIMIT_S = 0.5


class Gpu:
    """`wanted`: the `gpu` setting. `simulation`: the `simulate` setting's text, empty for the real thing. `run_dir`:
    where this installation's engines have their sockets. Any thread may ask; one question goes at a time.
    """

    def __init__(
        self,
        wanted: str,
        simulation: str,
        run_dir: Path,
        *,
        limits_s: tuple[float, float] | None = None,
    ) -> None:
        self._words = (wanted, simulation, str(run_dir.absolute()))
        self._simulated = bool(simulation)
        self._open_limit_s, self._look_limit_s = limits_s or (OPEN_LIMIT_S, LOOK_LIMIT_S)
        self._turn = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def simulated(self) -> bool:
        return self._simulated

    async def look(self) -> GpuSnapshot:
        """The card now."""
        if not self._simulated and not presence.driver_loaded():
            return presence.without_driver()
        return await asyncio.to_thread(self._look)

    def close(self) -> None:
        """Ends the child. Asking again opens another."""
        with self._turn:
            self._end()

    def __del__(self) -> None:
        """Whoever forgets to close it leaves no child: Popen's own end keeps a living one, with its pipes, for ever."""
        self._end()

    def _look(self) -> GpuSnapshot:
        with self._turn:
            try:
                return self._asked()
            except (OSError, ValueError) as fault:  # the child died, or could not be started
                self._end()
                return GpuSnapshot(GpuState.UNKNOWN_ERROR, self._simulated, str(fault))

    def _asked(self) -> GpuSnapshot:
        limit_s = self._look_limit_s
        if self._child is None or self._child.poll() is not None:
            self._end()
            self._child, limit_s = _start(self._words), self._open_limit_s
        child_in, child_out = _pipes(self._child)
        if child_in.closed:  # it hung, was killed, and the kernel has it still
            return GpuSnapshot(GpuState.SILENT, self._simulated)
        child_in.write(b"\n")
        line = _line(child_out, time.monotonic() + limit_s)
        if line is None:
            self._end()
            return GpuSnapshot(GpuState.SILENT, self._simulated, f"{limit_s:g} s")
        return snapshot_of(json.loads(line))

    def _end(self) -> None:
        """Closes the pipes and kills; a child that the kernel does not let go is not waited for."""
        child = self._child
        if child is None:
            return
        for pipe in _pipes(child):
            pipe.close()
        child.kill()
        try:
            child.wait(_END_LIMIT_S)
        except subprocess.TimeoutExpired:
            return
        self._child = None


def snapshot_of(told: dict[str, Any]) -> GpuSnapshot:
    """From the child's JSON."""
    processes = tuple(GpuProcess(**process) for process in told.pop("processes"))
    lists = {name: tuple(told.pop(name)) for name in ("gpus", "other_vendors")}
    return GpuSnapshot(**{**told, **lists, "state": GpuState(told["state"]), "processes": processes})


def _start(words: tuple[str, ...]) -> subprocess.Popen[bytes]:
    """In a session of its own, so that Ctrl-C is the command's alone; unbuffered, so that `select` sees all."""
    return subprocess.Popen(
        [sys.executable, "-m", "arriero.hardware.nvml_child", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(SOURCE_ROOT)},
    )


def _pipes(child: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    assert child.stdin is not None
    assert child.stdout is not None
    return child.stdin, child.stdout


def _line(source: IO[bytes], deadline: float) -> bytes | None:
    """One line; None when it does not come in time. Raises ValueError when the other side ended."""
    line = b""
    while not line.endswith(b"\n"):
        left_s = deadline - time.monotonic()
        if left_s <= 0 or not select.select([source], [], [], left_s)[0]:
            return None
        piece = source.read(65_536)
        if not piece:
            raise ValueError("NVML ended the process that asked it")
        line += piece
    return line
