"""What is due, and when, in the life of one engine: the first answer, the limit for it, the end, the kill."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

from arriero.runtime.native import child
from arriero.runtime.native.options import Limits

_PROBE_EVERY_S = 0.025


class Watch:
    """One per engine process `pid`, our unreaped child. `serves` asks whether it answers."""

    def __init__(self, pid: int, limits: Limits, serves: Callable[[], bool]) -> None:
        self._pid = pid
        self._serves = serves
        self._start_by = time.monotonic() + limits.start_s
        self._stop_s = limits.stop_s
        self._kill_at: float | None = None
        self._ending = False
        self._serving_since: float | None = None
        self.too_slow = False

    def seconds_to_next(self) -> float | None:
        """None: nothing but an event can bring news."""
        if self._kill_at is not None:
            return self._kill_at - time.monotonic()
        return None if self._ending or self._serving_since else _PROBE_EVERY_S

    def act(self) -> bool:
        """Does what is due now. True when the engine has just been seen to serve for the first time."""
        now = time.monotonic()
        if self._kill_at is not None and now >= self._kill_at:
            child.end_group(self._pid, signal.SIGKILL)
            self._kill_at = None
        if self._ending or self._serving_since is not None:
            return False
        if self._serves():
            self._serving_since = now
            return True
        if now > self._start_by:
            self.too_slow = True
            self.end()
        return False

    def end(self) -> None:
        """Tells the engine to end, and the kernel to end it if it has not in `stop_s`."""
        if not self._ending:
            self._ending = True
            self._kill_at = time.monotonic() + self._stop_s
            os.kill(self._pid, signal.SIGTERM)

    def served_s(self) -> float | None:
        return None if self._serving_since is None else time.monotonic() - self._serving_since
