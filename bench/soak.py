"""Fifty clients that stream from one engine for a minute, some of which hang up; then a look at what is left of it."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass

from bench.rig import MODEL, Installation, RunningEngine, engine
from bench.serving import CLIENTS, PROMPT, ask_engine
from bench.table import Row, render
from bench.wire import Address, stream

PROMPT_CACHE_MIB = 8
"""llama.cpp keeps old prompts up to a limit; a low one shows growth that is none of that cache's."""


@dataclass(frozen=True)
class Footprint:
    """What an engine holds: files and threads must be as before, memory may have grown a little."""

    processes: int
    files: int
    front_mb: float
    child_mb: float

    @classmethod
    def of(cls, running: RunningEngine) -> Footprint:
        front, child = running.front, running.child
        return cls(
            len(front.children(recursive=True)),
            front.num_fds() + child.num_fds(),
            front.memory_info().rss / 1e6,
            child.memory_info().rss / 1e6,
        )


async def run(here: Installation, seconds: float) -> int:
    """Prints what happened; 1 if anything but answers and hang-ups of ours did."""
    with engine(here, "--keep-alive", "-1", LLAMA_ARG_CACHE_RAM=str(PROMPT_CACHE_MIB)) as running:
        await asyncio.gather(*(ask_engine(running.address, 4) for _ in range(CLIENTS)))
        before = Footprint.of(running)
        ends = await crowd(running.address, seconds)
        await ask_engine(running.address, 1)  # the line is empty again when this is answered
        after = Footprint.of(running)
    print(render(_rows(before, after)))
    print(f"\n{CLIENTS} clients, {seconds:g} s: {dict(ends)}")
    return int(any(end not in ("answered", "hung up") for end in ends))


async def crowd(address: Address, seconds: float) -> Counter[str]:
    until = time.monotonic() + seconds
    found = await asyncio.gather(*(_client(address, until, random.Random(number)) for number in range(CLIENTS)))
    return sum(found, Counter())


async def _client(address: Address, until: float, dice: random.Random) -> Counter[str]:
    """Asks again and again; every fifth answer is not waited for."""
    ends: Counter[str] = Counter()
    while time.monotonic() < until:
        patience_s = dice.uniform(0.05, 1) if dice.random() < 0.2 else None
        ends[await _one(address, dice.randint(4, 24), patience_s)] += 1
    return ends


async def _one(address: Address, tokens: int, patience_s: float | None) -> str:
    body = {"model": MODEL, "prompt": PROMPT, "raw": True, "options": {"num_predict": tokens}}
    try:
        async with asyncio.timeout(patience_s):
            seen = await stream(address, "/api/generate", body)
    except TimeoutError:
        return "hung up"
    except OSError as error:
        return type(error).__name__
    if seen.status != 200:
        return f"status {seen.status}"
    return "answered" if seen.whole and not seen.error else f"broken: {seen.error}"


def _rows(before: Footprint, after: Footprint) -> list[Row]:
    def row(what: str, old: float, new: float, more: float, unit: str = "") -> Row:
        grown = new - old
        return Row(
            what, f"{new:.0f}{unit}", f"before {old:.0f}{unit}", grown, f"{grown:+.0f}{unit}", f"<= {more:g}{unit}"
        )

    return [
        row("processes below the front", before.processes, after.processes, 0),
        row("open files of both", before.files, after.files, 0),
        row("front's memory", before.front_mb, after.front_mb, 10, " MB"),
        row("child's memory", before.child_mb, after.child_mb, 20, " MB"),
    ]
