"""An operation: blocking work in threads of its own, seen from asyncio as one await that can be cancelled.

Invariant: when `run` returns or raises, also by cancellation, no thread of the operation is at work any more.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

from arriero.registry.halt import Halt

TICK_S = 0.06  # Ollama reports its pulls at this pace; deadlines and reports need no finer one

T = TypeVar("T")


def nothing() -> None:
    """An operation that reports nothing while it runs."""


async def run(work: Callable[[Halt], T], tick: Callable[[], None] = nothing) -> T:
    """What `work` returns, or what it raises. `tick` is called in the event loop while it runs, and once at its end.

    Cancelling stops the work, waits until its threads have put away what they had, and raises CancelledError.
    """
    halt, loop = Halt(), asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()
    thread = threading.Thread(target=_work, args=(work, halt, loop, future), name="registry")
    thread.start()
    try:
        while not future.done():
            await asyncio.wait({future}, timeout=TICK_S)
            halt.tick()
            tick()
        return future.result()
    except BaseException:
        halt.stop()
        await _ended(future, halt)
        raise
    finally:
        thread.join()


def _work(work: Callable[[Halt], T], halt: Halt, loop: asyncio.AbstractEventLoop, future: asyncio.Future[T]) -> None:
    try:
        result = work(halt)
    except BaseException as error:  # noqa: BLE001 - handed over whole, raised again where it is awaited
        loop.call_soon_threadsafe(_set_exception, future, error)
    else:
        loop.call_soon_threadsafe(_set_result, future, result)


def _set_result(future: asyncio.Future[T], result: T) -> None:
    if not future.done():
        future.set_result(result)


def _set_exception(future: asyncio.Future[T], error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)


async def _ended(future: asyncio.Future[T], halt: Halt) -> None:
    """Waits for the stopped work, through further cancellations. Its outcome is of no interest any more."""
    while not future.done():
        try:
            await asyncio.wait({future}, timeout=TICK_S)
        except asyncio.CancelledError:
            continue
        finally:
            halt.tick()
    future.exception()  # retrieved: asyncio complains about those that nobody looks at
