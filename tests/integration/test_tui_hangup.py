"""A terminal that goes away takes the app with it, also one that has only begun to draw."""

from __future__ import annotations

import os
import pty
import signal
import sys
import time

import pytest

from arriero.core.paths import PROJECT_ROOT

LIMIT_S = 60.0


def begin() -> tuple[int, int]:
    """The app on a terminal of its own: its process, and the other end of the terminal."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "xterm-256color"
        os.execv(sys.executable, [sys.executable, str(PROJECT_ROOT / "main.py")])
    return pid, terminal


def ended(pid: int) -> int:
    """The exit code. Fails when the limit is over; the process is ended then."""
    due = time.monotonic() + LIMIT_S
    while time.monotonic() < due:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    pytest.fail("the app outlived its terminal")


def test_the_app_ends_with_its_terminal() -> None:
    """Closed when it has begun to draw: Textual then waits for the terminal for ever."""
    pid, terminal = begin()
    seen = 0
    while seen < 2000:
        seen += len(os.read(terminal, 4096))
    os.close(terminal)
    assert ended(pid) in (129, 1)  # 1: it could not even draw
