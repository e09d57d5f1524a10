"""The blobs of the store: files named by the sha256 of their bytes, written once, never changed in place.

Invariant: a file below `blobs/` has the bytes its name promises. Bytes are hashed while they are written aside, synced,
and renamed. A blob that is there with the right size is trusted; one with another size is replaced.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from arriero.core.progress import Progress, Report, silent
from arriero.store.aside import aside_file
from arriero.store.errors import BadDigest, StoreFull
from arriero.store.faults import free_bytes, translated
from arriero.store.manifest import DIGEST, Layer

_CHUNK = 1 << 20


class Blobs:
    """The folder `root/blobs`. May be used from several threads and processes at once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "blobs"

    def path(self, digest: str) -> Path:
        """`sha256:<64 hex>` (or with `-`) -> its file, there or not. Raises BadDigest."""
        found = DIGEST.fullmatch(digest)
        if not found:
            raise BadDigest(digest)
        return self.folder / f"sha256-{found[1].lower()}"

    def size_bytes(self, digest: str) -> int | None:
        """Of the blob that is there; None when there is none (a folder is none). Raises StorePermission."""
        path = self.path(digest)
        with translated(path):
            return path.stat().st_size if path.is_file() else None

    def add(self, chunks: Iterable[bytes], media_type: str, size_bytes: int) -> Layer:
        """Stores the bytes of `chunks` under their digest. `size_bytes`: how many are to be expected, for StoreFull.

        Raises StoreFull before anything is written when they cannot fit, StoreReadOnly, StorePermission, StoreFailed.
        What `chunks` raises goes through as it is.
        """
        try:
            with translated(self.root, size_bytes):
                self.folder.mkdir(parents=True, exist_ok=True)
                self._require_room(size_bytes)
                with aside_file(self.root) as aside:
                    digest, written = write_synced(aside.fd, _apart(chunks))
                    self._settle(aside.path, digest, written)
        except _SourceFailed as failed:
            raise failed.error from None
        return Layer(media_type, digest, written)

    def find_copy(self, path: Path, media_type: str, progress: Report = silent) -> Layer | None:
        """The layer of a file whose bytes are in the store already. Reads the file only if a blob has its size."""
        size = file_size(path)
        with translated(self.root):
            if size not in self._sizes():
                return None
        digest = hashlib.sha256()
        for chunk in file_chunks(path, "store.hash", progress):
            digest.update(chunk)
        name = f"sha256:{digest.hexdigest()}"
        if self.size_bytes(name) != size:
            return None
        with translated(self.root):
            self._touch(self.path(name))
        return Layer(media_type, name, size)

    def remove(self, digest: str) -> int:
        """Deletes a blob that no manifest names; the bytes freed, 0 when it was not there. Raises OSError."""
        size = self.size_bytes(digest)
        if size is None:
            return 0
        self.path(digest).unlink()
        return size

    def _settle(self, aside: Path, digest: str, size_bytes: int) -> None:
        if self.size_bytes(digest) == size_bytes:
            self._touch(self.path(digest))
            return
        aside.replace(self.path(digest))
        sync_folder(self.folder)

    def _touch(self, path: Path) -> None:
        """As Ollama does: at its start it deletes blobs older than an hour that no manifest names yet."""
        with suppress(PermissionError):  # another user's blob: we may read it, and that is enough
            os.utime(path)

    def _sizes(self) -> set[int]:
        if not self.folder.is_dir():
            return set()
        return {entry.stat().st_size for entry in os.scandir(self.folder) if entry.is_file()}

    def _require_room(self, size_bytes: int) -> None:
        free = free_bytes(self.root)
        if size_bytes > free:
            raise StoreFull(self.root, size_bytes, free)


class _SourceFailed(Exception):
    """Carries an OSError of the bytes' source past the translation of the store's own; never leaves this module."""

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self.error = error


def _apart(chunks: Iterable[bytes]) -> Iterator[bytes]:
    try:
        yield from chunks
    except OSError as error:
        raise _SourceFailed(error) from error


def file_size(path: Path) -> int:
    """In bytes. Raises StorePermission, StoreFailed about `path`."""
    with translated(path):
        return path.stat().st_size


def file_chunks(path: Path, step: str, progress: Report) -> Iterator[bytes]:
    """The file's bytes piece by piece, reported as they are used. Raises StorePermission, StoreFailed about `path`."""
    total, done = file_size(path), 0
    progress(Progress(step, path.name, 0, total))
    with translated(path), path.open("rb") as source:
        while chunk := source.read(_CHUNK):
            done += len(chunk)
            yield chunk
            progress(Progress(step, path.name, done, total))


def sync_folder(folder: Path) -> None:
    """Makes a rename in `folder` outlive a power cut."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def write_synced(fd: int, chunks: Iterable[bytes]) -> tuple[str, int]:
    """Writes all to the new file `fd` and to the disk; returns digest (`sha256:<hex>`) and size. Raises OSError."""
    os.fchmod(fd, 0o644)  # Ollama's mode, whatever the umask: a container with another user reads these files too
    digest, written = hashlib.sha256(), 0
    for chunk in chunks:
        digest.update(chunk)
        rest = memoryview(chunk)
        while rest:
            rest = rest[os.write(fd, rest) :]
        written += len(chunk)
    os.fsync(fd)
    return f"sha256:{digest.hexdigest()}", written
