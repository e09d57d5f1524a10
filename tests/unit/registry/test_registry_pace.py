"""Patience, limits and figures: the arithmetic of a transfer, without one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arriero.registry.control import PullControl, Turns
from arriero.registry.errors import RegistryDenied, RegistryRefused, TransferBroken, TransferStalled
from arriero.registry.faults import Broken, Busy, Expired, Fault, Stalled
from arriero.registry.meter import Meter
from arriero.registry.patience import Patience, parse_retry_after
from arriero.registry.values import RegistrySettings, RemoteLayer

SETTINGS = RegistrySettings(tries=4, backoff_s=1.0, longest_wait_s=60.0)


def test_waits_double_with_jitter_and_then_it_ends() -> None:
    patience = Patience(SETTINGS, "host")
    waits = [patience.wait_s(Broken("reset"), progressed=False) for _ in range(3)]
    for wait, middle in zip(waits, (1, 2, 4), strict=True):
        assert 0.5 * middle <= wait <= 1.5 * middle
    with pytest.raises(TransferBroken) as broken:
        patience.wait_s(Broken("reset"), progressed=False)
    assert (broken.value.host, broken.value.detail) == ("host", "reset")


def test_progress_forgives() -> None:
    patience = Patience(SETTINGS, "host")
    for _ in range(50):
        assert patience.wait_s(Broken("reset"), progressed=True) <= 1.5


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Broken("x"), TransferBroken),
        (Stalled(30), TransferStalled),
        (Busy(503, "x", None), RegistryRefused),
        (Expired(403), RegistryDenied),
    ],
)
def test_what_a_fault_becomes(fault: Fault, kind: type[Exception]) -> None:
    patience = Patience(RegistrySettings(tries=1), "host")
    with pytest.raises(kind):
        patience.wait_s(fault, progressed=False)


def test_the_servers_own_wish_comes_first() -> None:
    patience = Patience(SETTINGS, "host")
    assert patience.wait_s(Busy(429, "slow down", 7.0), progressed=False) == 7.0
    with pytest.raises(RegistryRefused):
        patience.wait_s(Busy(429, "come back tomorrow", 86_400.0), progressed=False)


def test_an_expired_url_is_renewed_at_once_but_not_for_ever() -> None:
    patience = Patience(SETTINGS, "host")
    assert patience.wait_s(Expired(403), progressed=False) == 0.0
    assert patience.wait_s(Expired(403), progressed=False) > 0.0
    patience.wait_s(Expired(403), progressed=False)
    with pytest.raises(RegistryDenied):
        patience.wait_s(Expired(403), progressed=False)


def test_retry_after() -> None:
    now = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
    assert parse_retry_after("120") == 120.0
    assert parse_retry_after("Sun, 22 Nov 2026 12:00:30 GMT", now) == 30.0
    assert parse_retry_after("Sun, 22 Nov 2026 11:00:00 GMT", now) == 0.0
    assert [parse_retry_after(text) for text in (None, "", "soon", "-1", "1e3")] == [None] * 5


@given(
    st.integers(1, 10**9),
    st.lists(st.tuples(st.integers(1, 10**7), st.floats(0, 5, allow_nan=False)), min_size=1, max_size=50),
)
def test_a_limit_holds_over_any_stretch(limit: int, takes: list[tuple[int, float]]) -> None:
    """Between any two turns, what was taken in between took at least its time at the limit, but for what catches up;
    counted from the very first, all of it."""
    turns, now, paid = Turns(limit), 0.0, []
    for count, pause in takes:
        now += pause
        paid.append((count, turns.reserve(count, now)))
    for first in range(len(paid)):
        taken = 0
        for count, due in paid[first + 1 :]:
            taken += count
            assert due - paid[first][1] >= taken / limit * 0.999_999 - Turns.CATCH_UP_S - 1e-6
    assert paid[-1][1] - takes[0][1] >= sum(count for count, _ in takes) / limit * 0.999_999 - 1e-6


@given(st.lists(st.floats(0, Turns.CATCH_UP_S / 2), min_size=50, max_size=100))
def test_who_is_always_a_little_late_still_gets_all_of_it(delays: list[float]) -> None:
    """Each comes when the turn before is over, and a little later: at the end the lateness of one is left."""
    turns, now = Turns(1_000_000), 0.0
    for delay in delays:
        now = max(now, turns.reserve(100_000, now)) + delay
    assert now <= len(delays) * 0.1 + Turns.CATCH_UP_S


@given(st.integers(1, 10**9), st.integers(1, 64), st.integers(1, 1 << 20))
def test_pieces_under_a_limit_are_small_enough_for_short_turns(limit: int, sharers: int, most: int) -> None:
    piece = PullControl(limit).chunk_bytes(most, sharers)
    assert 1 <= piece <= most
    assert piece == 1 or piece * sharers / limit <= 0.2
    assert PullControl().chunk_bytes(most, sharers) == most


def test_limits_come_and_go() -> None:
    control = PullControl()
    assert control.limit_bytes_per_s is None
    control.limit(5_000_000)
    assert control.limit_bytes_per_s == 5_000_000
    control.limit(None)
    assert control.limit_bytes_per_s is None
    with pytest.raises(ValueError, match="0"):
        control.limit(0)


LAYERS = [RemoteLayer("t", f"sha256:{n}", 100 * n) for n in (1, 2, 3)]
STEPS = st.lists(
    st.tuples(st.sampled_from(["begin", "add", "finish"]), st.sampled_from(LAYERS), st.integers(0, 300)), max_size=40
)


@given(STEPS)
def test_figures_never_go_back_and_never_pass_the_total(steps: list[tuple[str, RemoteLayer, int]]) -> None:
    meter = Meter("pull.layer", "x", LAYERS)
    shown, per_layer = 0, {layer.digest: 0 for layer in LAYERS}
    for verb, layer, count in steps:
        if verb == "finish":
            meter.finish(layer.digest)
        else:
            getattr(meter, verb)(layer.digest, min(count, layer.size_bytes))
        for progress in meter.reports():
            assert progress.done is not None
            assert shown <= progress.done <= 600
            shown = progress.done
            digest, done = str(progress.params["digest"]), int(progress.params["layer_done_bytes"])
            assert per_layer[digest] <= done <= int(progress.params["layer_total_bytes"])
            per_layer[digest] = done


def test_every_finished_layer_is_told_once_and_whole() -> None:
    meter = Meter("pull.layer", "x", LAYERS)
    for layer in LAYERS:
        meter.reuse(layer.digest, layer.size_bytes)
        meter.finish(layer.digest)
    told = [(p.params["digest"], p.params["layer_done_bytes"]) for p in meter.reports()]
    assert told == [(layer.digest, layer.size_bytes) for layer in LAYERS]
    assert (meter.reused, meter.fetched) == (600, 0)
