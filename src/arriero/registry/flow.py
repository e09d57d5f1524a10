"""One answer's body into a buffer: in large pieces where they come fast, at the pace that was asked for, and not from
a server that trickles."""

from __future__ import annotations

import time

from arriero.registry.control import PullControl
from arriero.registry.faults import Stalled
from arriero.registry.halt import Halt
from arriero.registry.values import RegistrySettings
from arriero.registry.wire import Answer

_PATIENCE_S = 0.1  # how long a buffer may take to fill before what is in it is passed on


class Flow:
    """The body of one answer. Time that we ourselves wait (a limit, a pause) does not count against the server."""

    def __init__(self, answer: Answer, control: PullControl, settings: RegistrySettings, halt: Halt) -> None:
        self._answer, self._control, self._settings, self._halt = answer, control, settings, halt
        self._waited_s = 0.0
        self._came = 0

    def fill(self, block: memoryview) -> int:
        """Bytes put at the beginning of `block`, 0 at the end of the body. Raises Broken, Stalled, Stopped."""
        self._judge()
        wanted = self._control.chunk_bytes(len(block), self._settings.connections)
        began = time.monotonic()
        count = self._answer.read_some(block[:wanted], _PATIENCE_S)
        self._waited_s += time.monotonic() - began
        self._came += count
        return count

    def pace(self, count: int) -> None:
        """Waits for the turn of `count` bytes, once they are safe in the file. Raises Stopped."""
        self._control.take(count, self._halt)

    def _judge(self) -> None:
        stall_s = self._settings.stall_s
        if self._waited_s < stall_s:
            return
        if self._came < self._settings.slowest_bytes_per_s * self._waited_s:
            raise Stalled(stall_s)
        self._waited_s, self._came = 0.0, 0
