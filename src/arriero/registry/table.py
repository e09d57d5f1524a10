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


class Crowd:
    """How many connections are worth having: twice as many each time the hash had to wait for bytes. Pure.

    Over a link that is faster than SHA-256 one is enough, and more would only take its processor away. A wait counts
    from 50 ms on, and when it was a fifth of the time since the last change.
    """

    WORTH_S, SHARE = 0.05, 0.2

    def __init__(self, most: int, now: float) -> None:
        self.size, self._most = 1, most
        self._since, self._waited_s = now, 0.0

    def waited(self, seconds: float, now: float) -> bool:
        """The hash waited until `now`. True when there may be more connections from now on."""
        self._waited_s += seconds
        if self.size >= self._most or self._waited_s < max(self.WORTH_S, self.SHARE * (now - self._since)):
            return False
        self.size, self._since, self._waited_s = min(2 * self.size, self._most), now, 0.0
        return True


class Table:
    """Safe to use from all threads of the attempt. Every wait raises Stopped."""

    def __init__(self, parts: list[Part], connections: int, halt: Halt) -> None:
        self._parts, self._halt = parts, halt
        self._waiting = [part for part in reversed(parts) if not part.whole]
        self.window = connections * max((part.size for part in parts), default=0)
        self._crowd, self._busy, self._most = Crowd(connections, time.monotonic()), 0, connections
        self._found, self._first_open = frontier(parts)
        self._length = 1
        self._recorded = {part.n: part.completed for part in parts}
        self._owed = 0
        self._hashed = 0
        lock = threading.Lock()
        self._room, self._news, self._record = (threading.Condition(lock) for _ in range(3))
        self._lock = lock
        self._wanted = False
        self._ended = False

    @property
    def missing(self) -> int:
        """Parts that nobody has taken yet."""
        return len(self._waiting)

    def take(self) -> list[Part]:
        """The next parts in order, one after another in the file, as soon as there is room; none when all are taken.

        One at a time where many connections share the work. While few are enough their requests grow, since each of
        them costs the server something (a stock registry 2.8 reads 4 MB ahead for every one).
        """
        with self._lock:
            while self._waiting:
                self._halt.check()
                if self._owed + _missing(self._waiting[-1]) > self.window // 2:
                    self._wanted = True
                    self._record.notify()
                if self._may_take():
                    return self._take_run()
                self._room.wait(NAP_S)
        return []

    def _may_take(self) -> bool:
        part = self._waiting[-1]
        near = part.offset < max(self._hashed, self._found) + self.window
        return near and self._busy < self._allowed and self._owed + _missing(part) <= self.window

    def _take_run(self) -> list[Part]:
        self._length = max(1, min(2 * self._length, self._most // (2 * self._allowed)))
        run: list[Part] = []
        while not run or self._joins(run):
            run.append(self._waiting.pop())
            self._owed += _missing(run[-1])
        self._busy += 1
        self._room.notify()
        return run

    def _joins(self, run: list[Part]) -> bool:
        if not self._waiting or len(run) >= self._length:
            return False
        following = self._waiting[-1]
        return run[-1].end == following.position and self._owed + _missing(following) <= self.window

    def done(self) -> None:
        """The parts of one take are whole."""
        with self._lock:
            self._busy -= 1

    @property
    def hash_bound(self) -> bool:
        """One connection brings more than the hash can take: it may as well wait for it."""
        return self._allowed == 1

    @property
    def _allowed(self) -> int:
        """While the hash reads what was there at the beginning, its waits say nothing about the link."""
        return self._most if self._hashed < self._found else self._crowd.size

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
                began = time.monotonic()
                self._news.wait(NAP_S)
                now = time.monotonic()
                if self._crowd.waited(now - began, now):
                    self._room.notify_all()

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


def _missing(part: Part) -> int:
    return part.size - part.completed
