"""RNF-02's 100 % while a slot is active: what its backend and the audit know of the run that lives now. Pure.

Only that run can be told: how often a service came back after a crash is forgotten with it. What nobody looked at
meanwhile, a server that hung and recovered on its own, cannot be known either.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from arriero.measure.requirements import Note, Row, Verdict
from arriero.stack.results import ModelState, ModelStatus
from arriero.state import Transition

NAME = "RNF-02.uptime"
LEAST_UP_S = 3600.0
"""A shorter run without a break promises nothing."""


def is_wished(seen: ModelStatus) -> bool:
    return seen.desired is not None and seen.desired.active


def judge_uptime(seen: ModelStatus, audit: Iterable[Transition], now: datetime) -> Row:
    """`seen`: a slot that is active, or should be. `audit`: its lines, in any order."""
    if seen.state in (ModelState.FAILED, ModelState.INACTIVE):
        return _broken(Note("uptime_down", {"slot": seen.id}))
    if seen.started_at is None or seen.restarts is None:
        return Row(NAME, seen.id, Verdict.UNKNOWN, why=Note("uptime_untold", {}))
    began = datetime.fromisoformat(seen.started_at)
    hung = sum(line.at >= began and line.to_state == ModelState.FAILED for line in audit)
    if failures := seen.restarts + hung:
        return _broken(Note("uptime_broken", {"slot": seen.id, "count": failures, "exit": seen.last_exit or ""}))
    up_s = (now - began).total_seconds()
    if up_s < LEAST_UP_S:
        return Row(NAME, seen.id, Verdict.UNKNOWN, up_s=up_s, why=Note("uptime_short", {}))
    return Row(NAME, seen.id, Verdict.MET, up_s=up_s)


def _broken(remedy: Note) -> Row:
    return Row(NAME, str(remedy.params["slot"]), Verdict.NOT_MET, remedies=(remedy,))
