"""The hands: one change after another is done to the machine, as it was shown.

Invariant: root is taken for the one step that needs it, through sudo, and never kept. A program that changes something
is never killed in the middle: Ctrl-C reaches it, and we wait for it to leave things in order.
"""

from __future__ import annotations

import asyncio
import shlex
import signal
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from arriero.core.errors import ArrieroError
from arriero.core.files import write_atomic
from arriero.core.progress import Progress, Report
from arriero.doctor import errors
from arriero.doctor.changes import Change, Command, FileWritten, OwnAct
from arriero.doctor.host import Host
from arriero.doctor.journal import Journal, Spoken
from arriero.doctor.recognising import recognise, recognise_sudo

_GRACE_S = 30.0
_FILE_LIMIT_S = 30.0


@dataclass(frozen=True)
class Hands:
    """`stamp` is in the names of copies. `terminal`: somebody sits there whom sudo may ask for a password."""

    host: Host
    journal: Journal
    report: Report
    stamp: str
    terminal: bool

    async def do(self, change: Change) -> Path | None:
        """Where the copy of what a file had lies, if one was made. Raises errors.*, and what an act of ours raises."""
        match change:
            case Command():
                await self._run(change)
            case FileWritten():
                return await self._write(change)
            case OwnAct():
                await change.run(self.report)
        return None

    async def _run(self, command: Command) -> None:
        argv = self.as_run(command)
        line = shlex.join(argv)
        program = self.host.which(argv[0])
        if program is None:
            raise errors.SudoMissing(shlex.join(command.argv)) if argv[0] == "sudo" else errors.ProgramMissing(argv[0])
        self.report(Progress("doctor.run", line))
        with self.journal.entry(f"{self.stamp} $ {line}") as spoken:
            process = await asyncio.create_subprocess_exec(
                program,
                *argv[1:],
                env={**self.host.environ, "LC_ALL": "C", "LANGUAGE": "C"},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=spoken.fd,
                stderr=spoken.fd,
            )
            await self._wait(process, line, command.limit_s)
            if process.returncode:
                raise self._failure(command, line, process.returncode, spoken)

    def as_run(self, command: Command) -> tuple[str, ...]:
        """With sudo in front where root is needed and we are not root; it may only ask where somebody can answer."""
        if not command.root or self.host.uid == 0:
            return command.argv
        return ("sudo", *(() if self.terminal else ("-n",)), "--", *command.argv)

    async def _wait(self, process: asyncio.subprocess.Process, line: str, limit_s: float) -> None:
        try:
            await asyncio.wait_for(asyncio.shield(process.wait()), limit_s)
        except TimeoutError:
            _send(process, signal.SIGTERM)
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(process.wait()), _GRACE_S)
            raise errors.ChangeSlow(line, limit_s, self.journal.told) from None
        except asyncio.CancelledError:
            _send(process, signal.SIGINT)
            self.report(Progress("doctor.interrupting", line))
            await process.wait()
            raise

    def _failure(self, command: Command, line: str, code: int, spoken: Spoken) -> ArrieroError:
        said = spoken.all()
        sudo = recognise_sudo(said, shlex.join(command.argv)) if command.argv != self.as_run(command) else None
        last = next((words.strip() for words in reversed(said.splitlines()) if words.strip()), "")
        return sudo or recognise(said) or errors.ChangeFailed(line, code, last, self.journal.told)

    async def _write(self, change: FileWritten) -> Path | None:
        """What was there goes to a copy whose ending (`.bak`) apt and run-parts pass over."""
        path, there = await asyncio.to_thread(_lies, self.host.path(change.path))
        try:
            if change.text == (await asyncio.to_thread(path.read_text) if there else None):
                return None
            copy = path.with_name(f"{path.name}.{self.stamp}.bak") if there else None
            if change.root and self.host.uid:
                await self._write_as_root(change, path, copy)
            else:
                await asyncio.to_thread(_put, change, path, copy)
        except (OSError, UnicodeDecodeError) as fault:
            raise errors.FileNotChanged(change.path, str(fault)) from fault
        wrote, removed = Progress("doctor.wrote", str(change.path)), Progress("doctor.removed", str(change.path))
        self.report(removed if change.text is None else wrote)
        return copy

    async def _write_as_root(self, change: FileWritten, path: Path, copy: Path | None) -> None:
        """Beside its place first, then renamed into it: a reader sees the old text or the new one."""
        if copy:
            await self._as_root("cp", "-a", "--", str(path), str(copy))
        if change.text is None:
            await self._as_root("rm", "-f", "--", str(path))
            return
        beside = f"{path}.{self.stamp}.new.bak"
        with tempfile.NamedTemporaryFile("w", prefix="arriero-") as text:
            text.write(change.text)
            text.flush()
            await self._as_root("install", "-D", "-m", f"{change.mode:04o}", "--", text.name, beside)
        await self._as_root("mv", "-T", "-f", "--", beside, str(path))

    async def _as_root(self, *argv: str) -> None:
        await self._run(Command(argv, root=True, limit_s=_FILE_LIMIT_S))


def _lies(path: Path) -> tuple[Path, bool]:
    """Where a link leads to: the file behind it is changed, and the link stays. And whether it is there."""
    real = path.resolve()
    return real, real.exists()


def _put(change: FileWritten, path: Path, copy: Path | None) -> None:
    if copy:
        write_atomic(copy, path.read_bytes(), mode=path.stat().st_mode & 0o777)
    if change.text is None:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, change.text.encode(), mode=change.mode)


def _send(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    """sudo's children are root's and not ours to signal; a terminal's Ctrl-C has reached them already."""
    with suppress(ProcessLookupError, PermissionError):
        process.send_signal(number)
