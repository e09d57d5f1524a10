"""Keeps what is shown true: follows what happens to services, and looks when the app itself has changed something.

Invariant: an older look never takes the place of a newer one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING

from arriero.core.errors import ArrieroError
from arriero.hardware.values import GpuSnapshot
from arriero.stack.results import StackStatus
from arriero.tui.noticing import CARD_EVERY_S, STORE_EVERY_S, card_differs, folder_times, gateway_glance

if TYPE_CHECKING:
    from arriero.gateway.results import GatewayStatus
    from arriero.stack.world import World

_AGAIN_S = 2.0


class Watcher:
    """`show` is given every status, `show_gateway` the gateway after it, `show_card` the card between two of them,
    `fail` what kept from looking (a database that is locked, a folder that went).
    """

    def __init__(
        self,
        open_world: Callable[[], World],
        show: Callable[[StackStatus], None],
        show_gateway: Callable[[GatewayStatus | None], None],
        show_card: Callable[[GpuSnapshot], None],
        fail: Callable[[ArrieroError], None],
    ) -> None:
        self._open_world, self._show, self._show_card, self._fail = open_world, show, show_card, fail
        self._show_gateway = show_gateway
        self._poked = asyncio.Event()
        self._world: World | None = None
        self._seen_at = ""
        self._card: GpuSnapshot | None = None  # as the last whole look saw it

    def poke(self) -> None:
        """Something has changed: look now."""
        self._poked.set()

    def forget(self) -> None:
        """The settings may be others: read them anew at the next look."""
        self._world = None

    def close(self) -> None:
        """Blocking. Once it has ended: what it looked with has a child."""
        if self._world is not None:
            self._world.gpu.close()

    async def run(self) -> None:
        """Until it is cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._again_and_again(self._follow))
            tasks.create_task(self._again_and_again(self._look_when_poked))
            tasks.create_task(self._notice_store())
            tasks.create_task(self._follow_card())

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
        seen: AsyncIterator[StackStatus] = watch(world)
        async with aclosing(seen) as statuses:  # type: ignore[type-var]  # a generator, though declared an iterator
            async for told in statuses:
                await self._take(told, world)
                if world.state is None:
                    await asyncio.sleep(_AGAIN_S)
                if self._world is not world or world.state is None:
                    return

    async def _look_when_poked(self) -> None:
        from arriero.stack.status import status

        await self._poked.wait()
        self._poked.clear()
        world = await self._current()
        await self._take(await status(world), world)

    async def _notice_store(self) -> None:
        before: tuple[World, dict[str, int]] | None = None
        while True:
            if world := self._world:
                now = world, await asyncio.to_thread(folder_times, str(world.store.manifests))
                if before and before != now:
                    self.poke()
                before = now
            await asyncio.sleep(STORE_EVERY_S)

    async def _follow_card(self) -> None:
        """While the last look says that there is one to be used."""
        while True:
            if self._world and self._card and self._card.ready:
                now = await self._world.gpu.look()
                if card_differs(self._card, now):
                    self.poke()
                elif now.ready:
                    self._show_card(now)
            await asyncio.sleep(CARD_EVERY_S)

    async def _take(self, told: StackStatus, world: World) -> None:
        if told.seen_at >= self._seen_at:
            self._seen_at, self._card = told.seen_at, told.gpu
            self._show(told)
        self._show_gateway(await gateway_glance(world))

    async def _current(self) -> World:
        """The world of the last look, or a new one where that had no database."""
        if self._world is None or self._world.state is None:
            self._world = await asyncio.to_thread(self._open_world)
        return self._world
