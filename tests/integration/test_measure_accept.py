"""`bench` and `accept` on the demo model in a real engine: the life cycle, and that all is as before."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from bench.rig import GGUF_SHA256

from arriero.config.loading import load
from arriero.core.ids import Reference
from arriero.core.paths import places
from arriero.core.progress import Progress, silent
from arriero.measure.accepting import Told, accept
from arriero.measure.errors import NothingActive
from arriero.measure.facts import facts_of
from arriero.measure.history import recall
from arriero.measure.lifecycle import as_before
from arriero.measure.measuring import Wish, measure
from arriero.measure.requirements import Verdict
from arriero.measure.targets import active_slots, slot_target
from arriero.measure.values import FigureName, Mark
from arriero.stack.activate import activate
from arriero.stack.deactivate import deactivate
from arriero.stack.plan import PlanOptions, plan
from arriero.stack.world import World, open_world
from arriero.store import media
from ports import free_port
from stack_world import REFERENCE, all_down, install

MISTRAL = "mistral:7b-instruct-v0.3-q4_K_M"
pytestmark = pytest.mark.timeout(300)  # the real model, beside whatever else the machine does


@pytest.fixture
async def world(tmp_path: Path, demo_gguf: Path) -> AsyncIterator[World]:
    """With a context that has no room for 2048 tokens, which would take a loaded machine a minute."""
    flags = {"slots.demo.port": str(free_port()), "slots.demo.context": "1024", "backend": "native"}
    flags |= {"docker.project": os.environ["ARRIERO_DOCKER__PROJECT"], "simulate": "rtx2070s,release=0.2"}
    root = tmp_path / "project"
    root.mkdir()
    made = await asyncio.to_thread(open_world, load(flags, {}, replace(places(), root=root)))
    install(made, demo_gguf, REFERENCE)
    await activate(made, "demo", silent)
    yield made
    await all_down(made)
    made.gpu.close()


async def nothing_known() -> Told:
    return Told(well=None, detail="not here")


async def broken() -> Told:
    return Told(well=False, detail="it broke")


async def test_the_specification_row_by_row_and_all_is_as_before(world: World) -> None:
    wishes = world.writable_state().desired()
    told = await accept(world, nothing_known, broken, silent)
    rows = {(row.name, row.slot): row for row in told.rows}
    assert rows["RNF-01.first_token", "demo"].verdict is Verdict.UNKNOWN
    assert rows["7.completion", "demo"].why is not None
    assert rows["RNF-02.recovery", "demo"].verdict is Verdict.MET
    assert rows["7.shutdown", "demo"].verdict is Verdict.MET  # the simulated card showed its memory as free
    assert rows["RNF-02.compose", "demo"].verdict is Verdict.UNKNOWN
    assert {rows[name, "demo"].verdict for name in ("RF-02", "7.generate")} == {Verdict.MET}
    uptime = rows["RNF-02.uptime", "demo"]
    assert uptime.why is not None
    assert (uptime.why.code, rows["7.generate", "qwen"].verdict) == ("uptime_short", Verdict.UNKNOWN)
    assert rows["7.toolkit", ""].verdict is Verdict.UNKNOWN
    assert [note.params for note in rows["7.editor", ""].remedies] == [{"detail": "it broke"}]
    assert "7.editor" in told.not_met
    measured = told.measurements[0]
    facts = await facts_of(world, await slot_target(world, "demo"), measured)
    offered = {choice.key for choice in (await plan(world, "demo", PlanOptions())).settings}
    assert "speculation" in offered - {key for key, _ in facts.faster_settings}  # edits are no requirement's
    assert await active_slots(world) == ("demo",)
    assert world.writable_state().desired() == wishes
    (remembered,) = recall(world, "demo")
    assert remembered == told.measurements[0]
    assert remembered.environment.digest == f"sha256:{GGUF_SHA256}"
    assert (remembered.environment.card_simulated, remembered.environment.quantisation) == (True, "Q4_1")


async def test_an_interruption_in_the_life_cycle_leaves_the_slot_active(world: World) -> None:
    reached = asyncio.Event()

    def stop_at(progress: Progress) -> None:
        if progress.step == "measure.life":
            reached.set()

    wish = Wish(quick=True, contexts=(64,), life_cycle=True, only=frozenset({FigureName.SHORT}))
    task = asyncio.create_task(measure(world, await slot_target(world, "demo"), wish, stop_at))
    await reached.wait()
    task.cancel()
    taken = await task
    assert taken.interrupted
    assert not taken.measurement.whole
    marks = {figure.name: figure.mark for figure in taken.measurement.figures}
    assert marks[FigureName.COLD] is Mark.PARTIAL
    assert marks[FigureName.SHORT] is not Mark.PARTIAL
    assert await active_slots(world) == ("demo",)
    assert recall(world, "demo")[0] == taken.measurement


def spoil(world: World, reference: str) -> None:
    """The model is there by name, and its bytes are none."""
    model = world.store.get(Reference.parse(reference))
    nothing = world.store.add_bytes(b"no model at all", media.MODEL)
    world.store.write_manifest(model.reference, model.config_layer, [nothing])


async def test_another_model_that_does_not_start_spoils_the_swap_alone(world: World, demo_gguf: Path) -> None:
    install(world, demo_gguf, MISTRAL)
    spoil(world, MISTRAL)
    wish = Wish(quick=True, contexts=(64,), life_cycle=True, only=frozenset({FigureName.SHORT}))
    taken = await measure(world, await slot_target(world, "demo"), wish, silent)
    figures = {figure.name: figure for figure in taken.measurement.figures}
    assert (figures[FigureName.COLD].samples, figures[FigureName.OFF].samples) == (1, 1)
    assert {figures[name].mark for name in (FigureName.COLD, FigureName.OFF)} == {Mark.NONE}
    assert (figures[FigureName.SWAP].mark, figures[FigureName.SWAP].samples) == (Mark.BROKEN, 0)
    assert "." in figures[FigureName.SWAP].detail
    assert await active_slots(world) == ("demo",)


async def test_what_cannot_be_brought_back_costs_no_figure(world: World) -> None:
    """Its model is none any more once it is off."""

    def spoil_at(progress: Progress) -> None:
        if progress.step == "measure.life":
            spoil(world, REFERENCE)

    wish = Wish(quick=True, contexts=(64,), life_cycle=True, only=frozenset({FigureName.SHORT}))
    taken = await measure(world, await slot_target(world, "demo"), wish, spoil_at)
    marks = {figure.name: figure.mark for figure in taken.measurement.figures}
    assert (marks[FigureName.OFF], marks[FigureName.COLD]) == (Mark.NONE, Mark.BROKEN)
    assert len(taken.failures) == 1
    assert not taken.measurement.whole
    assert recall(world, "demo")[0] == taken.measurement


async def test_what_was_off_is_off_again(world: World) -> None:
    await deactivate(world, "demo", silent)
    async with as_before(world, silent):
        await activate(world, "demo", silent)
    (seen,) = await world.backend.inspect([("demo", world.slot("demo").port)])
    assert seen.phase == "absent"
    assert not world.writable_state().desired()["demo"].active


async def test_an_interrupted_acceptance_tells_its_rows_and_brings_back_what_was_active(world: World) -> None:
    reached = asyncio.Event()

    async def hangs() -> Told:
        await deactivate(world, "demo", silent)  # whatever was being done: the slot is off when it is interrupted
        reached.set()
        await asyncio.Event().wait()
        raise AssertionError

    task = asyncio.create_task(accept(world, broken, hangs, silent))
    await reached.wait()
    task.cancel()
    told = await task
    assert told.interrupted
    assert ("RF-02", Verdict.MET) in {(row.name, row.verdict) for row in told.rows}
    assert "7.toolkit" in told.not_met
    assert await active_slots(world) == ("demo",)


async def test_a_probe_that_fails_brings_back_what_was_active(world: World) -> None:
    async def fails() -> Told:
        await deactivate(world, "demo", silent)
        raise NothingActive("demo")

    told = await accept(world, fails, broken, silent)
    assert isinstance(told.fault, NothingActive)
    assert ("RF-02", Verdict.MET) in {(row.name, row.verdict) for row in told.rows}
    assert await active_slots(world) == ("demo",)
    assert world.writable_state().desired()["demo"].active


async def test_a_slot_that_cannot_be_asked_has_rows_that_say_so(world: World, tmp_path: Path) -> None:
    """It demands a key that is not the one of the settings any more; the rest is told all the same."""
    for name in ("then", "now"):
        (tmp_path / name).write_text(f"key-of-{name}")
    await activate(with_key(world, tmp_path / "then"), "demo", silent)
    told = await accept(with_key(world, tmp_path / "now"), nothing_known, nothing_known, silent)
    assert {"RF-02", "7.generate"} <= set(told.not_met)
    assert told.rows[-1].name == "7.editor"
    assert told.measurements == ()


def with_key(world: World, file: Path) -> World:
    settings = world.configuration.settings
    engine = replace(settings.engine, api_key_file=file)
    return replace(world, configuration=replace(world.configuration, settings=replace(settings, engine=engine)))
