"""What is said of RNF-02's 100 %: only the run that lives now, and nothing that nobody can know."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from arriero.measure.availability import judge_uptime
from arriero.measure.requirements import Row, Verdict
from arriero.planner import DesiredView
from arriero.stack.results import ModelState, ModelStatus
from arriero.state import Transition

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SEEN = ModelStatus(
    id="qwen",
    title="",
    purpose={},
    reference="m:1",
    variant="7b",
    state=ModelState.ACTIVE,
    url=None,
    port=1,
    installed=True,
    version=None,
    installed_at=None,
    size_bytes=None,
    processor=None,
    context=None,
    declared_context=4096,
    kv_cache="f16",
    variants=(),
    drift=(),
    pid=1,
    started_at="2026-11-30T09:00:00.000Z",
    restarts=0,
    last_exit=None,
    memory_bytes=None,
    expires_at=None,
    desired=DesiredView(True, "7b", "2026-11-01T00:00:00.000Z"),
)


def noticed(before: timedelta, to_state: str = "failed") -> Transition:
    return Transition(NOW - before, "status", "ana", 1, "qwen", "active", to_state, "", "seen")


def told(*audit: Transition, **seen: object) -> Row:
    return judge_uptime(replace(SEEN, **seen), audit, NOW)  # type: ignore[arg-type]


def test_a_run_without_a_break_is_met_with_its_length() -> None:
    row = told(noticed(4 * HOUR), noticed(HOUR, "inactive"))  # before this run; and no failure
    assert (row.name, row.slot, row.verdict, row.up_s) == ("RNF-02.uptime", "qwen", Verdict.MET, 3 * 3600.0)


@pytest.mark.parametrize(
    ("seen", "code"),
    [
        ({"started_at": "2026-11-30T11:30:00.000Z"}, "uptime_short"),
        ({"state": ModelState.STARTING, "started_at": "2026-11-30T11:59:00.000Z"}, "uptime_short"),
        ({"restarts": None}, "uptime_untold"),
        ({"started_at": None}, "uptime_untold"),
    ],
)
def test_what_nobody_can_know_is_not_met(seen: dict[str, object], code: str) -> None:
    row = told(**seen)
    assert row.why is not None
    assert (row.verdict, row.why.code) == (Verdict.UNKNOWN, code)


@pytest.mark.parametrize(
    ("seen", "audit", "code", "count"),
    [
        ({"restarts": 2, "last_exit": "SIGKILL"}, [], "uptime_broken", 2),
        ({}, [noticed(HOUR)], "uptime_broken", 1),  # it hung, which somebody saw
        ({"state": ModelState.FAILED}, [], "uptime_down", None),
        ({"state": ModelState.INACTIVE, "started_at": None}, [], "uptime_down", None),
    ],
)
def test_a_break_is_told_with_its_cause(
    seen: dict[str, object], audit: list[Transition], code: str, count: int | None
) -> None:
    row = told(*audit, **seen)
    (remedy,) = row.remedies
    assert (row.verdict, remedy.code, remedy.params.get("count")) == (Verdict.NOT_MET, code, count)
