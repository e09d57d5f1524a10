"""What programs said while they changed the machine: one file that only grows, below the folder of logs.

Invariant: a program writes into the file itself, not into a pipe of ours. It goes on when we are killed, and a service
that it started does not hold us up.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

NAME = "host.log"
_TOLD_BYTES = 64 << 10


@dataclass(frozen=True)
class Journal:
    """`fault`: why there is none; what programs say is then read from a file without a name, and not kept."""

    path: Path
    fault: str = ""

    @property
    def told(self) -> str:
        """Where to look, for texts."""
        return "" if self.fault else str(self.path)

    @contextmanager
    def entry(self, heading: str) -> Iterator[Spoken]:
        """The heading, then room for what a program says."""
        with self.path.open("ab") if not self.fault else tempfile.TemporaryFile() as out:
            out.write(f"{heading}\n".encode())
            out.flush()
            yield Spoken(out.fileno(), os.fstat(out.fileno()).st_size)

    def note(self, line: str) -> None:
        with self.entry(line):
            pass


@dataclass
class Spoken:
    """What a program wrote to `fd` since `start`."""

    fd: int
    start: int

    def all(self) -> str:
        """The last 64 KiB of it."""
        end = os.fstat(self.fd).st_size
        return _read(self.fd, max(self.start, end - _TOLD_BYTES), end).decode(errors="replace")


def _read(fd: int, begin: int, end: int) -> bytes:
    """Through the descriptor's own entry: it was opened for appending only."""
    with Path(f"/proc/self/fd/{fd}").open("rb") as out:
        out.seek(begin)
        return out.read(end - begin)


def open_journal(state_dir: Path) -> Journal:
    """Makes the folder. A place that cannot be written to is told in `fault`: it may be what gets mended."""
    path = state_dir / "logs" / NAME
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.open("ab").close()
    except OSError as fault:
        return Journal(path, str(fault))
    return Journal(path)
