"""SHA-256 of files: of one that is still growing, and of one that is there."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable

from arriero.registry.blocks import BLOCK_BYTES, Blocks
from arriero.registry.table import Table


def hash_while_it_grows(fd: int, size_bytes: int, table: Table, blocks: Blocks) -> str:
    """Hex digest of the first `size_bytes` of `fd`, each byte as soon as the table says that it is there: out of the
    block that it came in if that is still there, else out of the file.

    Raises Stopped, and OSError, also when the file is shorter than the table says.
    """
    sha, spare, hashed = hashlib.sha256(), memoryview(bytearray(BLOCK_BYTES)), 0
    while hashed < size_bytes:
        end = table.next_to_hash(hashed)
        while hashed < end:
            kept = blocks.take(hashed)
            if kept is not None:
                block, count = kept
                sha.update(block[:count])
                blocks.put(block)
            else:
                count = os.preadv(fd, [spare[: min(end, blocks.next_kept(hashed) or end) - hashed]], hashed)
                if not count:
                    raise OSError(errno.EIO, "somebody cut the file short")
                sha.update(spare[:count])
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
