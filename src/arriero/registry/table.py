"""Where the threads of one attempt meet: which part is taken, how far bytes, hash and record are.

Invariants: parts are taken in order; what was asked of the server and no part file counts yet is never more than
`window` bytes, one part per connection, so that a kill loses no more; nor does a connection run further than that ahead
of the hash, so that the last byte is hashed soon after it came.
"""

from __future__ import annotations

import threading
import time

from arriero.registry.halt import Halt
from arriero.registry.parts import Part, frontier

NAP_S = 0.1  # a stop is not announced to those who wait here: they look


class Table:
    """Safe to use from all threads of the attempt. Every wait raises Stopped."""

    def __init__(self, parts: list[Part], connections: int, halt: Halt) -> None:
        self._parts, self._halt = parts, halt
        self._waiting = [part for part in reversed(parts) if not part.whole]
        self.window = connections * max((part.size for part in parts), default=0)
        self._recorded = {part.n: part.completed for part in parts}
        self._owed = 0
        self._hashed = 0
        self._first_open = 0
        lock = threading.Lock()
        self._room, self._news, self._record = (threading.Condition(lock) for _ in range(3))
        self._lock = lock
        self._wanted = False
        self._ended = False

    @property
    def missing(self) -> int:
        """Parts that nobody has taken yet."""
        return len(self._waiting)

    def take(self) -> Part | None:
        """The next part in order, as soon as there is room for it; None when all are taken."""
        with self._lock:
            while self._waiting:
                self._halt.check()
                part = self._waiting[-1]
                if self._owed + part.size - part.completed > self.window:
                    self._wanted = True
                    self._record.notify()
                elif part.offset < self._hashed + self.window:
                    self._owed += part.size - part.completed
                    self._room.notify()
                    return self._waiting.pop()
                self._room.wait(NAP_S)
        return None

    def arrived(self, part: Part, count: int) -> None:
        """`count` more bytes of `part` are in the file."""
        with self._lock:
            part.completed += count
            self._news.notify()

    def next_to_hash(self, hashed: int) -> int:
        """Where the bytes that are there without a gap end: beyond `hashed`, which is told to the others."""
        with self._lock:
            self._hashed = hashed
            self._room.notify()
            while True:
                self._halt.check()
                end, self._first_open = frontier(self._parts, self._first_open)
                if end > hashed:
                    return end
                self._news.wait(NAP_S)

    def next_to_record(self, every_s: float) -> list[tuple[Part, int]]:
        """The parts that have grown since they were recorded, and how far; waits until somebody needs it, or a while.

        Empty when nothing has grown, and at the end.
        """
        with self._lock:
            due = time.monotonic() + every_s
            while not (self._ended or self._wanted or time.monotonic() > due):
                self._halt.check()
                self._record.wait(NAP_S)
            self._wanted = False
            return [] if self._ended else self._grown()

    def grown(self) -> list[tuple[Part, int]]:
        with self._lock:
            return self._grown()

    def recorded(self, counts: list[tuple[Part, int]]) -> None:
        """These counts are on the disk."""
        with self._lock:
            for part, completed in counts:
                self._owed -= completed - self._recorded[part.n]
                self._recorded[part.n] = completed
            self._room.notify()

    def end(self) -> None:
        """All is hashed: nothing more to record."""
        with self._lock:
            self._ended = True
            self._record.notify()

    @property
    def ended(self) -> bool:
        return self._ended

    def _grown(self) -> list[tuple[Part, int]]:
        return [(part, part.completed) for part in self._parts if part.completed != self._recorded[part.n]]
