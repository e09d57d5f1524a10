"""How often a service is started anew for the card, how long is waited in between, and when that has an end. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from arriero.core.clock import iso
from arriero.planner import DriftCode
from arriero.stack.guard_notes import Trouble
from arriero.stack.results import ModelStatus

WAITS_S = (0, 60, 300, 900)
"""Before the first try, the second… After as many it is left, until somebody else starts it or the cause changes."""
CAUSES = (DriftCode.CARD_BROKEN, DriftCode.NO_ROOM, DriftCode.CARD_NOT_USED)


def judge(known: Mapping[str, Trouble], models: Iterable[ModelStatus], now: datetime) -> dict[str, Trouble]:
    """The troubles of now, by slot. A known one goes on; another cause or process makes a new one."""
    found = {}
    for model in models:
        cause = next((d for d in model.drift if d.code in CAUSES), None)
        if cause is None:
            continue
        before = known.get(model.id)
        same = before is not None and (before.cause, before.pid) == (cause.code, model.pid)
        found[model.id] = before if before and same else _begun(model, cause.code, cause.since, now)
    return found


def due(troubles: Mapping[str, Trouble], now: datetime) -> tuple[str, ...]:
    """Slots that are to be tried now."""
    return tuple(t.slot for t in troubles.values() if t.next_try_at and datetime.fromisoformat(t.next_try_at) <= now)


def tried(trouble: Trouble, pid: int | None, fault: str | None, now: datetime) -> Trouble:
    """After a try that did not help. `pid`: of the service as it is now."""
    tries = trouble.tries + 1
    return replace(trouble, pid=pid, tries=tries, next_try_at=_next(tries, now), fault=fault)


def _begun(model: ModelStatus, cause: str, since: str, now: datetime) -> Trouble:
    mendable = cause == DriftCode.CARD_NOT_USED
    return Trouble(model.id, str(cause), since, model.pid, next_try_at=_next(0, now) if mendable else None)


def _next(tries: int, now: datetime) -> str | None:
    return iso(now + timedelta(seconds=WAITS_S[tries])) if tries < len(WAITS_S) else None
