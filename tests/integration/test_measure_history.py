"""What was measured stays in the state database, newest first, whatever its clock says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from arriero.core.clock import SystemClock
from arriero.state import FigureRow, MeasurementRow, State

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
FIGURE = FigureRow("generation", 0, 61.2, 60.0, 62.0, 63.0, 5, None, "", "")
ROW = MeasurementRow(AT, "demo", "sha256:1", "abc", "", True, "{}", "{}", (FIGURE,))


def test_what_was_measured_is_told_again_the_newest_first(tmp_path: Path) -> None:
    state, _ = State.open(tmp_path / "models.db", clock=SystemClock())
    unable = replace(FIGURE, name="fill", median=None, low=None, high=None, p99=None, samples=0, mark="unable")
    rows = [
        ROW,
        replace(ROW, at=AT - timedelta(days=400), whole=False, figures=(FIGURE, unable)),  # the clock had jumped back
        replace(ROW, target="qwen", digest="sha256:2"),
    ]
    for row in rows:
        state.record_measurement(row)
    assert state.measurements() == rows[::-1]
    assert state.measurements("demo") == [rows[1], rows[0]]
    assert state.measurements(digest="sha256:2", limit=1) == [rows[2]]
    assert state.measurements("other") == []
