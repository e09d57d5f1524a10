"""Glances: what makes a whole look worth it, and what does not."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import made_known as made
import pytest
from test_tui_presenting import EN, ES, shown

from arriero.gateway.keeping import SERVICE
from arriero.hardware.values import GpuProcess, GpuState
from arriero.tui.noticing import GATEWAY, card_differs, folder_times
from arriero.tui.presenting import present_main
from arriero.tui.view import plain

MIB = 1 << 20


def test_a_manifest_that_comes_goes_or_is_replaced_is_noticed(tmp_path: Path) -> None:
    seen = [folder_times(str(tmp_path / "manifests"))]

    def look() -> None:
        seen.append(folder_times(str(tmp_path / "manifests")))

    folder = tmp_path / "manifests" / "registry.ollama.ai" / "library" / "qwen"
    folder.mkdir(parents=True)
    look()
    for content in ("1", "2"):
        aside = tmp_path / "aside"
        aside.write_text(content)
        aside.replace(folder / "7b")
        look()
    (folder / "7b").unlink()
    look()
    assert all(now != before for before, now in pairwise(seen))
    look()
    assert seen[-1] == seen[-2]


@pytest.mark.parametrize(
    ("more_bytes", "expected"), [(0, False), (50 * MIB, False), (-700 * MIB, True), (90 * MIB, True)]
)
def test_memory_on_the_card_that_others_take_is_noticed(more_bytes: int, expected: bool) -> None:
    assert made.CARD.used_bytes
    assert card_differs(made.CARD, replace(made.CARD, used_bytes=made.CARD.used_bytes + more_bytes)) is expected


def test_a_card_that_is_lost_is_noticed() -> None:
    assert card_differs(made.CARD, replace(made.CARD, state=GpuState.LOST))


def test_how_busy_the_card_is_now_and_whose_its_memory_was() -> None:
    status = replace(made.STATUS, gpu=made.CARD)
    now = replace(made.CARD, utilisation_percent=99, temperature_c=84, power_w=200.0)
    header = plain(present_main(replace(made.KNOWN, status=status, card=now), ES).header)
    assert "nuestra 5,60 GB" in header
    assert "99 %  84 °C  200 W" in header


def test_who_else_is_on_the_card_is_told_with_what_it_holds() -> None:
    game = GpuProcess(4711, "game", "/usr/games/game", None, 2_100_000_000)
    hidden = GpuProcess(815, "", "", "0123456789ab", None)
    known = replace(made.KNOWN, status=replace(made.STATUS, gpu=made.CARD, others=(game, hidden)))
    assert "— También en la GPU: game (4711), 2,10 GB" in shown(known)
    assert "— On the GPU too: — (815, 0123456789ab), —" in shown(known, EN)


def test_the_gateway_is_called_as_it_calls_itself() -> None:
    assert GATEWAY == SERVICE
