"""Things done at once: results and reports come in the order in which they were given."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from arriero.core.progress import Progress, Report
from arriero.stack.at_once import at_once


async def part(name: str, mine: asyncio.Event, after: asyncio.Event | None, report: Report) -> str:
    """Ends once `after` has come, and lets `mine` come then."""
    report(Progress("begins", name))
    if after:
        await after.wait()
    report(Progress("ends", name))
    mine.set()
    return name


async def test_the_last_is_done_first_and_told_last() -> None:
    told: list[Progress] = []
    a, b, c = (asyncio.Event() for _ in range(3))
    async with asyncio.timeout(20):  # one after the other they would wait for ever
        parts = [partial(part, "a", a, b), partial(part, "b", b, c), partial(part, "c", c, None)]
        assert await at_once(told.append, parts) == ["a", "b", "c"]
    assert [(p.subject, p.step) for p in told] == [(name, step) for name in "abc" for step in ("begins", "ends")]


async def test_the_first_is_heard_while_it_is_at_work() -> None:
    told: list[Progress] = []
    going, never = asyncio.Event(), asyncio.Event()
    parts = [partial(part, "a", never, going), partial(part, "b", never, None)]
    task = asyncio.create_task(at_once(told.append, parts))
    await asyncio.wait_for(never.wait(), 20)  # `b` is done
    assert [(p.subject, p.step) for p in told] == [("a", "begins")]
    going.set()
    assert await task == ["a", "b"]


async def test_one_that_breaks_keeps_no_other_from_being_told() -> None:
    told: list[Progress] = []

    async def breaks(report: Report) -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await at_once(told.append, [breaks, partial(part, "b", asyncio.Event(), None)])
    assert [(p.subject, p.step) for p in told] == [("b", "begins"), ("b", "ends")]


async def test_nothing_to_do() -> None:
    assert await at_once(print, []) == []
