"""How often something is measured, and what a row of values comes to. Pure.

The spread is half of the distance between the quartiles as a share of the median, which one slow sample does not move.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from arriero.measure.values import Figure, FigureName, Mark


@dataclass(frozen=True)
class Effort:
    """At least `least` samples, then until the spread is `spread` or less, `most` samples or `limit_s` are reached."""

    least: int
    most: int
    limit_s: float
    spread: float = 0.02

    def enough(self, values: Sequence[float]) -> bool:
        return len(values) >= self.most or (len(values) >= self.least and spread_of(values) <= self.spread)


THOROUGH = Effort(least=5, most=15, limit_s=60.0)
UNSTEADY_SPREAD = 0.1
"""A figure that spreads more than this is marked."""
QUICK = Effort(least=2, most=3, limit_s=2.5, spread=0.05)


@dataclass
class Series:
    """The samples of one figure while they are taken. What is in it survives whatever ends the measurement."""

    name: FigureName
    at: int = 0
    values: list[float] = field(default_factory=list)
    tokens: list[int] = field(default_factory=list)
    mark: Mark = Mark.NONE
    detail: str = ""
    over: bool = False

    def flag(self, mark: Mark, detail: str = "") -> None:
        """The first mark stays."""
        if self.mark is Mark.NONE:
            self.mark, self.detail = mark, detail

    def figure(self) -> Figure:
        mark = self.mark if self.over or self.mark is not Mark.NONE else Mark.PARTIAL
        if not self.values:
            return Figure(self.name, self.at, mark=mark, detail=self.detail)
        low, high = quartiles(self.values)
        return Figure(
            name=self.name,
            at=self.at,
            median=median(self.values),
            low=low,
            high=high,
            p99=percentile(self.values, 0.99),
            samples=len(self.values),
            tokens=round(median(self.tokens)) if self.tokens else None,
            mark=mark,
            detail=self.detail,
        )


def quartiles(values: Sequence[float]) -> tuple[float, float]:
    return _between(values, 0.25), _between(values, 0.75)


def spread_of(values: Sequence[float]) -> float:
    """0 for one value; infinite around a median of 0."""
    low, high = quartiles(values)
    middle = median(values)
    return (high - low) / 2 / middle if middle else float("inf")


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` of them do not exceed (nearest rank): one that was really seen."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1))]


def _between(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
