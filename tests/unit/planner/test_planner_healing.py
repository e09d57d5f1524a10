"""Which services are started anew for the card."""

from __future__ import annotations

from dataclasses import replace

import pytest

from arriero.planner import DesiredView, Phase, SlotView
from arriero.planner.healing import plan_heal

LOST = SlotView("qwen", 1, Phase.SERVING, "7b", "qwen:7b", True, None, None, True, off_card="card_not_used", priority=2)


def test_what_lost_the_card_is_restarted_the_most_important_first() -> None:
    first = replace(LOST, slot="demo", priority=1)
    plan = plan_heal([LOST, first])
    assert [(str(a.kind), a.slot, a.reason.code) for a in plan.actions] == [
        ("restart", "demo", "off_card"),
        ("restart", "qwen", "off_card"),
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"off_card": ""},
        {"off_card": "no_room"},
        {"off_card": "card_broken"},
        {"phase": Phase.STARTING},
        {"desired": DesiredView(False, "7b", "2026-05-04T12:00:00Z")},
    ],
)
def test_what_a_restart_does_not_mend_or_nobody_wants_is_left(change: dict[str, object]) -> None:
    assert plan_heal([replace(LOST, **change)]).empty
