"""A loop that ends when its work is done, whatever still hangs in a thread.

Invariant: a name that no server resolves, or a disk that does not answer, keeps a thread in the kernel for as
long as it likes; neither the examination nor the end of the program waits for it. Only for what reads and may be left.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")


def run_unwaited(work: Coroutine[Any, Any, T]) -> T:
    """As asyncio.run, but calls that were given to threads and are not done are left to themselves."""

    async def whole() -> T:
        asyncio.get_running_loop().set_default_executor(_Unwaited())
        return await work

    return asyncio.run(whole())


class _Unwaited(ThreadPoolExecutor):
    """A thread of its own for each call; asyncio takes no other kind of executor than this class's."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        Thread(target=_fulfil, args=(future, fn, args, kwargs), daemon=True).start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002
        return None


def _fulfil(future: Future[Any], fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(fn(*args, **kwargs))
    except BaseException as fault:  # noqa: BLE001  # whoever waits for it gets it
        future.set_exception(fault)
