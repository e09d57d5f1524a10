"""Fetches one wheel with pip, in a process of its own: the user's index, proxy and certificates are pip's to know.

Facts (pip 26.3): `--progress-bar raw` prints lines `Progress DONE of TOTAL` on stdout, at most four a second, none for
a wheel out of its cache or a folder. The lock pins pip, so it is there in an environment that uv made, too.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import re
import signal
import sys
from collections import deque
from contextlib import suppress
from pathlib import Path

from arriero.core.progress import Progress, Report
from arriero.store.aside import Aside
from arriero.store.errors import PipMissing, WheelFetchFailed

STEP = "demo.download"

# Runs pip so that the kernel kills it when its parent dies, even of kill -9 (PR_SET_PDEATHSIG is 1, SIGKILL is 9).
_PIP = (
    "import ctypes, os, runpy, sys; ctypes.CDLL(None).prctl(1, 9); "
    "os.getppid() == int(sys.argv.pop(1)) or os._exit(1); runpy.run_module('pip', run_name='__main__')"
)

_PROGRESS = re.compile(rb"Progress (\d+) of (\d+)\s*")
_TAIL_LINES = 12
_LINE_LIMIT = 1 << 20


async def download_wheel(requirement: str, folder: Aside, report: Report) -> Path:
    """Downloads `name==version` alone, without its dependencies, into `folder`; returns the wheel's path.

    Reports `demo.download` in bytes. Cancelling kills pip and waits until it is gone. pip inherits the folder's lock,
    so that nobody clears it while a pip whose parent was killed still dies. Raises PipMissing, WheelFetchFailed.
    """
    if importlib.util.find_spec("pip") is None:
        raise PipMissing(sys.executable)
    report(Progress(STEP, requirement))
    process = await asyncio.create_subprocess_exec(
        *_command(requirement, folder.path),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        limit=_LINE_LIMIT,
        env={**os.environ, "TMPDIR": str(folder.path), "PYTHONUNBUFFERED": "1"},
        pass_fds=(folder.fd,),
        start_new_session=True,  # Ctrl-C is ours to pass on, once
    )
    try:
        said = await _follow(process, requirement, report)
        status = await process.wait()
    finally:
        await _end(process)
    return _wheel(requirement, folder.path, status, said)


def _command(requirement: str, folder: Path) -> list[str]:
    options = ["--no-deps", "--only-binary=:all:", "--no-input", "--disable-pip-version-check", "--progress-bar=raw"]
    run = [sys.executable, "-P", "-c", _PIP, str(os.getpid()), "download"]
    return [*run, *options, "--dest", str(folder), requirement]


async def _follow(process: asyncio.subprocess.Process, requirement: str, report: Report) -> str:
    """Reports progress until pip closes its output; returns the last lines of what else it said."""
    assert process.stdout is not None
    tail: deque[str] = deque(maxlen=_TAIL_LINES)
    async for line in process.stdout:
        progress = _PROGRESS.fullmatch(line)
        if progress:
            done, total = int(progress[1]), int(progress[2])
            report(Progress(STEP, requirement, done, total or None))
        else:
            tail.append(line.decode("utf-8", "replace").rstrip())
    return "\n".join(tail)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def _wheel(requirement: str, folder: Path, status: int, said: str) -> Path:
    wheels = sorted(folder.glob("*.whl"))
    if status != 0 or len(wheels) != 1:
        raise WheelFetchFailed(requirement, said)
    return wheels[0]
