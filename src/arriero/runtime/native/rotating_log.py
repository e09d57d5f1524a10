"""The log of one service: what its engine prints and what its supervisor has to say, never larger than it should be.

Invariant: SLOT.log is the newest part, SLOT.log.1 the one before, SLOT.log.2 the oldest; a part is renamed, never cut,
so who follows it by its inode loses nothing.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

KEPT = 2


def parts(path: Path) -> list[Path]:
    """Every part that exists, the oldest first."""
    older = [path.with_name(f"{path.name}.{number}") for number in range(KEPT, 0, -1)]
    return [part for part in (*older, path) if part.exists()]


class RotatingLog:
    """Opened anew for every write: the file may be moved or removed by anybody in between."""

    def __init__(self, path: Path, limit_bytes: int) -> None:
        self._path = path
        self._limit_bytes = limit_bytes
        self._lost_bytes = 0

    def note(self, text: str) -> None:
        """A line of the supervisor's own."""
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        self.write(f"{stamp} supervisor: {text}\n".encode())

    def write(self, data: bytes) -> None:
        """A full disk must not end the service: what cannot be written is counted and told once there is room."""
        try:
            if self._lost_bytes:
                self._append(f"[{self._lost_bytes} bytes of the log could not be written]\n".encode())
                self._lost_bytes = 0
            self._append(data)
        except OSError:
            self._lost_bytes += len(data)

    def _append(self, data: bytes) -> None:
        if self._path.exists() and self._path.stat().st_size + len(data) > self._limit_bytes:
            self._rotate()
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as log:
            log.write(data)

    def _rotate(self) -> None:
        for number in range(KEPT, 0, -1):
            newer = self._path if number == 1 else self._path.with_name(f"{self._path.name}.{number - 1}")
            if newer.exists():
                newer.replace(self._path.with_name(f"{self._path.name}.{number}"))
