"""The terminal app: from the start of main.py to its first whole screen, and what it takes while nothing happens."""

from __future__ import annotations

import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import ioctl
from statistics import median

import psutil

from arriero.core.paths import PROJECT_ROOT
from bench.rig import Installation
from bench.table import Row

LAST = b"Activity"  # the title of the lowest part: when it is there, the rest is
IDLE_S = 20.0
LIMIT_S = 30.0


def measure(here: Installation, turns: int = 7) -> list[Row]:
    shown = []
    for _ in range(turns):
        with app(here) as (_, first_s):
            shown.append(first_s * 1000)
    ms = median(shown)
    return [
        Row("first screen", f"{ms:.0f} ms", "-", ms, f"{ms:.0f} ms", "<= 600 ms"),
        idle(here),
    ]


def idle(here: Installation) -> Row:
    with app(here) as (process, _):
        until(process, time.monotonic() + 5)  # what it does at its beginning is not idling
        before = process.cpu()
        until(process, time.monotonic() + IDLE_S)
        percent = (process.cpu() - before) / IDLE_S * 100
    return Row("app, idle", f"{percent:.1f} % of a core", "-", percent, f"{percent:.1f} %", "<= 2 %")


class Screened:
    """A process on a terminal of its own, whose output has to be read or it stops."""

    def __init__(self, pid: int, terminal: int) -> None:
        self.pid, self.terminal = pid, terminal

    def cpu(self) -> float:
        times = psutil.Process(self.pid).cpu_times()
        return times.user + times.system

    def read(self, wait_s: float) -> bytes:
        ready, _, _ = select.select([self.terminal], [], [], max(0.0, wait_s))
        return os.read(self.terminal, 65536) if ready else b""


def until(process: Screened, deadline: float) -> None:
    while (left_s := deadline - time.monotonic()) > 0:
        process.read(left_s)


@contextmanager
def app(here: Installation) -> Iterator[tuple[Screened, float]]:
    """The app on 80x24, and its seconds from the start to the first screen. Raises TimeoutError."""
    python = str(PROJECT_ROOT / ".venv" / "bin" / "python")
    environ = {**here.environ, "TERM": "xterm-256color", "ARRIERO_LANG": "en"}
    began = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        os.execve(python, [python, str(PROJECT_ROOT / "main.py")], environ)
    process = Screened(pid, terminal)
    try:
        seen = b""
        while LAST not in seen:
            if time.perf_counter() - began > LIMIT_S:
                raise TimeoutError(seen[-500:])
            seen += process.read(LIMIT_S)
        yield process, time.perf_counter() - began
    finally:
        os.kill(pid, signal.SIGTERM)
        end(process)


def end(process: Screened) -> None:
    """Reads to the end, so that it can write its last words."""
    try:
        while process.read(LIMIT_S):
            pass
    except OSError:  # the other side of the terminal is gone: it has ended
        os.waitpid(process.pid, 0)
    finally:
        os.close(process.terminal)
