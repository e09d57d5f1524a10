"""The figures of one measurement as they come in, and how a figure is taken again and again.

Invariant: whatever ends a measurement, what was measured is here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING

from arriero.measure.sampling import UNSTEADY_SPREAD, Effort, Series, spread_of
from arriero.measure.values import Figure, FigureName, Mark
from arriero.measure.wire import Broken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arriero.core.clock import Clock


SPARE = 3  # questions whose answers need not be usable


class Ledger:
    """`order` is that of the table."""

    def __init__(self) -> None:
        self._series: dict[tuple[FigureName, int], Series] = {}

    def series(self, name: FigureName, at: int = 0) -> Series:
        return self._series.setdefault((name, at), Series(name, at))

    def flag(self, mark: Mark, *wanted: tuple[FigureName, int], detail: str = "") -> None:
        """For figures that will not be measured."""
        for name, at in wanted:
            series = self.series(name, at)
            series.flag(mark, detail)
            series.over = True

    def all_gone(self, detail: str) -> None:
        """Nothing more will come of what is not over yet."""
        for series in self._series.values():
            if not series.over:
                series.flag(Mark.GONE, detail)

    def figures(self) -> tuple[Figure, ...]:
        return tuple(series.figure() for series in self._series.values())

    @property
    def whole(self) -> bool:
        return all(
            series.over and series.mark not in (Mark.BROKEN, Mark.GONE, Mark.PARTIAL)
            for series in self._series.values()
        )


@contextmanager
def _breaking(taken: tuple[Series, ...]) -> Iterator[None]:
    """What a broken answer leaves is marked; a server that is gone is told to whoever goes through the sections."""
    try:
        yield
    except Broken as fault:
        for series in taken:
            series.flag(Mark.BROKEN, fault.detail)
            series.over = True
        if fault.gone:
            raise


async def repeat(
    effort: Effort, clock: Clock, taken: tuple[Series, ...], sample: Callable[[], Awaitable[None]]
) -> None:
    """Until the first of `taken` has enough; an answer too brief to tell anything adds nothing. A broken answer ends it
    and is marked. Raises Broken where all is over.
    """
    began, leading = clock.monotonic(), taken[0]
    with _breaking(taken):
        for _ in range(effort.most + SPARE):
            late = leading.values and clock.monotonic() - began >= effort.limit_s
            if late or effort.enough(leading.values):
                break
            await sample()
        for series in taken:
            if len(series.values) < effort.least:
                series.flag(Mark.FEW if series.values else Mark.BRIEF)
            elif spread_of(series.values) > UNSTEADY_SPREAD:
                series.flag(Mark.UNSTEADY)
    for series in taken:
        series.over = True
