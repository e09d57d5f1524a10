"""Backoff and its end."""

from __future__ import annotations

from arriero.runtime.native.options import Limits
from arriero.runtime.native.patience import Patience

LIMITS = Limits(backoff_s=1.0, backoff_max_s=30.0, healthy_s=60.0, crashes=8)


def test_waits_double_up_to_their_limit_and_then_end() -> None:
    patience = Patience(LIMITS)
    assert [patience.after_exit(5.0) for _ in range(8)] == [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, None]


def test_a_healthy_minute_makes_it_patient_again() -> None:
    patience = Patience(LIMITS)
    assert [patience.after_exit(served_s) for served_s in (1.0, 1.0, 60.0, 1.0)] == [1.0, 2.0, 1.0, 2.0]


def test_what_never_served_is_not_tried_again() -> None:
    assert Patience(LIMITS).after_exit(None) is None


def test_what_served_once_may_fail_to_start_and_is_tried_again() -> None:
    patience = Patience(LIMITS)
    assert [patience.after_exit(served_s) for served_s in (0.5, None, None)] == [1.0, 2.0, 4.0]
