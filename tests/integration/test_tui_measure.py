"""The screen with what was measured: from the menu, with a history, and what it says where nothing can be measured."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from arriero.measure.history import row_of
from arriero.measure.values import Environment, Figure, FigureName, Measurement
from arriero.stack.world import World
from ports import free_port
from stack_world import all_down, make_world
from tui_driver import sitting

Open = Callable[[], World]


@pytest.fixture
async def opens(tmp_path: Path) -> AsyncIterator[Open]:
    port = free_port()

    def open_world() -> World:
        return make_world(tmp_path / "project", port)

    yield open_world
    await all_down(open_world())


async def test_what_was_measured_is_shown_and_an_inactive_model_is_not_measured(opens: Open) -> None:
    figures = (Figure(FigureName.GENERATION, 0, 61.0, 60.0, 62.0, 63.0, 5),)
    told = Environment("demo", "u", "m:1", version="abc")
    measured = Measurement("2026-11-22T12:00:00.000Z", 9.0, quick=True, whole=True, environment=told, figures=figures)
    opens().writable_state().record_measurement(row_of(measured))
    async with sitting(opens) as person:
        await person.press("m")
        await person.until_sees("qwen", "demo")
        await person.press("end", "enter")
        await person.until_sees("Medidas de demo", "61,0 tokens/s", "2026-11-22 12:00  abc")
        await person.press("m")
        await person.until_sees("activar demo")
        await person.press("escape")
        await person.until_not("Medidas de demo")
        await person.press("m")
        await person.press("enter")
        await person.until_sees("Pulsa m para medirlo")
