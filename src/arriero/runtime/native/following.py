"""Reads a service's log: the last lines, and then what comes, across rotations (`rotating_log`)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import BinaryIO

from arriero.runtime.native.rotating_log import parts

_LOOK_EVERY_S = 0.1
_BLOCK_BYTES = 65536


def last_lines(path: Path, count: int) -> list[str]:
    """The last `count` lines that are there, the oldest first; none when there is no log."""
    return _tail(parts(path), count)[0]


async def follow_lines(path: Path, count: int, sleep: Callable[[float], Awaitable[None]]) -> AsyncIterator[str]:
    """The last `count` lines, then every further one as it is completed, for as long as the caller goes on."""
    reader = _Reader(path)
    try:
        for line in await asyncio.to_thread(reader.begin, count):
            yield line
        while True:
            for line in await asyncio.to_thread(reader.more):
                yield line
            await sleep(_LOOK_EVERY_S)
    finally:
        reader.close()


class _Reader:
    """Stands at one place of the log. The open part is known by its inode, so a rename does not lose it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._part: BinaryIO | None = None
        self._rest = b""

    def begin(self, count: int) -> list[str]:
        there = parts(self._path)
        lines, self._rest = _tail(there, count, whole=True)
        if there:
            self._part = there[-1].open("rb")
            self._part.seek(0, 2)
        return lines

    def more(self) -> list[str]:
        """The lines completed since the last look."""
        data = self._read()
        while self._next_part():
            data += self._read()
        *lines, self._rest = (self._rest + data).split(b"\n")
        return [_text(line) for line in lines]

    def close(self) -> None:
        if self._part:
            self._part.close()

    def _read(self) -> bytes:
        return self._part.read() if self._part else b""

    def _next_part(self) -> bool:
        """Moves on to the part after the open one, or to the newest when somebody removed that one."""
        there = parts(self._path)
        following = there if self._part is None else _after(self._part, there)
        if not following:
            return False
        self.close()
        self._part = following[0].open("rb")
        return True


def _after(open_part: BinaryIO, there: list[Path]) -> list[Path]:
    here = os.fstat(open_part.fileno()).st_ino
    inodes = [part.stat().st_ino for part in there]
    return there[inodes.index(here) + 1 :] if here in inodes else there[-1:]


def _tail(there: list[Path], count: int, *, whole: bool = False) -> tuple[list[str], bytes]:
    """Last lines over all parts. An unfinished last line counts as one, or with `whole` is handed back apart."""
    data = b""
    for part in reversed(there):
        data = _end_of(part, count) + data
        if data.count(b"\n") > count:
            break
    *lines, rest = data.split(b"\n")
    if rest and not whole:
        lines.append(rest)
    return [_text(line) for line in lines[-count:]] if count else [], rest


def _end_of(part: Path, count: int) -> bytes:
    """The end of a file with more than `count` lines in it, or all of the file."""
    with part.open("rb") as file:
        size = file.seek(0, 2)
        wanted = _BLOCK_BYTES
        while True:
            file.seek(max(0, size - wanted))
            data = file.read(min(wanted, size))
            if wanted >= size or data.count(b"\n") > count:
                return data
            wanted *= 2


def _text(line: bytes) -> str:
    return line.decode(errors="replace").rstrip("\r")
