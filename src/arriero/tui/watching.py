"""Keeps what is shown true: follows what happens to services, and looks when the app itself has changed something.

Invariant: an older look never takes the place of a newer one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING

from arriero.core.errors import ArrieroError
from arriero.stack.results import StackStatus

if TYPE_CHECKING:
    from arriero.stack.world import World

QUIET_S = 5.0  # what no event tells of (a model unloaded inside its service, a file in the store) shows by then
_AGAIN_S = 2.0


class Watcher:
    """`show` is given every status, `fail` what kept from looking (a database that is locked, a folder that went)."""

    def __init__(
        self, open_world: Callable[[], World], show: Callable[[StackStatus], None], fail: Callable[[ArrieroError], None]
    ) -> None:
        self._open_world, self._show, self._fail = open_world, show, fail
        self._poked = asyncio.Event()
        self._world: World | None = None
        self._seen_at = ""

    def poke(self) -> None:
        """Something has changed: look now."""
        self._poked.set()

    def forget(self) -> None:
        """The settings may be others: read them anew at the next look."""
        self._world = None

    async def run(self) -> None:
        """Until it is cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._again_and_again(self._follow))
            tasks.create_task(self._again_and_again(self._look_when_poked))

    async def _again_and_again(self, work: Callable[[], Awaitable[None]]) -> None:
        """What cannot be done now is tried again, and what keeps from it is told."""
        while True:
            try:
                await work()
            except ArrieroError as fault:
                self._fail(fault)
                await asyncio.sleep(_AGAIN_S)

    async def _follow(self) -> None:
        """Until the world is another: the settings were read anew, or there was no database."""
        from arriero.stack.watching import watch  # late: the first screen does without

        world = await self._current()
        seen: AsyncIterator[StackStatus] = watch(world, QUIET_S)
        async with aclosing(seen) as statuses:  # type: ignore[type-var]  # a generator, though declared an iterator
            async for told in statuses:
                self._take(told)
                if world.state is None:
                    await asyncio.sleep(_AGAIN_S)
                if self._world is not world or world.state is None:
                    return

    async def _look_when_poked(self) -> None:
        from arriero.stack.status import status

        await self._poked.wait()
        self._poked.clear()
        self._take(await status(await self._current()))

    def _take(self, told: StackStatus) -> None:
        if told.seen_at >= self._seen_at:
            self._seen_at = told.seen_at
            self._show(told)

    async def _current(self) -> World:
        """The world of the last look, or a new one where that had no database."""
        if self._world is None or self._world.state is None:
            self._world = await asyncio.to_thread(self._open_world)
        return self._world
