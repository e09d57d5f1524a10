"""What counts as a change, what as noise, and what as a loss that an update brought."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arriero.measure.comparing import compare, loss_since_update, previous_of
from arriero.measure.history import measurement_of, row_of
from arriero.measure.sampling import Series, percentile, quartiles, spread_of
from arriero.measure.values import (
    Environment,
    Figure,
    FigureName,
    Mark,
    Measurement,
    MemorySample,
    Remark,
)

HERE = Environment(slot="demo", url="http://127.0.0.1:1", model="m:1", version="aaa", engine="native 0.33.0", cores=2)
AT = "2026-11-22T12:00:00.000Z"


def figure(name: FigureName, median: float, half: float = 0.01, at: int = 0, mark: Mark = Mark.NONE) -> Figure:
    return Figure(name, at, median, median * (1 - half), median * (1 + half), median, 5, mark=mark)


def taken(*figures: Figure, version: str = "aaa", **environment: object) -> Measurement:
    told = replace(HERE, version=version, **environment)  # type: ignore[arg-type]
    return Measurement(AT, 10.0, quick=False, whole=True, environment=told, figures=figures)


@pytest.mark.parametrize(
    ("name", "before", "after", "half", "beyond", "better"),
    [
        (FigureName.GENERATION, 50.0, 40.0, 0.01, True, False),
        (FigureName.GENERATION, 50.0, 60.0, 0.01, True, True),
        (FigureName.GENERATION, 50.0, 40.0, 0.2, False, False),  # the samples of both meet
        (FigureName.GENERATION, 50.0, 48.0, 0.001, False, False),  # less than 5 %
        (FigureName.TTFT_FRESH, 1.0, 2.0, 0.01, True, False),  # of seconds, fewer are better
        (FigureName.TTFT_FRESH, 2.0, 1.0, 0.01, True, True),
    ],
)
def test_a_change_is_more_than_noise(
    name: FigureName, before: float, after: float, half: float, *, beyond: bool, better: bool
) -> None:
    (change,) = compare(taken(figure(name, before, half)), taken(figure(name, after, half))).changes
    assert (change.beyond_noise, change.better > 0, change.worse) == (beyond, better, beyond and not better)


def test_one_sample_proves_nothing() -> None:
    once = replace(figure(FigureName.GENERATION, 50.0, 0.0), samples=1)
    (change,) = compare(taken(once), taken(replace(once, median=10.0, low=10.0, high=10.0))).changes
    assert not change.beyond_noise


def made(of: Random, samples: int, scatter: float, speed: float) -> Measurement:
    """As a machine tells it that is 2 % off from run to run."""
    series = Series(FigureName.GENERATION, over=True)
    today = speed * of.gauss(1, 0.02)
    series.values = [today * of.gauss(1, scatter) for _ in range(samples)]
    return taken(series.figure())


@pytest.mark.parametrize("samples", [2, 3, 5, 15])
@pytest.mark.parametrize("scatter", [0.01, 0.03, 0.05])
def test_equals_are_not_told_as_a_change_and_a_loss_is_found(samples: int, scatter: float) -> None:
    of = Random(9)

    def told(speed: float) -> int:
        pairs = [(made(of, samples, scatter, 50.0), made(of, samples, scatter, speed)) for _ in range(1000)]
        return sum(compare(*pair).changes[0].worse for pair in pairs)

    assert told(50.0) <= 30
    assert told(35.0) >= 980


def test_a_quick_one_has_shorter_answers_which_are_not_compared() -> None:
    edit, speed = figure(FigureName.EDIT, 50.0), figure(FigureName.GENERATION, 50.0)
    quick = replace(taken(edit, speed), quick=True)
    assert [c.name for c in compare(taken(edit, speed), quick).changes] == [FigureName.GENERATION]
    assert len(compare(quick, quick).changes) == 2


def test_what_was_not_measured_well_is_not_compared() -> None:
    broken = figure(FigureName.GENERATION, 10.0, mark=Mark.BROKEN)
    absent = Figure(FigureName.FILL, mark=Mark.UNABLE)
    found = compare(taken(figure(FigureName.GENERATION, 50.0), absent), taken(broken, absent))
    assert found.changes == ()


def test_other_conditions_are_told() -> None:
    found = compare(taken(), taken(card="RTX 2070 SUPER", others=("firefox",)))
    assert [(c.name, c.before, c.after) for c in found.conditions] == [
        ("card", "", "RTX 2070 SUPER"),
        ("others", "", "firefox"),
    ]


def test_a_loss_after_an_update_is_named() -> None:
    fast, slow = figure(FigureName.GENERATION, 50.0), figure(FigureName.GENERATION, 35.0)
    history = [taken(slow, version="bbb"), taken(slow, version="bbb"), taken(fast), taken(slow, version="000")]
    loss = loss_since_update(history)
    assert loss is not None
    assert (loss.slot, loss.before, loss.after) == ("demo", "aaa", "bbb")
    assert [(c.name, c.before, c.after) for c in loss.changes] == [(FigureName.GENERATION, 50.0, 35.0)]


def test_a_loss_with_others_at_work_is_doubtful() -> None:
    fast, slow = taken(figure(FigureName.GENERATION, 50.0)), taken(figure(FigureName.GENERATION, 35.0), version="bbb")
    busy = replace(slow, remarks=(Remark("busy", {"percent": 40}),))
    told = [loss_since_update([one, fast]) for one in (slow, busy)]
    assert [loss.disturbed for loss in told if loss] == [False, True]


@pytest.mark.parametrize(
    "history",
    [
        [],
        [  # before the update it was as slow once
            taken(figure(FigureName.GENERATION, 35.0), version="bbb"),
            taken(figure(FigureName.GENERATION, 50.0)),
            taken(figure(FigureName.GENERATION, 36.0)),
        ],
        [taken(figure(FigureName.GENERATION, 35.0))],
        [taken(figure(FigureName.GENERATION, 35.0)), taken(figure(FigureName.GENERATION, 50.0))],  # no update
        [taken(figure(FigureName.GENERATION, 50.0), version="bbb"), taken(figure(FigureName.GENERATION, 35.0))],
        [  # another engine too: the update is not what made it slower
            taken(figure(FigureName.GENERATION, 35.0), version="bbb", engine="docker 0.40.0"),
            taken(figure(FigureName.GENERATION, 50.0)),
        ],
    ],
    ids=["nothing", "not always faster before", "first", "same version", "faster", "another engine"],
)
def test_no_loss_where_none_is_proved(history: list[Measurement]) -> None:
    assert loss_since_update(history) is None


def test_the_one_before_is_of_the_same_target() -> None:
    now, other, before = taken(), taken(slot="qwen"), taken(load=1.0)
    assert previous_of([now, other, before], now) == before
    assert previous_of([now, other], now) is None


def test_a_measurement_comes_back_from_the_history_as_it_was() -> None:
    whole = replace(
        taken(figure(FigureName.READ_FRESH, 100.0, at=512), Figure(FigureName.FILL, mark=Mark.UNABLE), others=("x",)),
        remarks=(Remark("busy", {"percent": 20}),),
        memory=(MemorySample(0.5, 1000, None), MemorySample(2.5, 1100, 7)),
    )
    assert measurement_of(row_of(whole)) == whole


@given(st.lists(st.floats(0.001, 1e6), min_size=1, max_size=50))
def test_what_is_said_of_samples_lies_among_them(values: list[float]) -> None:
    low, high = quartiles(values)
    assert min(values) <= low <= high <= max(values)
    assert percentile(values, 0.99) in values
    assert percentile(values, 0.99) >= percentile(values, 0.5)
    assert spread_of(values) >= 0
    assert percentile(values, 1.0) == max(values)


def test_the_hundredth_worst_of_few_is_the_worst() -> None:
    assert percentile([1.0, 5.0, 2.0], 0.99) == 5.0
    assert percentile([float(i) for i in range(1, 201)], 0.99) == 198.0
