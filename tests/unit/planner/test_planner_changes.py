"""Plans from values: who starts, who yields, in which order, and that a plan says nothing when nothing is to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from arriero.planner import (
    ActionKind,
    DesiredView,
    Phase,
    SlotView,
    plan_activate,
    plan_apply,
    plan_deactivate,
    plan_down,
    plan_up,
)

QWEN = SlotView("qwen", 11434, Phase.ABSENT, "7b", "qwen:7b", True, None, None, None, priority=1)
MISTRAL = SlotView("mistral", 11436, Phase.ABSENT, "7b", "mistral:7b", True, None, None, None, priority=3)
DEMO = SlotView("demo", 11437, Phase.ABSENT, "135m", "smollm2:135m", False, 98_362_432, None, None, priority=9)


def steps(plan) -> list[tuple[str, str]]:
    return [(str(a.kind), a.slot) for a in plan.actions]


def test_a_model_that_is_there_is_started() -> None:
    assert steps(plan_activate(QWEN, [QWEN, MISTRAL], keep_others=False)) == [("start", "qwen")]


def test_the_download_comes_before_anyone_yields() -> None:
    running = replace(MISTRAL, phase=Phase.SERVING, in_step=True)
    plan = plan_activate(DEMO, [QWEN, running, DEMO], keep_others=False)
    assert steps(plan) == [("install", "demo"), ("stop", "mistral"), ("start", "demo")]
    assert plan.actions[0].reason.params == {"size_bytes": 98_362_432}
    assert plan.actions[1].reason.code == "yields"
    assert plan.actions[1].reason.params == {"to": "demo"}


def test_others_stay_when_the_user_insists() -> None:
    running = replace(MISTRAL, phase=Phase.SERVING, in_step=True)
    assert steps(plan_activate(QWEN, [QWEN, running], keep_others=True)) == [("start", "qwen")]


def test_a_stranger_on_another_slots_port_is_not_ours_to_stop() -> None:
    blocked = replace(MISTRAL, phase=Phase.BLOCKED, holder="nginx (4)")
    assert steps(plan_activate(QWEN, [QWEN, blocked], keep_others=False)) == [("start", "qwen")]


@pytest.mark.parametrize(
    ("phase", "in_step", "kind"),
    [
        (Phase.SERVING, True, ActionKind.LOAD),
        (Phase.STARTING, None, ActionKind.LOAD),
        (Phase.SERVING, False, ActionKind.RESTART),
        (Phase.FAILED, True, ActionKind.RESTART),
        (Phase.RESTARTING, True, ActionKind.RESTART),
        (Phase.BLOCKED, None, ActionKind.START),
    ],
)
def test_what_runs_already_is_only_touched_where_it_must_be(
    phase: Phase, in_step: bool | None, kind: ActionKind
) -> None:
    target = replace(QWEN, phase=phase, in_step=in_step)
    assert [a.kind for a in plan_activate(target, [target], keep_others=False).actions] == [kind]


def test_a_service_that_listens_without_replying_is_restarted() -> None:
    hung = replace(QWEN, phase=Phase.SERVING, in_step=True, answers=False)
    assert steps(plan_activate(hung, [hung], keep_others=False)) == [("restart", "qwen")]


def test_deactivating_what_is_off_needs_nothing() -> None:
    assert plan_deactivate(QWEN).empty
    assert plan_deactivate(replace(QWEN, phase=Phase.BLOCKED)).empty


@pytest.mark.parametrize("phase", [Phase.STARTING, Phase.SERVING, Phase.RESTARTING, Phase.FAILED])
def test_deactivating_ends_whatever_of_ours_is_there(phase: Phase) -> None:
    assert steps(plan_deactivate(replace(QWEN, phase=phase))) == [("stop", "qwen")]


def test_down_ends_the_least_important_first_and_up_starts_the_most_important_first() -> None:
    serving = [replace(v, phase=Phase.SERVING, in_step=True) for v in (QWEN, MISTRAL, replace(DEMO, installed=True))]
    assert steps(plan_down(serving)) == [("stop", "demo"), ("stop", "mistral"), ("stop", "qwen")]
    assert steps(plan_up([MISTRAL, QWEN])) == [("start", "qwen"), ("start", "mistral")]


def test_what_runs_under_another_backend_ends_there_before_it_starts_here() -> None:
    there = replace(QWEN, phase=Phase.SERVING, elsewhere="docker")
    plan = plan_activate(there, [there], keep_others=False)
    assert steps(plan) == [("stop", "qwen"), ("start", "qwen")]
    assert (plan.actions[0].reason.code, plan.actions[0].reason.params) == ("moves", {"backend": "docker"})


UP = DesiredView(active=True, variant="7b", since="")
OFF = DesiredView(active=False, variant="7b", since="")
SERVES = replace(QWEN, phase=Phase.SERVING, in_step=True, desired=UP)


@pytest.mark.parametrize(
    ("changes", "actions", "reason"),
    [
        ({}, [], ""),
        ({"desired": None, "phase": Phase.FAILED}, [], ""),
        ({"desired": OFF, "phase": Phase.ABSENT}, [], ""),
        ({"desired": OFF}, ["stop"], "unasked"),
        ({"phase": Phase.ABSENT, "in_step": None}, ["start"], "gone"),
        ({"phase": Phase.BLOCKED, "in_step": None}, ["start"], "gone"),
        ({"phase": Phase.ABSENT, "in_step": None, "installed": False}, ["install", "start"], "not_installed"),
        ({"phase": Phase.STARTING}, ["load"], "running"),
        ({"phase": Phase.FAILED}, ["restart"], "broken"),
        ({"answers": False}, ["restart"], "not_answering"),
        ({"in_step": False}, ["restart"], "settings_changed"),
        ({"elsewhere": "docker", "in_step": None}, ["stop", "start"], "moves"),
        ({"served_elsewise": "other:1b"}, ["load"], "other_model"),
        ({"unproven": "0123456789ab"}, ["load"], "unproven"),
    ],
    ids=str,
)
def test_apply_does_what_mends_each_difference_and_nothing_else(changes: dict, actions: list, reason: str) -> None:
    plan = plan_apply([replace(SERVES, **changes)])
    assert [str(a.kind) for a in plan.actions] == actions
    assert [a.reason.code for a in plan.actions[:1]] == ([reason] if reason else [])


def test_apply_ends_what_is_not_wanted_before_anything_starts() -> None:
    unwanted = replace(MISTRAL, phase=Phase.SERVING, in_step=True, desired=OFF)
    plan = plan_apply([replace(QWEN, desired=UP), unwanted, replace(DEMO, desired=UP)])
    assert steps(plan) == [("stop", "mistral"), ("start", "qwen"), ("install", "demo"), ("start", "demo")]


def test_who_fits_beside_the_others_makes_nobody_yield() -> None:
    running = replace(MISTRAL, phase=Phase.SERVING, in_step=True)
    (start,) = plan_activate(QWEN, [QWEN, running], keep_others=False, fits=True).actions
    assert (start.kind, start.reason.code) == (ActionKind.START, "fits_beside")


def test_a_model_that_lost_the_card_is_started_again() -> None:
    lost = replace(QWEN, phase=Phase.SERVING, in_step=True, off_card="card_not_used")
    (again,) = plan_activate(lost, [lost], keep_others=False).actions
    assert (again.kind, again.reason.code) == (ActionKind.RESTART, "off_card")
