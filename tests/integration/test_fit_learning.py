"""What a load really took is kept and told beside the formula, and corrects the next plan."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from arriero.core.ids import Reference
from arriero.core.progress import silent
from arriero.planner.fit.gpus import require_gpu
from arriero.planner.fit.placing import Verdict
from arriero.stack.activate import activate
from arriero.stack.plan import PlanOptions, plan, reserve_bytes
from arriero.stack.shapes import KeptShape, local_shape
from arriero.stack.status import status
from arriero.stack.world import World
from arriero.state import MeasuredLoad
from ports import free_port
from stack_world import REFERENCE, all_down, install, make_world

MIB = 1 << 20
CARD = require_gpu("RTX 2070 SUPER")


@pytest.fixture
async def world(tmp_path: Path, demo_gguf: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path / "project", free_port())
    install(made, demo_gguf, REFERENCE)
    yield made
    await all_down(made)


def loads(world: World, digest: str) -> list[MeasuredLoad]:
    return world.writable_state().loads(digest, 4096, "f16", 1)


async def test_the_engines_own_figures_after_a_real_load(world: World) -> None:
    """llama.cpp on the processor, as the engine tells it in /api/ps."""
    before = await plan(world, "demo", PlanOptions())
    assert (before.source, before.measured, before.verdict) == ("formula", None, Verdict.CPU)
    await activate(world, "demo", silent)
    after = await plan(world, "demo", PlanOptions())
    assert after.source == "measured"
    assert after.measured is not None
    assert after.total_bytes == after.measured.total_bytes != before.total_bytes
    assert after.measured.formula_bytes == before.total_bytes
    assert abs(after.measured.error) <= 0.01
    assert abs(before.total_bytes - after.total_bytes) <= 2 * MIB
    assert after.measured.engine.startswith("native ")
    other = await plan(world, "demo", PlanOptions(context=2048))
    assert other.source == "formula"


async def test_what_the_formula_was_short_of_is_missing_in_the_budget(world: World) -> None:
    options = PlanOptions(gpu=CARD.name)
    formula = await plan(world, "demo", options)
    assert (formula.verdict, formula.largest_context["f16"]) == (Verdict.GPU, 2048 * 4)
    short = CARD.visible_bytes - reserve_bytes(world) - formula.total_bytes
    await seen_on_card(world, CARD.visible_bytes - reserve_bytes(world) + MIB)
    learnt = await plan(world, "demo", options)
    assert (learnt.source, learnt.verdict) == ("measured", Verdict.MIXED)
    assert learnt.measured is not None
    assert learnt.measured.total_bytes == formula.total_bytes + short + MIB
    assert learnt.vram_budget_bytes == formula.vram_budget_bytes


async def seen_on_card(world: World, total_bytes: int) -> None:
    """As if a real card had shown it: there is none here."""
    model = await asyncio.to_thread(world.store.get, world.configuration.slots[-1].variants[0].reference)
    weights = model.layer("model")
    assert weights is not None
    load = MeasuredLoad(
        weights.digest, 4096, "f16", 1, "docker 0.33.0", CARD.name, total_bytes, total_bytes, world.clock.now()
    )
    world.writable_state().record_loads([load])
    part = replace(load, engine="docker 0.34.0", vram_bytes=total_bytes // 2)  # not wholly on the card: no measure
    world.writable_state().record_loads([part])
    assert len(loads(world, weights.digest)) == 2


@pytest.mark.parametrize(("quantization", "told"), [("Q4_K_M", True), ("Q8_0", False)])
async def test_a_second_copy_on_the_processor_is_explained(world: World, quantization: str, told: bool) -> None:
    """What CPU_REPACK adds, as the engine's figure has it."""
    found = local_shape(world, Reference.parse(REFERENCE))
    assert found is not None
    assert found.digest is not None
    shape = replace(found.shape, quantization=quantization)
    KeptShape.of_model(world, Reference.parse(REFERENCE)).save(found.digest, shape)
    formula = await plan(world, "demo", PlanOptions())
    total_bytes = formula.total_bytes + formula.weights_bytes
    load = MeasuredLoad(found.digest, 4096, "f16", 1, "native 0.33.0", "", total_bytes, 0, world.clock.now())
    world.writable_state().record_loads([load])
    measured = await plan(world, "demo", PlanOptions())
    assert measured.total_bytes == total_bytes
    assert ("fit.second_copy" in [reason.code for reason in measured.reasons]) == told


async def test_looking_again_keeps_one_line_for_one_load(world: World) -> None:
    await activate(world, "demo", silent)
    for _ in range(2):
        await status(world)
    model = await asyncio.to_thread(world.store.get, world.configuration.slots[-1].variants[0].reference)
    weights = model.layer("model")
    assert weights is not None
    (kept,) = loads(world, weights.digest)
    assert (kept.card, kept.vram_bytes) == ("", 0)
