"""What `plan` expects is what was measured, once it was: of the same weights, context and cache, on the same card."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from arriero.measure.history import row_of
from arriero.measure.values import Environment, Figure, FigureName, Mark, Measurement, Remark
from arriero.stack.plan import PlanOptions, plan
from arriero.stack.world import World
from ports import free_port
from stack_world import REFERENCE, install, make_world

CARD = "NVIDIA GeForce RTX 2070 SUPER"


@pytest.fixture
def world(tmp_path: Path, demo_gguf: Path) -> World:
    made = make_world(tmp_path / "project", free_port())
    install(made, demo_gguf, REFERENCE)
    return made


def record(
    world: World, speed: float, *, mark: Mark = Mark.NONE, remarks: tuple[Remark, ...] = (), **environment: object
) -> None:
    model = world.store.get(world.slot("demo").variants[0].reference)
    weights = model.layer("model")
    assert weights
    told = Environment("demo", "u", REFERENCE, digest=weights.digest, context=4096, kv_cache="f16")
    figures = (
        Figure(FigureName.GENERATION, 0, speed, speed - 1, speed + 1, speed, 5, mark=mark),
        Figure(FigureName.TTFT_FRESH, 2048, 1.5, 1.4, 1.6, 1.7, 5),
    )
    here = replace(told, **environment)  # type: ignore[arg-type]
    measurement = Measurement("2026-11-22T12:00:00.000Z", 1.0, False, True, here, figures, remarks)
    world.writable_state().record_measurement(row_of(measurement))


async def test_without_a_card_it_is_the_processors(world: World) -> None:
    assert (await plan(world, "demo", PlanOptions())).expected is None
    record(world, 60.0)
    record(world, 99.0, card=CARD)
    expected = (await plan(world, "demo", PlanOptions())).expected
    assert json.loads(json.dumps(asdict(expected))) == {  # type: ignore[arg-type]
        "prompt_tokens": 2048,
        "tokens_per_s": [59.0, 61.0],
        "ttft_s": [1.4, 1.6],
        "source": "measured",
    }
    assert (await plan(world, "demo", PlanOptions(context=2048))).expected is None


async def test_on_a_card_it_is_that_cards(world: World) -> None:
    options = PlanOptions(gpu="RTX 2070 SUPER")
    formula = (await plan(world, "demo", options)).expected
    assert formula is not None
    assert formula.source == "formula"
    record(world, 60.0)
    record(world, 10.0, card=CARD, card_simulated=True)
    record(world, 11.0, card=CARD, kv_cache="q8_0")
    record(world, 12.0, card="NVIDIA GeForce RTX 3080")
    record(world, 13.0, card=CARD, mark=Mark.MISCOUNTED)
    record(world, 14.0, card=CARD, remarks=(Remark("busy", {"percent": 50}),))
    assert (await plan(world, "demo", options)).expected == formula
    record(world, 300.0, card=CARD)
    measured = (await plan(world, "demo", options)).expected
    assert measured is not None
    assert (measured.source, measured.tokens_per_s) == ("measured", (299.0, 301.0))
