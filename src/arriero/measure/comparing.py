"""What changed between two measurements, and whether it is more than noise. Pure.

A difference counts when it is above 5 % and the quartiles of before and after do not meet: half of the samples of each
lie between their quartiles, so what only one slow sample says is not believed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from arriero.measure.values import RATES, Environment, Figure, FigureName, Mark, Measurement

LEAST = 0.05
_DOUBTFUL = (Mark.PARTIAL, Mark.BROKEN, Mark.MISCOUNTED, Mark.BRIEF)
CONDITIONS = (
    "model",
    "version",
    "quantisation",
    "engine",
    "backend",
    "context",
    "kv_cache",
    "parallel",
    "speculation",
    "on",
    "card",
    "driver",
    "power_limit_w",
    "others",
    "processor",
    "cores",
)


@dataclass(frozen=True)
class Change:
    """One figure before and after. `better`: above 0 it is better by this share; `beyond_noise`: more than chance."""

    name: FigureName
    at: int
    before: float
    after: float
    better: float
    beyond_noise: bool

    @property
    def worse(self) -> bool:
        return self.beyond_noise and self.better < 0


@dataclass(frozen=True)
class Condition:
    """Something that figures depend on and that is not as it was."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Comparison:
    """`before` and `after`: whose, and when. Empty `changes`: no figure was taken both times."""

    before: Measurement
    after: Measurement
    changes: tuple[Change, ...]
    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class Loss:
    """Since another version of its model, a slot is worse in `changes`, each beyond the noise."""

    slot: str
    before: str
    after: str
    changes: tuple[Change, ...]


def compare(before: Measurement, after: Measurement) -> Comparison:
    changes = tuple(_changes(before, after))
    return Comparison(before, after, changes, tuple(_conditions(before.environment, after.environment)))


def _changes(before: Measurement, after: Measurement) -> Iterator[Change]:
    for figure in after.figures:
        old = before.figure(figure.name, figure.at)
        if old and old.median and figure.median and not {old.mark, figure.mark} & set(_DOUBTFUL):
            better = figure.median / old.median - 1
            better = better if figure.name in RATES else old.median / figure.median - 1
            yield Change(figure.name, figure.at, old.median, figure.median, better, _beyond(old, figure, better))


def _beyond(old: Figure, new: Figure, better: float) -> bool:
    if None in (old.low, old.high, new.low, new.high) or abs(better) <= LEAST or min(old.samples, new.samples) < 2:
        return False
    assert old.low is not None
    assert old.high is not None
    assert new.low is not None
    assert new.high is not None
    return new.low > old.high or new.high < old.low


def _conditions(before: Environment, after: Environment) -> Iterator[Condition]:
    for name in CONDITIONS:
        old, new = _told(getattr(before, name)), _told(getattr(after, name))
        if old != new:
            yield Condition(name, old, new)


def _told(value: object) -> str:
    return ", ".join(value) if isinstance(value, tuple) else "" if value is None else str(value)


def previous_of(history: Sequence[Measurement], now: Measurement) -> Measurement | None:
    """The last one of the same target before `now`. `history`: the newest first, `now` in it or not."""
    earlier = [m for m in history if m.environment.target == now.environment.target and m != now]
    return earlier[0] if earlier else None


def loss_since_update(history: Sequence[Measurement]) -> Loss | None:
    """Whether the newest measurement is worse than the last one of another version of its model, and in what.

    `history`: of one slot, the newest first. Only measurements under the same conditions but for the version count.
    """
    if not history:
        return None
    now = history[0]
    then = next((m for m in history[1:] if _updated(m.environment, now.environment)), None)
    worse = tuple(change for change in compare(then, now).changes if change.worse) if then else ()
    if then is None or not worse or now.environment.slot is None:
        return None
    return Loss(now.environment.slot, then.environment.version or "?", now.environment.version or "?", worse)


def _updated(before: Environment, after: Environment) -> bool:
    other = {condition.name for condition in _conditions(before, after)}
    return before.model == after.model and "version" in other and other <= {"version", "quantisation", "others"}
