"""Which request runs when: one child at a time, loaded on demand, ended when nobody wants it.

`steps.next_step` decides; the Scheduler carries out and remembers. Requests are served in the order they came: one that
needs another child waits until the present one is idle, and so do all behind it, as in Ollama.

Invariant: a Lease is given only on a loaded child, and every lease is released exactly once, whatever happens to its
request. While a lease is out its child is not ended by the scheduler. Nothing here polls: it acts when a request
comes or goes, when a child dies, and when the one idle timer fires.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from arriero.core.clock import Clock
from arriero.engine.errors import EngineBusy, EngineStopping
from arriero.engine.go_duration import LONGEST_S
from arriero.engine.llama.launch import LaunchSpec
from arriero.engine.steps import RunnerView, Step, Wanted, next_step
from arriero.store.models import InstalledModel


class Runnable(Protocol):
    """What the scheduler needs of a child. `gone` is set once its process has ended."""

    gone: asyncio.Event

    async def stop(self) -> None: ...


ChildT = TypeVar("ChildT", bound=Runnable)


@dataclass(frozen=True)
class Residency(Generic[ChildT]):
    """What is loaded now. `remaining_s`: until it is unloaded if no request comes any more."""

    model: InstalledModel
    child: ChildT
    remaining_s: float


@dataclass
class _Runner(Generic[ChildT]):
    """A child from before its load to after its end. `life` is the task that sees it through; cancelled, it ends it."""

    wanted: Wanted
    keep_alive_s: float
    life: asyncio.Task[None] | None = None
    child: ChildT | None = None  # only while it may be used
    computing: int = 0
    leases: int = 0
    idle_since_s: float = 0
    idle_end: asyncio.Task[None] | None = None
    ending: bool = False

    def view(self) -> RunnerView:
        return RunnerView(self.wanted.spec, self.child is not None, self.computing, self.leases)

    def end(self) -> None:
        self.child = None
        self.stay()
        if self.life is not None and not self.ending:  # once: a second cancel would cut the ending short
            self.life.cancel()
        self.ending = True

    def stay(self) -> None:
        """Calls the idle end off."""
        if self.idle_end is not None:
            self.idle_end.cancel()
        self.idle_end = None


@dataclass
class Lease(Generic[ChildT]):
    """The right to use `child` until `release`. Both calls may come more than once."""

    child: ChildT
    _give_slot: Callable[[], None] | None
    _give_back: Callable[[], None] | None

    def computed(self) -> None:
        """Gives the slot to the next request, and still keeps the child."""
        give, self._give_slot = self._give_slot, None
        if give is not None:
            give()

    def release(self) -> None:
        self.computed()
        give, self._give_back = self._give_back, None
        if give is not None:
            give()


@dataclass
class _Waiter(Generic[ChildT]):
    wanted: Wanted
    granted: asyncio.Future[Lease[ChildT]] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def fail(self, error: BaseException) -> None:
        if not self.granted.done():
            self.granted.set_exception(error)


class Scheduler(Generic[ChildT]):
    """`start` loads a child or raises an ArrieroError; cancelled, it leaves none. To be used on one event loop."""

    def __init__(
        self,
        start: Callable[[LaunchSpec], Awaitable[ChildT]],
        clock: Clock,
        *,
        keep_alive_s: float,
        max_queue: int,
    ) -> None:
        self._start = start
        self._clock = clock
        self._keep_alive_s = keep_alive_s
        self._max_queue = max_queue
        self._waiting: deque[_Waiter[ChildT]] = deque()
        self._runner: _Runner[ChildT] | None = None
        self._stopping = False

    async def acquire(self, wanted: Wanted) -> Lease[ChildT]:
        """Waits for its turn and for the load. Raises EngineBusy at once, the load's error, EngineStopping.

        Cancelled, it leaves the queue; a load that nobody waits for any more is given up.
        """
        if self._stopping:
            raise EngineStopping
        waiter: _Waiter[ChildT] = _Waiter(wanted)
        self._waiting.append(waiter)
        self._advance()
        if not waiter.granted.done() and len(self._waiting) > self._max_queue:
            self._waiting.remove(waiter)
            raise EngineBusy(self._max_queue)
        try:
            return await waiter.granted
        except asyncio.CancelledError:
            self._leave(waiter)
            raise

    def resident(self) -> Residency[ChildT] | None:
        runner = self._runner
        if runner is None or runner.child is None:
            return None
        idle_s = 0 if runner.leases else self._clock.monotonic() - runner.idle_since_s
        return Residency(runner.wanted.model, runner.child, runner.keep_alive_s - idle_s)

    async def unload(self, model_path: str) -> None:
        """Ends the child of that file: now, and before this returns, when it is idle; else with its last request."""
        runner = self._runner
        if runner is None or runner.wanted.spec.model_path != model_path:
            return
        runner.keep_alive_s = 0
        if runner.child is not None and runner.leases == 0:
            await self._ended(runner)

    async def close(self) -> None:
        """Refuses who waits, ends the child whoever uses it, and returns when it is gone."""
        self._stopping = True
        waiting, self._waiting = self._waiting, deque()
        for waiter in waiting:
            waiter.fail(EngineStopping())
        if self._runner is not None:
            await self._ended(self._runner)

    def _advance(self) -> None:
        """Carries out steps for the first in the queue until there is nothing to do now."""
        while self._waiting:
            first = self._waiting[0]
            if first.granted.done():  # cancelled, and not yet out of the queue by itself
                self._waiting.popleft()
                continue
            step = next_step(self._runner.view() if self._runner else None, first.wanted)
            if step is Step.GRANT and self._runner is not None:
                self._waiting.popleft()
                self._grant(self._runner, first)
                continue
            if step is Step.LOAD:
                self._load(first.wanted)
            elif step is Step.END and self._runner is not None:
                self._runner.end()
            return

    def _grant(self, runner: _Runner[ChildT], waiter: _Waiter[ChildT]) -> None:
        assert runner.child is not None
        wanted = waiter.wanted
        runner.stay()
        runner.leases += 1
        runner.computing += wanted.slot
        if wanted.keep_alive_s is not None:
            runner.keep_alive_s = wanted.keep_alive_s
        lease = Lease(runner.child, lambda: self._computed(runner, wanted.slot), lambda: self._release(runner))
        waiter.granted.set_result(lease)

    def _computed(self, runner: _Runner[ChildT], slot: bool) -> None:
        runner.computing -= slot
        self._advance()

    def _release(self, runner: _Runner[ChildT]) -> None:
        runner.leases -= 1
        if runner.child is not None:
            self._rest(runner)
            self._advance()

    def _leave(self, waiter: _Waiter[ChildT]) -> None:
        """Its client went away: while it waited, or in the very moment it was served."""
        if waiter in self._waiting:
            self._waiting.remove(waiter)
        elif not waiter.granted.cancelled() and waiter.granted.exception() is None:
            waiter.granted.result().release()
        if not self._waiting and self._runner is not None and self._runner.child is None:
            self._runner.end()
        self._advance()

    def _rest(self, runner: _Runner[ChildT]) -> None:
        """Without leases: begins to count its idle time, or ends it where there is none."""
        if runner.leases:
            return
        runner.idle_since_s = self._clock.monotonic()
        if runner.keep_alive_s <= 0:
            runner.end()
        elif runner.keep_alive_s < LONGEST_S:
            runner.idle_end = asyncio.create_task(self._end_after(runner, runner.keep_alive_s))

    async def _end_after(self, runner: _Runner[ChildT], idle_s: float) -> None:
        await self._clock.sleep(idle_s)
        runner.idle_end = None
        runner.end()

    def _load(self, wanted: Wanted) -> None:
        keep_alive_s = self._keep_alive_s if wanted.keep_alive_s is None else wanted.keep_alive_s
        self._runner = runner = _Runner[ChildT](wanted, keep_alive_s)
        runner.life = asyncio.create_task(self._live(runner))
        runner.life.add_done_callback(lambda life: self._bury(runner, life))

    async def _live(self, runner: _Runner[ChildT]) -> None:
        """Load, use, end."""
        child = await self._start(runner.wanted.spec)
        try:
            runner.child = child
            self._advance()
            self._rest(runner)
            await child.gone.wait()
        finally:
            runner.child = None
            runner.stay()
            await child.stop()

    def _bury(self, runner: _Runner[ChildT], life: asyncio.Task[None]) -> None:
        """However it ended, also before it began. All who wait for what cannot be loaded are told: trying again for
        each of them would make the last one wait for all."""
        self._runner = None
        error = None if life.cancelled() else life.exception()
        if error is not None:
            for waiter in [each for each in self._waiting if each.wanted.spec == runner.wanted.spec]:
                waiter.fail(error)
        self._advance()

    async def _ended(self, runner: _Runner[ChildT]) -> None:
        runner.end()
        if runner.life is not None:
            await asyncio.wait([runner.life])
