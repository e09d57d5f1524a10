"""What the doctor looks at a machine through: its files, its programs, its environment.

Invariant: nothing here changes anything. A program that hangs is ended at its limit with all its children, so that no
tool holds up the rest. A test gives another `root` and another PATH and has another machine.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

TOOL_LIMIT_S = 2.0
_GONE_S = 0.5


class ToolSilent(TimeoutError):
    """A program that was asked something did not end within its limit, and was ended."""

    def __init__(self, tool: str, limit_s: float) -> None:
        super().__init__(f"{tool}: {limit_s:g} s")
        self.tool, self.limit_s = tool, limit_s


@dataclass(frozen=True)
class Ran:
    """What a program said. `code` is None where it did not end within its limit; the texts are what it said by then."""

    code: int | None
    out: str
    err: str

    @property
    def ok(self) -> bool:
        return self.code == 0

    @property
    def said(self) -> str:
        return (self.out + self.err).strip()


@dataclass(frozen=True)
class Host:
    """`root`: where the machine's absolute paths begin. `environ`: what programs are started with, PATH included."""

    environ: Mapping[str, str]
    root: Path = Path("/")
    uid: int = field(default_factory=os.geteuid)

    def path(self, absolute: str | Path) -> Path:
        return self.root / str(absolute).lstrip("/")

    def read(self, absolute: str | Path) -> str | None:
        """The file's text, None where there is none. Raises OSError for one that may not be read."""
        try:
            return self.path(absolute).read_text(errors="replace")
        except (FileNotFoundError, NotADirectoryError):
            return None

    def exists(self, absolute: str | Path) -> bool:
        return os.path.lexists(self.path(absolute))

    def lists(self, absolute: str | Path, pattern: str = "*") -> list[Path]:
        """What lies in a folder of the machine (below `root`), sorted; nothing where there is no such folder."""
        return sorted(self.path(absolute).glob(pattern))

    def which(self, program: str) -> Path | None:
        found = shutil.which(program, path=self.environ.get("PATH", os.defpath))
        return Path(found) if found else None

    async def ask(self, *argv: str, limit_s: float | None = None) -> Ran | None:
        """As `run`. Raises ToolSilent for a program that does not end."""
        ran = await self.run(*argv, limit_s=limit_s)
        if ran is not None and ran.code is None:
            raise ToolSilent(argv[0], limit_s or TOOL_LIMIT_S)
        return ran

    async def run(self, *argv: str, limit_s: float | None = None) -> Ran | None:
        """None where there is no such program. In the C locale; standard input is empty."""
        program = self.which(argv[0])
        if program is None:
            return None
        process = await asyncio.create_subprocess_exec(
            program,
            *argv[1:],
            env={**self.environ, "LC_ALL": "C", "LANGUAGE": "C"},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        heard = [asyncio.ensure_future(_hear(stream)) for stream in (process.stdout, process.stderr)]
        try:
            await asyncio.wait_for(asyncio.gather(process.wait(), *map(asyncio.shield, heard)), limit_s or TOOL_LIMIT_S)
            code = process.returncode
        except TimeoutError:
            code = None
        finally:
            _end(process)
            with suppress(TimeoutError):  # a process that the kernel does not let go of is left to it
                await asyncio.wait_for(process.wait(), _GONE_S)
        out, err = await asyncio.gather(*heard)
        return Ran(code, out, err)


async def _hear(stream: asyncio.StreamReader | None) -> str:
    assert stream is not None
    return (await stream.read()).decode(errors="replace")


def _end(process: asyncio.subprocess.Process) -> None:
    """With everything that it started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
