"""SHA-256 of files: of one that is still growing, and of one that is there."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable

from arriero.registry.table import Table

BLOCK_BYTES = 1 << 20


def hash_while_it_grows(fd: int, size_bytes: int, table: Table) -> str:
    """Hex digest of the first `size_bytes` of `fd`, each byte read once, as soon as the table says that it is there.

    Raises Stopped, and OSError, also when the file is shorter than the table says.
    """
    sha, block, hashed = hashlib.sha256(), memoryview(bytearray(BLOCK_BYTES)), 0
    while hashed < size_bytes:
        end = table.next_to_hash(hashed)
        while hashed < end:
            count = os.preadv(fd, [block[: end - hashed]], hashed)
            if not count:
                raise OSError(errno.EIO, "somebody cut the file short")
            sha.update(block[:count])
            hashed += count
    return sha.hexdigest()


def hash_file(fd: int, told: Callable[[int], None]) -> str:
    """Hex digest of all of `fd`; `told` hears of every block's size and may raise to stop it. Raises OSError."""
    sha, block, hashed = hashlib.sha256(), memoryview(bytearray(BLOCK_BYTES)), 0
    while count := os.preadv(fd, [block], hashed):
        sha.update(block[:count])
        hashed += count
        told(count)
    return sha.hexdigest()
