"""Several things done at once, and told one after another."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar

from arriero.core.progress import Progress, Report

T = TypeVar("T")


async def at_once(report: Report, parts: Sequence[Callable[[Report], Awaitable[T]]]) -> list[T]:
    """Results in the order of `parts`, and so are their reports: what one says waits until those before it are done."""
    order = _Order(report, len(parts))
    return list(await asyncio.gather(*(_one(order, number, part) for number, part in enumerate(parts))))


async def _one(order: _Order, number: int, part: Callable[[Report], Awaitable[T]]) -> T:
    try:
        return await part(partial(order.say, number))
    finally:
        order.done(number)


class _Order:
    """`_speaking` is the first part that is not done: it is heard at once."""

    def __init__(self, report: Report, parts: int) -> None:
        self._report = report
        self._held: list[list[Progress]] = [[] for _ in range(parts)]
        self._done: set[int] = set()
        self._speaking = 0

    def say(self, number: int, progress: Progress) -> None:
        if number == self._speaking:
            self._report(progress)
        else:
            self._held[number].append(progress)

    def done(self, number: int) -> None:
        self._done.add(number)
        while self._speaking in self._done:
            self._speaking += 1
            for progress in self._held[self._speaking] if self._speaking < len(self._held) else ():
                self._report(progress)
