"""A layer's files while it is on its way: the sparse `-partial`, its part files, and the lock of who works on it.

The lock is an flock on the partial itself, so it dies with its holder however that dies. Ollama takes none (0.33).
Invariants: a part file never counts a byte that is not on the disk; the final name appears by one rename, after the
bytes are on the disk; the part files go after it, and without their partial they mean nothing.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from arriero.registry.disk import NO_SPACE, disk_errors
from arriero.registry.parts import MAX_JSON_BYTES, Part, assemble, completed_bytes, decode_part, encode_part, plan_parts
from arriero.registry.values import RegistrySettings


def partial_path(final: Path) -> Path:
    return final.with_name(f"{final.name}-partial")


def recorded_parts(final: Path) -> list[Part]:
    """What the part files beside `final` say, unreadable ones left out."""
    parts = []
    for path in final.parent.glob(f"{final.name}-partial-*"):
        with suppress(ValueError, OSError, RecursionError):
            with path.open("rb") as file:
                part = decode_part(file.read(MAX_JSON_BYTES))
            if path.name == f"{final.name}-partial-{part.n}":
                parts.append(part)
    return parts


def arrived_bytes(final: Path, size_bytes: int) -> int:
    """How much of a layer is recorded as there, by whoever fetched it; 0 where there is nothing to go on from."""
    partial = partial_path(final)
    with suppress(OSError):
        if partial.stat().st_size == size_bytes:
            return completed_bytes(assemble(recorded_parts(final), size_bytes) or [])
    return 0


class Partial:
    """The locked files of one layer. `parts` is the table; the bytes that it counted when claimed are `arrived`."""

    def __init__(self, final: Path, size_bytes: int, fd: int, parts: list[Part]) -> None:
        self.final, self.path, self.size_bytes = final, partial_path(final), size_bytes
        self.fd, self.parts = fd, parts
        self.trusted = True  # until a sync fails: the kernel reports lost bytes once and never again
        self.arrived = completed_bytes(parts)

    @classmethod
    def claim(cls, final: Path, size_bytes: int, settings: RegistrySettings) -> Self | None:
        """Takes the lock and what is there, or None when another works on it. Raises DiskFull, FolderRefused."""
        with disk_errors(final, size_bytes):
            fd = _lock(partial_path(final))
            if fd is None:
                return None
            found = assemble(recorded_parts(final), size_bytes) if os.fstat(fd).st_size == size_bytes else None
            partial = cls(final, size_bytes, fd, found or [])
            if found is None:
                with partial._closed_on_error():
                    partial.plan(settings)
            return partial

    def plan(self, settings: RegistrySettings) -> None:
        """From the beginning: nothing of it is there."""
        self._remove_part_files()
        self.parts = plan_parts(self.size_bytes, settings.part_bytes, settings.most_parts)
        self.arrived = 0
        os.ftruncate(self.fd, 0)
        os.ftruncate(self.fd, self.size_bytes)
        for part in self.parts:
            self._part_path(part).write_bytes(encode_part(part, 0))

    def write(self, data: memoryview, offset: int) -> None:
        """Raises OSError. May be called from several threads."""
        while data:
            count = os.pwrite(self.fd, data, offset)
            data, offset = data[count:], offset + count

    def record(self, counts: Iterable[tuple[Part, int]]) -> None:
        """Syncs the bytes, then writes down how many of each part are there. Raises OSError.

        The part files are renamed into place without a sync of their own: after a power loss an old one or none may be
        there instead, and both are understood. The temporary file lies outside `blobs/`: Ollama's pattern for part
        files would match a sibling.
        """
        try:
            os.fdatasync(self.fd)
        except OSError:
            self.trusted = False
            raise
        for part, completed in counts:
            self._put(self._part_path(part), encode_part(part, completed))

    def refresh(self) -> None:
        """Ollama's start-up prune takes part files that nobody touched for an hour (0.33): touch them."""
        for part in self.parts:
            with suppress(FileNotFoundError):
                os.utime(self._part_path(part))

    def finish(self) -> None:
        """The layer is whole and its sha256 agreed: it gets its name."""
        with disk_errors(self.final, 0):
            os.fsync(self.fd)
            try:
                self.path.replace(self.final)
            except FileNotFoundError:
                if not self._named_by_another():
                    raise
            _sync_folder(self.final.parent)
            self._remove_part_files()

    def _named_by_another(self) -> bool:
        """An Ollama that fetches the same layer takes no lock: it writes the same bytes into the same file, and may be
        the first to give it its name."""
        try:
            return os.path.samestat(os.fstat(self.fd), self.final.stat())
        except FileNotFoundError:
            return False

    def discard(self) -> None:
        """Leaves nothing behind."""
        with disk_errors(self.final, 0):
            self._remove_part_files()
            self.path.unlink(missing_ok=True)

    def close(self) -> None:
        os.close(self.fd)

    def _put(self, path: Path, data: bytes) -> None:
        try:
            self._aside.write_bytes(data)
            self._aside.replace(path)
        except OSError as error:
            if error.errno not in NO_SPACE:
                raise
            with path.open("r+b") as file:  # a full disk still has the block that this file is in
                file.write(data)
                file.truncate()

    @property
    def _aside(self) -> Path:
        return self.final.parent.parent / f".arriero-part-{self.final.name}"

    def _part_path(self, part: Part) -> Path:
        return self.path.with_name(f"{self.path.name}-{part.n}")

    def _remove_part_files(self) -> None:
        for path in (*self.final.parent.glob(f"{self.path.name}-*"), self._aside):
            path.unlink(missing_ok=True)

    @contextmanager
    def _closed_on_error(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self.close()
            raise


def _lock(path: Path) -> int | None:
    """Opens and locks `path`; None when another holds it. What was locked may be renamed by now: once more."""
    while True:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(fd), path.stat()):
                return fd
        except BlockingIOError:
            os.close(fd)
            return None
        except FileNotFoundError:
            pass
        os.close(fd)


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
