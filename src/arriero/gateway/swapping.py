"""Bringing a model up for requests: the use cases of `stack`, in a thread with a loop of its own.

Invariant: who must yield is decided by the plan of `activate` under the command lock; what may not be stopped now only
keeps that plan from being carried out. A use case that waits for a disk or a locked database holds up no stream.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any, TypeVar

from arriero.config.specs import Configuration
from arriero.core.clock import iso
from arriero.core.files import CommandRunning
from arriero.core.progress import Progress
from arriero.gateway.errors import EverythingRests, ModelMissing, SlotPinned
from arriero.gateway.naming import Group
from arriero.hardware.gpu import Gpu
from arriero.planner import ActionKind, Plan
from arriero.stack.activate import activate
from arriero.stack.deactivate import deactivate
from arriero.stack.results import Outcome, StackStatus
from arriero.stack.status import status
from arriero.stack.world import World, open_world

_AGAIN_S = 0.2
logger = logging.getLogger("arriero.gateway.swap")
T = TypeVar("T")


class InTheWay(Exception):
    """The plan would stop these slots, which are to be spared."""

    def __init__(self, slots: frozenset[str]) -> None:
        super().__init__(slots)
        self.slots = slots


class Swapper:
    """One use case at a time; each looks at the world anew."""

    def __init__(self, configuration: Configuration, gpu: Gpu) -> None:
        """`gpu` stays the caller's to close."""
        self._configuration, self._gpu = configuration, gpu
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="swap")

    async def bring_up(self, group: Group, spared: frozenset[str]) -> Outcome:
        """Raises InTheWay before anything is done, EverythingRests, ModelMissing, SlotPinned, what `activate` raises.

        Waits while another command is at work. Cancelled, it ends what it had begun.
        """

        async def work(world: World) -> Outcome:
            while True:
                try:
                    return await activate(
                        world,
                        group.slot,
                        _log,
                        variant=group.variant,
                        installs=False,
                        agree=lambda plan: self._agree(world, plan, group, spared),
                    )
                except CommandRunning:
                    await asyncio.sleep(_AGAIN_S)

        outcome = await self._run(work)
        logger.info("swap to=%s took=%.3fs %s", group, outcome.took_s, _told(outcome.plan))
        return outcome

    async def take_down(self, slot: str) -> Outcome:
        """What was brought up for nobody. Raises what `deactivate` raises."""
        return await self._run(lambda world: deactivate(world, slot, _log))

    async def look(self) -> StackStatus:
        return await self._run(status)

    def close(self) -> None:
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _agree(self, world: World, plan: Plan, group: Group, spared: frozenset[str]) -> None:
        """Raises for what requests over the network may not bring about."""
        resting = world.writable_state().resting_since()
        if resting is not None:
            raise EverythingRests(iso(resting))
        for missing in plan.of(ActionKind.INSTALL):
            raise ModelMissing(missing.slot, missing.reference)
        stopped = {action.slot for action in plan.of(ActionKind.STOP)} - {group.slot}
        for pinned in stopped.intersection(self._configuration.settings.gateway.pins):
            raise SlotPinned(pinned, group.slot)
        if held := stopped & spared:
            raise InTheWay(frozenset(held))

    async def _run(self, work: Callable[[World], Coroutine[Any, Any, T]]) -> T:
        """Cancelled, it cancels the work and waits for its end."""
        job = _Job(lambda: replace(open_world(self._configuration), gpu=self._gpu), work)
        future: Future[T] = self._thread.submit(job.run)
        waited = asyncio.wrap_future(future)
        try:
            return await asyncio.shield(waited)
        except asyncio.CancelledError:
            job.cancel()
            future.cancel()
            await asyncio.gather(waited, return_exceptions=True)
            raise


class _Job:
    """One use case, run by a thread."""

    def __init__(self, world: Callable[[], World], work: Callable[[World], Coroutine[Any, Any, Any]]) -> None:
        self._world, self._work = world, work
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[Any] | None = None
        self._cancelled = False

    def run(self) -> Any:
        world = self._world()  # before the loop runs: choosing a backend may need one of its own
        with asyncio.Runner() as runner:
            return runner.run(self._main(world))

    def cancel(self) -> None:
        self._cancelled = True
        if self._loop and self._task and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._task.cancel)

    async def _main(self, world: World) -> Any:
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        if self._cancelled:
            raise asyncio.CancelledError
        return await self._work(world)


def _log(progress: Progress) -> None:
    if progress.done is None:
        logger.info("%s %s", progress.step, progress.subject)


def _told(plan: Plan) -> str:
    """`stop demo (yields to=second), start second (asked)`."""
    told = []
    for action in plan.actions:
        why = [action.reason.code, *(f"{name}={value}" for name, value in action.reason.params.items())]
        told.append(f"{action.kind} {action.slot} ({' '.join(why)})")
    return ", ".join(told)
