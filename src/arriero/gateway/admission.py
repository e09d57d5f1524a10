"""The line in front of the models: requests wait here until `turns` lets them go on, and models are brought up.

Invariant: every request that was let in is let out again, whatever ends it, and one task alone brings models up.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from arriero.core.errors import ArrieroError
from arriero.gateway.board import Board
from arriero.gateway.naming import Group
from arriero.gateway.swapping import InTheWay, Swapper
from arriero.gateway.turns import Rest, Start, Turns
from arriero.stack.errors import NotActiveAfterwards


@dataclass(frozen=True)
class Swap:
    """How one bringing up ended. `stopped`: the slots that yielded."""

    took_s: float
    stopped: tuple[str, ...]
    fault: Exception | None


class Admission:
    """`swapped` is called after each bringing up; `now` is a clock that never goes back, in seconds."""

    def __init__(
        self,
        turns: Turns,
        board: Board,
        swapper: Swapper,
        swapped: Callable[[Swap], None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._turns, self._board, self._swapper, self._swapped, self._now = turns, board, swapper, swapped, now
        self._numbers = itertools.count()
        self._waiting: dict[int, tuple[Group, asyncio.Future[None]]] = {}
        self._happened = asyncio.Event()
        self._load: asyncio.Task[None] | None = None
        self._settled = asyncio.Event()
        self._settled.set()
        self.last_load_s = 10.0

    @property
    def turns(self) -> Turns:
        return self._turns

    @property
    def board(self) -> Board:
        return self._board

    def enter_at_once(self, group: Group) -> bool:
        """Whether the request may go on to its server without waiting."""
        return self._turns.open_for(group, self._now())

    async def enter(self, group: Group) -> None:
        """Until the request may go on to its server. Raises why its model could not be brought up."""
        ticket = next(self._numbers)
        if self._turns.ask(ticket, group, self._now()):
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[ticket] = (group, future)
        self._happened.set()
        try:
            await future
        except asyncio.CancelledError:
            self._give_up(ticket, group)
            raise
        finally:
            self._waiting.pop(ticket, None)

    def leave(self, group: Group) -> None:
        """Once for each `enter` that let a request go on."""
        self._turns.done(group)
        self._happened.set()

    def lost(self, group: Group) -> None:
        """Nobody answers there."""
        self._turns.gone(group)
        self._happened.set()

    def observe(self) -> None:
        """The board has changed."""
        self._turns.observe(self._board.serving)
        self._happened.set()

    async def settled(self) -> None:
        """Until no model is being brought up."""
        await self._settled.wait()

    async def run(self) -> None:
        """For as long as the gateway lives."""
        while True:
            self._happened.clear()
            self._let_go_on()
            step = self._turns.next(self._now())
            if isinstance(step, Start):
                await self._bring_up(step)
            else:
                await self._rest(step)

    def _give_up(self, ticket: int, group: Group) -> None:
        """A hang-up; what is being brought up for nobody else is ended."""
        waited = self._waiting[ticket][1]
        if waited.done() and not waited.cancelled() and waited.exception() is None:
            self.leave(group)  # it was let go on in the moment in which its client hung up
            return
        self._turns.give_up(ticket, group)
        if self._load and self._turns.loading == group and not self._turns.waiting(group):
            self._load.cancel()
        self._happened.set()

    def _let_go_on(self) -> None:
        for ticket in self._turns.released(self._now()):
            group, waiting = self._waiting[ticket]
            if waiting.cancelled():
                self._turns.done(group)
            else:
                waiting.set_result(None)

    async def _rest(self, step: Rest) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(None if step.until is None else max(0.0, step.until - self._now())):
                await self._happened.wait()

    async def _bring_up(self, step: Start) -> None:
        self._turns.begun(step)
        self._settled.clear()
        self._load = asyncio.create_task(self._loading(step))
        try:
            await asyncio.shield(self._load)
        except asyncio.CancelledError:
            if not self._load.cancelled():  # the gateway ends
                self._load.cancel()
                await asyncio.wait([self._load])
                raise
            await self._abandon(step.group)
        finally:
            self._load = None
            self._settled.set()

    async def _loading(self, step: Start) -> None:
        began = self._now()
        try:
            outcome = await self._swapper.bring_up(step.group, step.spared)
        except InTheWay as held:
            self._turns.ended(in_the_way=held.slots)
            return
        except Exception as fault:  # noqa: BLE001  # whoever waits is told, and the gateway goes on
            await self._look_again()
            self._end(step.group, Swap(self._now() - began, (), fault))
        else:
            self._board.take_models(outcome.models)
            self.last_load_s = outcome.took_s
            stopped = tuple(report.slot for report in outcome.stopped if report.slot != step.group.slot)
            self._end(step.group, Swap(self._now() - began, stopped, None))

    def _end(self, group: Group, swap: Swap) -> None:
        self._swapped(swap)
        self._turns.observe(self._board.serving)
        for ticket in self._turns.ended():
            waiting = self._waiting[ticket][1]
            if not waiting.done():
                waiting.set_exception(swap.fault or NotActiveAfterwards(group.slot, "?"))

    async def _abandon(self, group: Group) -> None:
        """Everybody who waited has hung up: what was begun is taken down, unless somebody came meanwhile or it was
        asked for at this machine and only had to be brought back."""
        before = self._board.models.get(group.slot)
        wished = before is not None and before.desired is not None and before.desired.active
        if not wished and not self._turns.waiting(group):
            with suppress(ArrieroError):  # what is left is seen by the look that follows
                await self._swapper.take_down(group.slot)
        await self._look_again()
        self._turns.observe(self._board.serving)
        self._turns.abandoned()

    async def _look_again(self) -> None:
        with suppress(ArrieroError):  # the board stays as it was: a request that finds nobody asks for another look
            self._board.take(await self._swapper.look())
