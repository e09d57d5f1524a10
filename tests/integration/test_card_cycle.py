"""Real engines on a simulated card: who yields, what is waited for, what is named, what is a failure."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from arriero.cli.look import Look
from arriero.cli.render.outcome import render_outcome
from arriero.cli.render.status import render_status
from arriero.core.progress import Progress, silent
from arriero.hardware.gpu import Gpu
from arriero.hardware.simulated import DESKTOP_PID, VARIABLE
from arriero.hardware.values import GpuProcess, GpuState
from arriero.i18n.es import ES
from arriero.planner import ActionKind, DriftCode
from arriero.stack import card
from arriero.stack.activate import activate
from arriero.stack.deactivate import deactivate
from arriero.stack.down import down
from arriero.stack.errors import CardFull, CardNotReleased, CardUnusable
from arriero.stack.results import ModelState, ModelStatus, Processor
from arriero.stack.status import status
from arriero.stack.world import World
from ports import free_port
from stack_world import REFERENCE, all_down, install, make_world

LOOK = Look(ES)
NARROW = "rtx2070s,desktop=7.6G"
"""A card with room for one of the models: each takes 250 MB, and CUDA 450 MiB beside it."""
With = Callable[..., World]


@pytest.fixture
async def world(tmp_path: Path, demo_gguf: Path) -> AsyncIterator[World]:
    """Slots `demo` and `second`, both models installed, nothing active; no card of its own."""
    made = make_world(tmp_path / "project", free_port(), free_port())
    install(made, demo_gguf, REFERENCE, "second:135m")
    yield made
    await all_down(made)


@pytest.fixture
def on(world: World) -> Iterator[With]:
    """The same installation with another simulated card, as the next command would open it."""
    opened: list[Gpu] = []

    def make(text: str = "rtx2070s", limits_s: tuple[float, float] = (30.0, 30.0)) -> World:
        opened.append(Gpu("", text, world.configuration.settings.run_dir, limits_s=limits_s))
        return replace(world, gpu=opened[-1])

    yield make
    for gpu in opened:
        gpu.close()


@pytest.fixture
def foreign(world: World) -> Iterator[subprocess.Popen[bytes]]:
    """Another program, with 2 GiB on the card."""
    environ = {**os.environ, VARIABLE: f"2GiB@{world.configuration.settings.run_dir}"}
    command = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, env=environ)
    yield process
    process.communicate()


async def seen(world: World, slot: str) -> ModelStatus:
    return next(m for m in (await status(world)).models if m.id == slot)


async def child_on_card(world: World) -> GpuProcess:
    """The process of ours that holds memory there."""
    told = await status(world)
    others = {o.pid for o in told.others}
    (process,) = [p for p in told.gpu.processes if p.pid not in others]
    return process


async def test_a_model_is_on_the_card_and_its_bytes_are_told(on: With) -> None:
    world = on()
    before = (await status(world)).gpu
    await activate(world, "demo", silent)
    told = await status(world)
    assert next(m for m in told.models if m.id == "demo").processor is Processor.GPU
    assert (told.gpu.simulated, told.gpu.state) == (True, GpuState.READY)
    assert told.gpu.ours_bytes > 98_362_432  # the weights alone
    assert told.gpu.ours_bytes + told.gpu.others_bytes == told.gpu.used_bytes > before.used_bytes
    assert [o.pid for o in told.others if isinstance(o, GpuProcess)] == [DESKTOP_PID]
    assert "GPU (simulada): NVIDIA GeForce RTX 2070 SUPER" in render_status(told, LOOK)


async def test_a_swap_waits_until_the_driver_shows_the_bytes(on: With) -> None:
    world = on(f"{NARROW},release=1")
    await activate(world, "demo", silent)
    ended = await child_on_card(world)
    steps: list[Progress] = []
    outcome = await activate(world, "second", steps.append)
    awaited = [("backend.stop", "demo"), ("card.wait", ""), ("backend.start", "second")]
    assert [step for step in ((s.step, s.subject) for s in steps) if step in awaited] == awaited
    assert outcome.card.took_s > 1  # no sooner can the simulated driver have given them back
    assert ended.pid not in {p.pid for p in (await status(world)).gpu.processes}
    assert (await seen(world, "second")).processor is Processor.GPU


async def test_nobody_yields_where_both_provably_fit(on: With) -> None:
    world = on()
    await activate(world, "demo", silent)
    outcome = await activate(world, "second", silent)
    assert [(a.kind, a.reason.code) for a in outcome.plan.actions] == [(ActionKind.START, "fits_beside")]
    told = await status(world)
    assert [m.processor for m in told.models if m.state is ModelState.ACTIVE] == [Processor.GPU] * 2


async def test_down_tells_what_is_free_and_who_has_the_rest(on: With, foreign: subprocess.Popen[bytes]) -> None:
    world = on("rtx2070s,release=0.3")
    await activate(world, "demo", silent)
    outcome = await down(world, silent)
    assert (outcome.card.stuck, outcome.failures) == ((), ())
    assert outcome.card.free_bytes == (await status(world)).gpu.free_bytes
    assert {p.pid for p in outcome.card.others} == {foreign.pid, DESKTOP_PID}
    told = render_outcome(outcome, LOOK)
    assert re.search(r"^GPU \(simulada\): 5,\d\d GB libres en \d+,\d s$", told, re.MULTILINE)
    assert f"({foreign.pid}) 2,15 GB" in told
    assert foreign.poll() is None
    assert (await down(world, silent)).card.free_bytes == outcome.card.free_bytes  # also when there is nothing to end


async def test_a_foreign_process_is_named_and_never_touched(on: With, foreign: subprocess.Popen[bytes]) -> None:
    world = on("rtx2070s,desktop=6.2G")
    with pytest.raises(CardFull) as full:
        await activate(world, "demo", silent)
    assert any(f"({foreign.pid})" in holder for holder in full.value.holders)
    other = next(o for o in (await status(world)).others if o.pid == foreign.pid)
    assert other.vram_bytes == 2 << 30
    assert foreign.poll() is None


async def test_a_stuck_process_is_named_and_nothing_is_loaded_beside_it(
    on: With, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(card, "RELEASE_LIMIT_S", 0.3)
    world = on(f"{NARROW},fault=stuck")
    await activate(world, "demo", silent)
    stuck = await child_on_card(world)
    with pytest.raises(CardNotReleased) as refused:
        await activate(world, "second", silent)
    assert refused.value.holders == (str(stuck.pid),)  # it has ended: there is no name to it any more
    assert {m.id: m.state for m in (await status(world)).models}["second"] is ModelState.INACTIVE

    stopped = await deactivate(world, "demo", silent)
    assert [type(f) for f in stopped.failures] == [CardNotReleased]
    assert stopped.models[0].state is ModelState.INACTIVE
    assert stopped.card.stuck


@pytest.mark.parametrize(
    ("card_text", "error"),
    [("rtx2070s,desktop=8.3G", CardFull), ("rtx2070s,fault=lost", CardUnusable)],
)
async def test_a_load_that_fell_to_the_processor_is_a_failure_with_its_cause(
    on: With, card_text: str, error: type[Exception]
) -> None:
    world = on(card_text)
    with pytest.raises(error) as failed:
        await activate(world, "demo", silent)
    told = failed.value.params()
    assert told["slot"] == "demo"
    if error is CardFull:
        assert told["needed_bytes"] > told["free_bytes"]
        assert told["holders"] == [f"desktop (simulated) ({DESKTOP_PID})"]
    else:
        assert (told["state"], told["detail"]) == ("lost", "GPU is lost")
    assert (await seen(world, "demo")).state is ModelState.INACTIVE


async def test_a_card_lost_under_a_running_model_is_drift_until_it_is_back(on: With) -> None:
    await activate(on(), "demo", silent)
    lost = await seen(on("rtx2070s,fault=lost"), "demo")
    assert (lost.processor, [d.code for d in lost.drift]) == (Processor.CPU, [DriftCode.CARD_BROKEN])
    back = await seen(on(), "demo")
    assert (back.processor, back.drift) == (Processor.GPU, ())

    full = on("rtx2070s,desktop=8.3G")
    assert [d.code for d in (await seen(full, "demo")).drift] == [DriftCode.NO_ROOM]
    planned = await activate(full, "demo", silent, dry_run=True)
    assert [(a.kind, a.reason.code) for a in planned.plan.actions] == [(ActionKind.RESTART, "off_card")]


@pytest.mark.parametrize(
    ("fault", "state", "mended"),
    [
        ("mismatch", GpuState.VERSION_MISMATCH, "sudo reboot"),
        ("unknown", GpuState.UNKNOWN_ERROR, "nvidia_uvm"),
        ("library", GpuState.LIBRARY_MISSING, "apt install"),
        ("hang", GpuState.SILENT, "nvidia-smi"),
    ],
)
async def test_what_is_wrong_with_a_card_is_told_with_what_mends_it(
    on: With, fault: str, state: GpuState, mended: str
) -> None:
    told = await status(on(f"rtx2070s,fault={fault}", limits_s=(0.5 if fault == "hang" else 30.0, 30.0)))
    assert (told.gpu.state, told.gpu.free_bytes, told.gpu.ours_bytes) == (state, None, None)
    line = render_status(told, LOOK).splitlines()[1]
    assert line.startswith("GPU (simulada): ")
    assert mended in line
