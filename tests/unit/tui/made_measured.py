"""What may have been measured of a slot, made by hand, the newest and the one before."""

from __future__ import annotations

from dataclasses import replace

from arriero.measure.values import Environment, Figure, FigureName, Mark, Measurement, MemorySample, Remark


def figure(name: FigureName, median: float, at: int = 0) -> Figure:
    return Figure(name, at, median, median, median, median, 3)


LAST = Measurement(
    "2026-11-22T12:34:00.000Z",
    20.0,
    quick=True,
    whole=True,
    environment=Environment("demo", "u", "m:1", version="bbb"),
    figures=(
        figure(FigureName.GENERATION, 50.0),
        figure(FigureName.TTFT_FRESH, 4.0, 2048),
        figure(FigureName.TTFT_FRESH, 1.0, 512),
        figure(FigureName.READ_FRESH, 512.0, 512),
        Figure(FigureName.FILL, mark=Mark.UNABLE),
    ),
    remarks=(Remark("busy", {"percent": 30}),),
    memory=(MemorySample(0.0, 200_000_000, None), MemorySample(2.0, 100_000_000, None)),
)
BEFORE = replace(
    LAST,
    at="2026-11-21T12:00:00.000Z",
    environment=replace(LAST.environment, version="aaa"),
    figures=(figure(FigureName.GENERATION, 25.0),),
)
