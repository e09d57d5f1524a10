"""Who gets the app and who the lines; how busy the machine is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from arriero.hardware.usage import UsageMeter, UsageSnapshot
from arriero.tui.opening import can_draw


class Stream:
    def __init__(self, tty: bool) -> None:
        self._tty = tty

    def isatty(self) -> bool:
        return self._tty


@pytest.mark.parametrize(
    ("ttys", "environ", "expected"),
    [
        ((True, True, True), {"TERM": "xterm-256color"}, True),
        ((True, True, True), {"TERM": "linux"}, True),
        ((True, True, True), {"TERM": "dumb"}, False),
        ((True, True, True), {}, False),
        ((False, True, True), {"TERM": "xterm"}, False),
        ((True, False, True), {"TERM": "xterm"}, False),
        ((True, True, False), {"TERM": "xterm"}, False),
    ],
)
def test_the_app_needs_a_terminal_on_every_side(
    ttys: tuple[bool, ...], environ: dict[str, str], expected: bool
) -> None:
    streams: Any = tuple(Stream(tty) for tty in ttys)
    assert can_draw(streams, environ) is expected


def test_how_busy_the_machine_is(tmp_path: Path) -> None:
    (tmp_path / "meminfo").write_text("MemTotal:       1000 kB\nMemFree: 1 kB\nMemAvailable:    400 kB\n")
    (tmp_path / "stat").write_text("cpu  10 0 10 70 10 0 0 0 0 0\ncpu0 1 1 1 1\n")
    meter = UsageMeter(tmp_path)
    assert meter.look() == UsageSnapshot(None, 600 * 1024, 1000 * 1024)
    (tmp_path / "stat").write_text("cpu  30 0 20 140 10 0 0 0 0 0\n")
    assert meter.look().cpu_percent == 30
    assert meter.look().cpu_percent is None  # no time has passed
