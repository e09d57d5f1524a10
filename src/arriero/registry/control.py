"""What a person can do to a transfer while it runs: pause it, resume it, limit it. To cancel it, cancel its task."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arriero.registry.halt import Halt


class Turns:
    """A limit as a queue: who took n bytes waits until the bytes before and its own have had their time. Pure.

    So the sum over all connections holds, however many there are. Who comes a moment late may catch up, so that a busy
    machine does not stay below the limit; a longer time that nobody used is not saved up.
    """

    CATCH_UP_S = 0.25

    def __init__(self, bytes_per_s: int) -> None:
        self.bytes_per_s = bytes_per_s
        self._free_at: float | None = None

    def reserve(self, count: int, now: float) -> float:
        """When `count` more bytes taken at `now` are paid for."""
        free_at = now if self._free_at is None else max(self._free_at, now - self.CATCH_UP_S)
        self._free_at = free_at + count / self.bytes_per_s
        return self._free_at


class PullControl:
    """Shared by everything that should share one limit. Safe to call from any thread."""

    LONGEST_NAP_S = 0.2

    def __init__(self, limit_bytes_per_s: int | None = None) -> None:
        self._lock = threading.Lock()
        self._go = threading.Event()
        self._go.set()
        self._turns: Turns | None = None
        self.limit(limit_bytes_per_s)

    @property
    def limit_bytes_per_s(self) -> int | None:
        turns = self._turns
        return turns.bytes_per_s if turns else None

    def limit(self, bytes_per_s: int | None) -> None:
        """From now on; None lifts it. Raises ValueError for a limit below one byte."""
        if bytes_per_s is not None and bytes_per_s < 1:
            raise ValueError(bytes_per_s)
        with self._lock:
            self._turns = None if bytes_per_s is None else Turns(bytes_per_s)

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
        limit = self.limit_bytes_per_s
        return most if limit is None else max(1, min(most, limit // (5 * sharers)))

    def take(self, count: int, halt: Halt) -> None:
        """Blocks the calling thread until `count` more bytes are allowed. Raises Stopped."""
        with self._lock:
            turns = self._turns
            due = turns.reserve(count, time.monotonic()) if turns else 0.0
        while self.paused or (self._turns is turns and time.monotonic() < due):
            halt.check()
            if self.paused:
                self._go.wait(self.LONGEST_NAP_S)
            else:
                time.sleep(max(0.0, min(due - time.monotonic(), self.LONGEST_NAP_S)))
