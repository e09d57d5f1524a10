"""The buffers that bytes come in: hashed from there while they are still warm, so that most are never read back.

A block belongs to the thread that got it, then (`keep`) to nobody: the hash picks it up when it comes to its offset.
All bytes in a kept block are in the file too, so a block may be taken away from here at any time and lose nothing.
"""

from __future__ import annotations

import threading

from arriero.registry.halt import Halt

BLOCK_BYTES = 1 << 20
_NAP_S = 0.1  # a stop is not announced to those who wait here: they look


class Blocks:
    """At most `count` blocks, made when first needed. Safe to use from all threads of an attempt."""

    def __init__(self, count: int, halt: Halt) -> None:
        self._halt, self._left = halt, count
        self._free: list[memoryview] = []
        self._kept: dict[int, tuple[memoryview, int]] = {}
        self._returned = threading.Condition()

    def get(self, *, patient: bool) -> memoryview:
        """An empty block. When all are kept: the one that the hash needs last, but if `patient` only after a moment in
        which the hash returned none (it may be waiting for the very bytes that this block is for). Raises Stopped."""
        with self._returned:
            while not self._free:
                self._halt.check()
                if self._left:
                    self._left -= 1
                    return memoryview(bytearray(BLOCK_BYTES))
                if self._kept and not patient:
                    return self._kept.pop(max(self._kept))[0]
                patient = self._returned.wait(_NAP_S)
            return self._free.pop()

    def put(self, block: memoryview) -> None:
        """An empty block back."""
        with self._returned:
            self._free.append(block)
            self._returned.notify()

    def keep(self, block: memoryview, count: int, offset: int) -> None:
        """A block with `count` bytes from `offset` on, which are in the file."""
        with self._returned:
            self._kept[offset] = (block, count)

    def take(self, offset: int) -> tuple[memoryview, int] | None:
        """The block that begins at `offset`, to be put back. What lies before is past use and goes free."""
        with self._returned:
            for passed in [start for start in self._kept if start < offset]:
                self._free.append(self._kept.pop(passed)[0])
                self._returned.notify()
            return self._kept.pop(offset, None)

    def next_kept(self, offset: int) -> int | None:
        """Where the next block after `offset` begins."""
        with self._returned:
            return min((start for start in self._kept if start > offset), default=None)
