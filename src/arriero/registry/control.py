"""What a person can do to a transfer while it runs: pause it, resume it, limit it. To cancel it, cancel its task."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arriero.registry.halt import Halt


class PullControl:
    """Shared by everything that should share one limit. Safe to call from any thread.

    The limit is a queue of turns: a caller that took n bytes waits until the bytes before its own have had their time,
    so that the sum over all connections holds, however many there are.
    """

    LONGEST_NAP_S = 0.2

    def __init__(self, limit_bytes_per_s: int | None = None) -> None:
        self._lock = threading.Lock()
        self._go = threading.Event()
        self._go.set()
        self._free_at = 0.0
        self._limit = limit_bytes_per_s

    @property
    def limit_bytes_per_s(self) -> int | None:
        return self._limit

    def limit(self, bytes_per_s: int | None) -> None:
        """From now on; None lifts it. Raises ValueError for a limit below one byte."""
        if bytes_per_s is not None and bytes_per_s < 1:
            raise ValueError(bytes_per_s)
        with self._lock:
            self._limit, self._free_at = bytes_per_s, 0.0

    @property
    def paused(self) -> bool:
        return not self._go.is_set()

    def pause(self) -> None:
        """Connections stay open and silent; one that the server closes meanwhile is opened again at no cost."""
        self._go.clear()

    def resume(self) -> None:
        self._go.set()

    def chunk_bytes(self, most: int, sharers: int) -> int:
        """How much to take at once, so that turns stay short under a limit."""
        limit = self._limit
        return most if limit is None else max(1, min(most, limit // (5 * sharers)))

    def take(self, count: int, halt: Halt) -> None:
        """Blocks the calling thread until `count` more bytes are allowed. Raises Stopped."""
        due = self._reserve(count)
        while self.paused or time.monotonic() < due:
            halt.check()
            self._nap(due)
            if self._limit is None:
                due = 0.0

    def _nap(self, due: float) -> None:
        if self.paused:
            self._go.wait(self.LONGEST_NAP_S)
        else:
            time.sleep(max(0.0, min(due - time.monotonic(), self.LONGEST_NAP_S)))

    def _reserve(self, count: int) -> float:
        with self._lock:
            if self._limit is None:
                return 0.0
            self._free_at = max(self._free_at, time.monotonic()) + count / self._limit
            return self._free_at
