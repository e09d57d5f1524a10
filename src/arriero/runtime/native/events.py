"""What happens to native services: records that supervisors write, and supervisors that end without a word."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from arriero.core.clock import Clock
from arriero.runtime.backend import EventKind, ServiceEvent
from arriero.runtime.native.alarm import Alarm
from arriero.runtime.native.finding import Found, find
from arriero.runtime.run_dir import require_safe


async def happenings(
    run_dir: Path, slots: Sequence[str], engine_argv: Sequence[str], clock: Clock
) -> AsyncIterator[ServiceEvent]:
    """Looks at the processes only when a record changed or a supervisor ended. Raises RunDirUnsafe."""
    alarm = Alarm()
    try:
        seen = await _look(alarm, run_dir, slots, engine_argv)
        yield ServiceEvent(None, EventKind.LISTENING, clock.now())
        while True:
            await alarm.ring()
            before, seen = seen, await _look(alarm, run_dir, slots, engine_argv)
            for slot in slots:
                if kind := difference(before[slot], seen[slot]):
                    yield ServiceEvent(slot, kind, clock.now())
    finally:
        alarm.close()


async def _look(alarm: Alarm, run_dir: Path, slots: Sequence[str], engine_argv: Sequence[str]) -> dict[str, Found]:
    """The alarm is set before looking and again for what was found, so that nothing falls between."""
    await asyncio.to_thread(require_safe, run_dir)
    alarm.set(run_dir, ())
    found = await asyncio.to_thread(find, run_dir, slots, engine_argv)
    alarm.set(run_dir, [one.family[0] for one in found.values() if one.family])
    return found


def difference(before: Found, after: Found) -> EventKind | None:
    """What to call the way from one look to the next. Pure."""
    if before.engine != after.engine:
        if after.engine is None:
            return EventKind.ENDED
        return EventKind.STARTED if before.engine is None else EventKind.CHANGED
    return EventKind.CHANGED if _said(before) != _said(after) else None


def _said(found: Found) -> tuple[object, ...]:
    record = found.record
    return (bool(found.family), record and record.phase, record and record.restarts)
