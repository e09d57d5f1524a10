"""When a service is started anew for the card: at once, then ever more seldom, then not any more."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from arriero.guard.patience import WAITS_S, due, judge, tried
from arriero.planner import Drift, DriftCode

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
SINCE = "2026-05-04T11:59:00.000Z"


def model(cause: DriftCode | None = DriftCode.CARD_NOT_USED, pid: int = 7) -> SimpleNamespace:
    """As much of a ModelStatus as is looked at."""
    drift = (Drift(DriftCode.SETTINGS_CHANGED), Drift(cause, SINCE)) if cause else ()
    return SimpleNamespace(id="qwen", drift=drift, pid=pid)


def test_what_a_restart_may_mend_is_tried_at_once() -> None:
    troubles = judge({}, [model()], NOON)
    assert (troubles["qwen"].cause, troubles["qwen"].since, troubles["qwen"].pid) == ("card_not_used", SINCE, 7)
    assert due(troubles, NOON) == ("qwen",)


@pytest.mark.parametrize("cause", [DriftCode.CARD_BROKEN, DriftCode.NO_ROOM])
def test_what_a_restart_does_not_mend_is_told_and_left(cause: DriftCode) -> None:
    troubles = judge({}, [model(cause)], NOON)
    assert troubles["qwen"].cause == cause
    assert due(troubles, NOON + timedelta(days=9)) == ()


def test_patience_has_an_end() -> None:
    troubles, now, moments = judge({}, [model()], NOON), NOON, []
    while due(troubles, now) and len(moments) < 99:
        moments.append((now - NOON).total_seconds())
        troubles = {"qwen": tried(troubles["qwen"], 7, "card.not_used", now)}
        assert due(troubles, now) == ()
        now += timedelta(seconds=max(WAITS_S))
    assert moments == [0, 900, 1800, 2700]
    assert (troubles["qwen"].tries, troubles["qwen"].next_try_at) == (len(WAITS_S), None)


def test_waits_grow() -> None:
    trouble, now, waits = judge({}, [model()], NOON)["qwen"], NOON, []
    while trouble.next_try_at:
        waits.append((datetime.fromisoformat(trouble.next_try_at) - now).total_seconds())
        now = datetime.fromisoformat(trouble.next_try_at)
        trouble = tried(trouble, 7, None, now)
    assert waits == list(WAITS_S)


def test_a_known_trouble_goes_on_and_another_one_begins_anew() -> None:
    worn = replace(judge({}, [model()], NOON)["qwen"], tries=4, next_try_at=None)
    known = {"qwen": worn}
    assert judge(known, [model()], NOON) == known
    for other in (model(pid=8), model(DriftCode.NO_ROOM)):
        assert judge(known, [other], NOON)["qwen"].tries == 0
    assert judge(known, [model(None)], NOON) == {}
