"""Models that nobody has asked for a while, unloaded: slot by slot, where the catalogue says how long (`idle_s`).

Invariant: a model is unloaded by its own server, which lets answers end first; its service goes on, and the next
request loads it again.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager

logger = logging.getLogger("arriero.gateway")


class Idling:
    """`limits_s`: by slot; slots without one, or with 0, are left to their servers."""

    def __init__(self, limits_s: Mapping[str, float], unload: Callable[[str], Awaitable[bool]]) -> None:
        self._limits_s, self._unload = limits_s, unload
        self._flying: Counter[str] = Counter()
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @contextmanager
    def used(self, slot: str) -> Iterator[None]:
        """A request for it, from its beginning to its end: the time counts from the end of the last one."""
        self._flying[slot] += 1
        if timer := self._timers.pop(slot, None):
            timer.cancel()
        try:
            yield
        finally:
            self._flying[slot] -= 1
            limit_s = self._limits_s.get(slot)
            if limit_s and not self._flying[slot]:
                self._timers[slot] = asyncio.get_running_loop().call_later(limit_s, self._over, slot)

    def close(self) -> None:
        for timer in self._timers.values():
            timer.cancel()

    def _over(self, slot: str) -> None:
        task = asyncio.get_running_loop().create_task(self._end(slot))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _end(self, slot: str) -> None:
        done = await self._unload(slot)
        logger.info("idle %s %s", slot, "unloaded" if done else "does not answer")
