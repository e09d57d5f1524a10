"""What changed between two measurements, and whether it is more than noise. Pure.

A difference counts when it is more than twice the spreads of before and after together, and more than `LEAST`, since a
machine is not equally fast on two days, or `LEAST_OF_FEW` where few samples may lie close together by chance. What that
is worth is tried on made-up samples: where a machine is 2 % off from run to run and samples scatter by up to 5 %, 3 in
100 comparisons of equals at most are told as a change, and a loss of 30 % is found in 98 of 100.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from arriero.measure.values import RATES, Environment, Figure, FigureName, Mark, Measurement

LEAST, LEAST_OF_FEW = 0.1, 0.2
FEW = 5  # fewer samples than this are few
TIMES = 2
_OF_EXTENT = frozenset({FigureName.FILL, FigureName.EDIT, FigureName.CROWD, FigureName.CROWD_TTFT})
"""A quick measurement has shorter answers for these, and so other figures."""
LOOKS_BACK = 3
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
    """Since another version of its model, a slot is worse in `changes`, each beyond the noise. `disturbed`: others were
    at work meanwhile, which may be why."""

    slot: str
    before: str
    after: str
    changes: tuple[Change, ...]
    disturbed: bool = False


def compare(before: Measurement, after: Measurement) -> Comparison:
    changes = tuple(_changes(before, after))
    return Comparison(before, after, changes, tuple(_conditions(before.environment, after.environment)))


def _changes(before: Measurement, after: Measurement) -> Iterator[Change]:
    for figure in after.figures:
        old = before.figure(figure.name, figure.at)
        if before.quick != after.quick and figure.name in _OF_EXTENT:
            continue
        if old and old.median and figure.median and not {old.mark, figure.mark} & set(_DOUBTFUL):
            better = figure.median / old.median - 1
            better = better if figure.name in RATES else old.median / figure.median - 1
            yield Change(figure.name, figure.at, old.median, figure.median, better, _beyond(old, figure, better))


def _beyond(old: Figure, new: Figure, better: float) -> bool:
    if old.spread is None or new.spread is None or min(old.samples, new.samples) < 2:
        return False
    least = LEAST if min(old.samples, new.samples) >= FEW else LEAST_OF_FEW
    return abs(better) > max(least, TIMES * (old.spread + new.spread))


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
    """Whether the newest measurement is worse than the last ones of the version of its model before, and in what.

    `history`: of one slot, the newest first. Only measurements under the same conditions but for the version count, at
    most LOOKS_BACK of them, and only what is worse than in each of those that have the figure.
    """
    if not history or history[0].environment.slot is None:
        return None
    now = history[0]
    earlier = [m for m in history[1:] if _updated(m.environment, now.environment)]
    then = [m for m in earlier if m.environment.version == earlier[0].environment.version][:LOOKS_BACK]
    found = [compare(one, now).changes for one in then]
    never = {(c.name, c.at) for changes in found for c in changes if not c.worse}
    latest = {(c.name, c.at): c for changes in reversed(found) for c in changes if (c.name, c.at) not in never}
    if not latest:
        return None
    versions = (then[0].environment.version or "?", now.environment.version or "?")
    return Loss(str(now.environment.slot), *versions, tuple(latest.values()), disturbed=now.disturbed)


def _updated(before: Environment, after: Environment) -> bool:
    other = {condition.name for condition in _conditions(before, after)}
    return before.model == after.model and "version" in other and other <= {"version", "quantisation", "others"}
