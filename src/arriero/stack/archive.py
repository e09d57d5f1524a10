"""A model as one file for a machine without a network: a plain tar of its manifest and its blobs, in Ollama's layout.

`tar xf FILE -C ~/.ollama/models` installs it by hand. The manifest is the first member; every blob that it names
follows once. Only these names, and only plain files, are read: a header of another kind is refused before anything is
kept, so nothing in a hostile archive decides a path, a size in memory or a link.
"""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from arriero.core.ids import Reference
from arriero.stack.errors import ArchiveInvalid

BLOCK = 512
_CHUNK = 1 << 20
_MODE = 0o644


def header(name: str, size_bytes: int, modified_at_s: int) -> bytes:
    """A member's header. Raises ValueError for a name that tar cannot hold.

    Long names need ustar's form, and sizes from 8 GiB on GNU's: no member here needs both.
    """
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = size_bytes, modified_at_s, _MODE
    if len(name) > tarfile.LENGTH_NAME:
        return info.tobuf(tarfile.USTAR_FORMAT)
    return info.tobuf(tarfile.GNU_FORMAT)


def padding(size_bytes: int) -> bytes:
    return bytes(-size_bytes % BLOCK)


def manifest_name(reference: Reference) -> str:
    return "/".join(("manifests", *reference.parts))


def blob_name(digest: str) -> str:
    return f"blobs/{digest.replace(':', '-', 1)}"


def pinned(chunks: Iterator[bytes], digest: str, size_bytes: int, wrong: Callable[[str], Exception]) -> Iterator[bytes]:
    """The chunks, ending well only if they are the bytes that the digest names; else raises what `wrong` makes."""
    sha, done = hashlib.sha256(), 0
    for chunk in chunks:
        sha.update(chunk)
        done += len(chunk)
        yield chunk
    if done != size_bytes or f"sha256:{sha.hexdigest()}" != digest:
        raise wrong(f"{digest[:19]}: {done} bytes, sha256 {sha.hexdigest()[:12]}")


@dataclass
class ArchiveReader:
    """Members one after another, each read to its end before the next. Raises ArchiveInvalid, OSError."""

    file: BinaryIO
    path: Path

    def member(self) -> tuple[str, int] | None:
        """Name and size of the next one; None at the end."""
        block = self.file.read(BLOCK)
        if block == bytes(BLOCK):
            return None
        try:
            info = tarfile.TarInfo.frombuf(block, "utf-8", "strict")
        except (tarfile.HeaderError, UnicodeDecodeError) as error:
            raise ArchiveInvalid(self.path, f"header: {error}") from error
        if info.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or info.size < 0:
            raise ArchiveInvalid(self.path, f"member: {_shown(info.name)}")
        return info.name, info.size

    def chunks(self, size_bytes: int) -> Iterator[bytes]:
        left = size_bytes
        while left:
            chunk = self.file.read(min(left, _CHUNK))
            if not chunk:
                raise ArchiveInvalid(self.path, "truncated")
            left -= len(chunk)
            yield chunk
        if len(self.file.read(len(padding(size_bytes)))) != len(padding(size_bytes)):
            raise ArchiveInvalid(self.path, "truncated")


def _shown(name: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in name)[:80]
