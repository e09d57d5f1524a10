"""All sections of one server, one after the other, whatever becomes of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from arriero.core.clock import Clock
from arriero.core.progress import Report
from arriero.measure.asking import Server
from arriero.measure.ledger import Ledger
from arriero.measure.sections import Bench, Extent, calibrate, sections_of
from arriero.measure.values import Figure, Mark
from arriero.measure.wire import Broken


@dataclass(frozen=True)
class Served:
    """`fault`: what ended it early, in the server's words; `interrupted`: by Ctrl-C."""

    figures: tuple[Figure, ...]
    whole: bool
    fault: str = ""
    interrupted: bool = False


def went_on() -> bool:
    """This task was cancelled, and goes on to tell what it has: True."""
    task = asyncio.current_task()
    assert task is not None
    task.uncancel()
    return True


async def measure_server(server: Server, extent: Extent, name: str, clock: Clock, report: Report) -> Served:
    """Never raises for what the server does; a cancellation ends it with what was measured until then."""
    bench = Bench(server, Ledger(), extent, clock, report, name)
    sections = sections_of(extent)
    for _, keys in sections:
        for key in keys:
            bench.ledger.series(*key)
    fault, interrupted = "", False
    try:
        await calibrate(bench)
        bench.began = clock.monotonic()
        for section, keys in sections:
            if bench.has_time():
                await section(bench)
            else:
                bench.ledger.flag(Mark.NO_TIME, *keys)
    except Broken as broken:
        fault = broken.detail
        bench.ledger.all_gone(fault)
    except asyncio.CancelledError:
        interrupted = went_on()
    figures = bench.ledger.figures()
    fault = fault or next((f.detail for f in figures if f.mark is Mark.BROKEN), "")
    return Served(figures, bench.ledger.whole and not fault, fault, interrupted)
