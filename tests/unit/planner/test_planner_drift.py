"""Drift from values: what was asked for against what is seen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from arriero.planner import DesiredView, DriftCode, Phase, SlotView, find_drift

SINCE = "2026-11-22T10:00:00.000Z"
UP = DesiredView(active=True, variant="7b", since=SINCE)
OFF = DesiredView(active=False, variant="7b", since=SINCE)
SLOT = SlotView("qwen", 11434, Phase.SERVING, "7b", "qwen:7b", True, None, UP, True)


def codes(view: SlotView) -> list[DriftCode]:
    return [d.code for d in find_drift(view)]


def test_no_drift_where_all_is_as_asked() -> None:
    assert codes(SLOT) == []
    assert codes(replace(SLOT, desired=OFF, phase=Phase.ABSENT, in_step=None)) == []


@pytest.mark.parametrize("phase", [Phase.SERVING, Phase.ABSENT, Phase.STARTING])
def test_without_a_wish_whatever_is_seen_is_right(phase: Phase) -> None:
    assert codes(replace(SLOT, desired=None, phase=phase, installed=False)) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"phase": Phase.ABSENT, "in_step": None}, DriftCode.GONE),
        ({"desired": OFF}, DriftCode.UNASKED),
        ({"phase": Phase.RESTARTING}, DriftCode.CRASHING),
        ({"phase": Phase.FAILED}, DriftCode.GAVE_UP),
        ({"answers": False}, DriftCode.NOT_ANSWERING),
        ({"in_step": False}, DriftCode.SETTINGS_CHANGED),
        ({"installed": False}, DriftCode.NOT_INSTALLED),
        ({"served_elsewise": "other:1b"}, DriftCode.OTHER_MODEL),
    ],
)
def test_each_difference_has_its_name(changes: dict, code: DriftCode) -> None:
    assert codes(replace(SLOT, **changes)) == [code]


def test_a_taken_port_names_its_holder() -> None:
    (drift,) = find_drift(replace(SLOT, phase=Phase.BLOCKED, in_step=None, holder="nginx (4)"))
    assert drift.code is DriftCode.PORT_TAKEN
    assert drift.params == {"port": 11434, "holder": "nginx (4)"}


def test_what_runs_though_it_was_ended_does_so_since_its_start_or_since_the_wish() -> None:
    later = "2026-11-22T11:00:00.000Z"
    assert find_drift(replace(SLOT, desired=OFF, begun_at=later))[0].since == later
    assert find_drift(replace(SLOT, desired=OFF, begun_at="2026-11-22T09:00:00.000Z"))[0].since == SINCE


@pytest.mark.parametrize("wish", [UP, None])
def test_what_runs_under_another_backend_is_told_whoever_asked_for_it(wish: DesiredView | None) -> None:
    (drift,) = find_drift(replace(SLOT, desired=wish, elsewhere="docker", begun_at=SINCE, in_step=None))
    assert (drift.code, drift.since, drift.params) == (DriftCode.OTHER_BACKEND, SINCE, {"backend": "docker"})
    assert codes(replace(SLOT, desired=OFF, elsewhere="docker")) == [DriftCode.UNASKED]
