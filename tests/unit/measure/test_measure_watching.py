"""What spoils figures is noticed: another program, a card that is hot, at its limit, or shared, a suspended machine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from arriero.hardware.gpu import Gpu
from arriero.hardware.values import GpuProcess, GpuSnapshot, GpuState
from arriero.measure.values import Remark
from arriero.measure.watching import Ticks, Watch, card_remarks, remarks

CARD = GpuSnapshot(
    GpuState.READY,
    processes=(GpuProcess(7, "python3", "", None, 5 << 30), GpuProcess(8, "Xorg", "", None, 100 << 20)),
    temperature_c=70,
    temperature_limit_c=92,
    power_w=150.0,
    power_limit_w=215.0,
)
BEFORE = Ticks(total_s=100.0, busy_s=10.0, stolen_s=0.0, ours_s=5.0, slept_s=3.0)


def changed(card: GpuSnapshot, **fields: object) -> GpuSnapshot:
    return GpuSnapshot(**{**vars(card), **fields})  # type: ignore[arg-type]


def watch(tmp_path: Path) -> Watch:
    return Watch(Gpu("auto", "", tmp_path), None, 0.0)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (Ticks(120.0, 28.0, 0.0, 23.0, 3.0), []),  # all that was busy was the model
        (Ticks(120.0, 28.0, 0.0, 13.0, 3.0), [Remark("busy", {"percent": 50})]),
        (Ticks(120.0, 20.0, 1.0, 15.0, 3.0), [Remark("stolen", {"percent": 5})]),
        (Ticks(120.0, 28.0, 0.0, 23.0, 33.0), [Remark("slept", {"seconds": 30})]),
    ],
    ids=["quiet", "busy", "stolen", "slept"],
)
def test_the_machine(tmp_path: Path, after: Ticks, expected: list[Remark]) -> None:
    assert list(remarks(BEFORE, after, watch(tmp_path), known=True)) == expected


def test_who_is_busy_cannot_be_told_of_a_server_elsewhere(tmp_path: Path) -> None:
    after = replace(BEFORE, total_s=120.0, busy_s=28.0)
    assert list(remarks(BEFORE, after, watch(tmp_path), known=False)) == []


@pytest.mark.parametrize(
    ("card", "expected"),
    [
        (CARD, []),
        (changed(CARD, temperature_c=89), [Remark("hot", {"celsius": 89})]),
        (changed(CARD, power_w=214.0), [Remark("capped", {"watts": 215})]),
        (changed(CARD, slowed_by="heat"), [Remark("slowed_heat")]),
        (changed(CARD, slowed_by="power"), [Remark("slowed_power")]),
        (changed(CARD, processes=(GpuProcess(9, "game", "", None, 2 << 30),)), [Remark("shared", {"who": "game"})]),
        (changed(CARD, temperature_limit_c=None, power_w=None), []),
        (GpuSnapshot(GpuState.NONE), []),
    ],
    ids=["well", "hot", "capped", "heat", "power", "shared", "silent", "none"],
)
def test_the_card(card: GpuSnapshot, expected: list[Remark]) -> None:
    assert list(card_remarks([CARD, card], frozenset({7}))) == expected
