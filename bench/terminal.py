"""The app on a terminal of its own, which reads what is drawn and types keys."""

from __future__ import annotations

import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fcntl import ioctl
from pathlib import Path

import psutil

from arriero.core.paths import PROJECT_ROOT
from bench.rig import Installation

FIRST = (b"Activity", b"demo")  # the lowest part's title and the last model: when they are there, the rest is
LIMIT_S = 60.0


class Screened:
    """A process on a terminal, whose output has to be read or it stops."""

    def __init__(self, pid: int, terminal: int) -> None:
        self.pid, self.terminal = pid, terminal
        self._last = b""

    @property
    def process(self) -> psutil.Process:
        return psutil.Process(self.pid)

    def cpu_s(self) -> float:
        times = self.process.cpu_times()
        return times.user + times.system

    def drawing_s(self) -> float:
        """Processor time of the thread that draws."""
        return int(Path(f"/proc/{self.pid}/task/{self.pid}/schedstat").read_text().split()[0]) / 1e9

    def type(self, keys: bytes) -> None:
        os.write(self.terminal, keys)

    def read(self, wait_s: float) -> bytes:
        """Raises EOFError with its last words when it has ended."""
        ready, _, _ = select.select([self.terminal], [], [], max(0.0, wait_s))
        if not ready:
            return b""
        try:
            piece = os.read(self.terminal, 65536)
        except OSError:  # so says the kernel when the other side of the terminal is gone
            raise EOFError(self._last.decode(errors="replace")) from None
        self._last = (self._last + piece)[-4096:]
        return piece

    def read_for(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while (left_s := deadline - time.monotonic()) > 0:
            self.read(left_s)

    def until(self, *wanted: bytes) -> float:
        """Seconds until all of it has been drawn. Raises TimeoutError with what was."""
        began, seen = time.perf_counter(), b""
        while not all(text in seen for text in wanted):
            took_s = time.perf_counter() - began
            if took_s > LIMIT_S:
                raise TimeoutError(wanted, seen[-2000:])
            seen += self.read(LIMIT_S - took_s)
        return time.perf_counter() - began


@contextmanager
def app(here: Installation, **variables: str) -> Iterator[tuple[Screened, float]]:
    """The app on 80x24, and its seconds from the start to the first screen. Raises TimeoutError."""
    python = str(PROJECT_ROOT / ".venv" / "bin" / "python")
    environ = {**here.environ, "TERM": "xterm-256color", "ARRIERO_LANG": "en", **variables}
    pid, terminal = pty.fork()
    if pid == 0:
        ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        os.execve(python, [python, str(PROJECT_ROOT / "main.py")], environ)
    screened = Screened(pid, terminal)
    try:
        yield screened, screened.until(*FIRST)
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        _end(screened)


def _end(screened: Screened) -> None:
    """Reads to the end, so that it can write its last words."""
    try:
        while screened.read(LIMIT_S):
            pass
    except EOFError:
        os.waitpid(screened.pid, 0)
    finally:
        os.close(screened.terminal)
