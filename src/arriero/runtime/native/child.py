"""How a supervisor starts its engine, so that neither the engine nor what it printed is ever lost.

Invariant: the kernel ends the engine when its supervisor dies (PR_SET_PDEATHSIG, prctl(2)), also on kill -9.
"""

from __future__ import annotations

import ctypes
import os
import signal
from typing import NoReturn

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)  # loaded before any fork


def spawn(command: tuple[str, ...]) -> tuple[int, int]:
    """The engine's pid and the non-blocking read end of what it prints. It leads a process group of its own.

    A command that cannot be executed ends like one that fails at once, with status 127 and a line in its output.
    """
    reading, writing = os.pipe()
    supervisor = os.getpid()
    pid = os.fork()
    if pid == 0:
        _become(command, writing, supervisor)
    os.close(writing)
    os.set_blocking(reading, False)
    return pid, reading


def _become(command: tuple[str, ...], output: int, supervisor: int) -> NoReturn:
    try:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != supervisor:
            os._exit(1)  # it died before the kernel knew that we care
        os.setpgid(0, 0)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.execv(command[0], command)  # noqa: S606 - it is the whole point
    except OSError as error:
        os.write(output, f"{command[0]}: {error.strerror}\n".encode())
    finally:
        os._exit(127)


def exited(pid: int) -> bool:
    """Whether our child has ended; it is not reaped, so its number still belongs to it and to its group."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def end_group(pid: int, number: signal.Signals) -> None:
    """Signals our unreaped child and everything left in its process group."""
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        os.kill(pid, number)  # it has not made its group yet, or is a zombie: either way the number is still its own


def reap(pid: int) -> str:
    """How our child ended, in words: "SIGKILL", "exit 3"."""
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return signal.Signals(-code).name if code < 0 else f"exit {code}"
