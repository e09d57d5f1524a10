"""Keeps what is shown true: looks at once when something happens, now and then in any case.

Invariant: one look at a time; what happens during a look leads to another one after it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from arriero.core.errors import ArrieroError
from arriero.stack.results import StackStatus

if TYPE_CHECKING:
    from arriero.stack.world import World

QUIET_S = 4.0  # what no event tells of (a model unloaded inside its service, a file in the store) shows by then
_EVENTS_AGAIN_S = 5.0


class Watcher:
    """`show` is given every status, `fail` what kept from looking (a database that is locked, a folder that went)."""

    def __init__(
        self, open_world: Callable[[], World], show: Callable[[StackStatus], None], fail: Callable[[ArrieroError], None]
    ) -> None:
        self._open_world, self._show, self._fail = open_world, show, fail
        self._poked = asyncio.Event()
        self._world: World | None = None

    def forget(self) -> None:
        """The settings may be others: read them anew at the next look."""
        self._world = None

    def poke(self) -> None:
        """Something has changed: look now."""
        self._poked.set()

    async def run(self) -> None:
        """Until it is cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen())
            while True:
                self._poked.clear()
                await self._look()
                with suppress(TimeoutError):
                    async with asyncio.timeout(QUIET_S):
                        await self._poked.wait()

    async def _look(self) -> None:
        from arriero.stack.status import status  # late: the first screen does without

        try:
            self._show(await status(await self._current()))
        except ArrieroError as fault:
            self._fail(fault)

    async def _current(self) -> World:
        """The world of the last look, or a new one where that had no database."""
        if self._world is None or self._world.state is None:
            self._world = await asyncio.to_thread(self._open_world)
        return self._world

    async def _listen(self) -> None:
        """Events of services; a backend that cannot tell them now is asked again."""
        while True:
            try:
                await self._pass_on()
            except ArrieroError as fault:
                self._fail(fault)
            await asyncio.sleep(_EVENTS_AGAIN_S)

    async def _pass_on(self) -> None:
        world = await self._current()
        async for _ in world.backend.events([slot.id for slot in world.configuration.slots]):
            self.poke()
