"""The guard's rounds over real engines and a simulated card: what it heals, what it leaves, to whom it gives way."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from arriero.core.progress import silent
from arriero.guard import patience
from arriero.guard.watching import QUIET_S, Watcher
from arriero.hardware.gpu import Gpu
from arriero.hardware.processes import born, started_at
from arriero.hardware.simulated import VARIABLE
from arriero.stack.activate import activate
from arriero.stack.guard_notes import GuardNotes, load_notes
from arriero.stack.results import ModelState, ModelStatus, Processor
from arriero.stack.status import status
from arriero.stack.world import World
from stack_world import REFERENCE, all_down, install, make_world

NEVER = "rtx2070s,revoked=1e12"
"""A card that no process gets back, however often it is started."""


class HandClock:
    """Stands still until a test turns it."""

    def __init__(self) -> None:
        self.passed_s = 0.0

    def now(self) -> datetime:
        return datetime(2026, 5, 4, 12, 0, tzinfo=UTC) + timedelta(seconds=self.passed_s)

    def monotonic(self) -> float:
        return self.passed_s

    async def sleep(self, seconds: float) -> None:
        self.passed_s += seconds


class Stage:
    """One installation whose card, and whose programs, a test changes under a guard that goes on."""

    def __init__(self, world: World) -> None:
        self.clock, self.program, self.card = HandClock(), "", "rtx2070s"
        self._world, self._opened = world, list[Gpu]()
        self.watcher = Watcher(self.world, self.clock, lambda _: self.program)

    def world(self) -> World:
        settings = replace(self._world.configuration.settings, simulate=self.card)
        self._opened.append(Gpu("", self.card, settings.run_dir, limits_s=(30.0, 30.0)))
        return replace(
            self._world, gpu=self._opened[-1], configuration=replace(self._world.configuration, settings=settings)
        )

    async def round(self, after_s: float = 60.0) -> GuardNotes:
        self.clock.passed_s += after_s
        await self.watcher.round()
        notes = load_notes(self._world.configuration.settings.run_dir)
        assert notes is not None
        return notes

    async def seen(self, slot: str = "demo") -> ModelStatus:
        return next(m for m in (await status(self.world())).models if m.id == slot)

    async def lost_card(self) -> str:
        """The card as it is when whoever is on it now has lost it."""
        told = await status(self.world())
        others = {o.pid for o in told.others}
        (child,) = [p.pid for p in told.gpu.processes if p.pid not in others]
        return f"rtx2070s,revoked={started_at(born(child)[1]) + 0.01}"

    def audit(self) -> list[tuple[str, str | None, str]]:
        lines = self._world.writable_state().transitions(limit=30)
        return [(t.command, t.slot, t.outcome) for t in lines if t.command == "guard"]

    def close(self) -> None:
        self.watcher.close()
        for gpu in self._opened:
            gpu.close()


@pytest.fixture
async def stage(tmp_path: Path, demo_gguf: Path, free_port: int) -> AsyncIterator[Stage]:
    world = make_world(tmp_path / "project", free_port)
    install(world, demo_gguf, REFERENCE)
    made = Stage(world)
    await activate(made.world(), "demo", silent)
    yield made
    made.close()
    await all_down(world)


@pytest.fixture
def foreign(tmp_path: Path) -> Iterator[Callable[[Path], subprocess.Popen[bytes]]]:
    """Another program, with nearly all of the card."""
    started: list[subprocess.Popen[bytes]] = []

    def start(run_dir: Path) -> subprocess.Popen[bytes]:
        environ = {**os.environ, VARIABLE: f"7.04GiB@{run_dir}"}
        command = [sys.executable, "-c", "import sys; print(flush=True); sys.stdin.read()"]
        started.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ))
        started[-1].stdout.readline()
        return started[-1]

    yield start
    for process in started:
        process.communicate()


async def test_a_lost_card_is_healed(stage: Stage) -> None:
    assert (await stage.round()).troubles == ()
    before = await stage.seen()
    stage.card = await stage.lost_card()
    assert ((await stage.seen()).processor, (await stage.seen()).pid) == (Processor.CPU, before.pid)
    assert (await stage.round()).troubles == ()
    after = await stage.seen()
    assert (after.state, after.processor, after.drift) == (ModelState.ACTIVE, Processor.GPU, ())
    assert after.pid != before.pid
    assert stage.audit() == [("guard", "demo", "done")]


async def test_what_no_restart_helps_is_tried_told_and_left_where_it_answers(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "WAITS_S", (0, 60))
    stage.card = NEVER
    (first,) = (await stage.round()).troubles
    assert (first.slot, first.cause, first.tries, first.fault) == ("demo", "card_not_used", 1, "card.not_used")
    once = await stage.seen()
    assert (once.state, once.processor, once.pid) == (ModelState.ACTIVE, Processor.CPU, first.pid)

    assert (await stage.round(after_s=30)).troubles == (first,)  # not yet again
    (last,) = (await stage.round(after_s=3600)).troubles
    assert (last.tries, last.next_try_at, last.pid != once.pid) == (2, None, True)
    assert (await stage.round(after_s=3600)).troubles == (last,)
    assert (await stage.seen()).pid == last.pid
    assert stage.audit() == [("guard", "demo", "failed: card.not_used")] * 2


async def test_a_card_that_cannot_be_used_is_told_and_waited_for(stage: Stage) -> None:
    before = await stage.seen()
    lost = await stage.lost_card()
    stage.card = "rtx2070s,fault=lost"
    for _ in range(2):
        (told,) = (await stage.round(after_s=3600)).troubles
        assert (told.cause, told.tries, told.next_try_at) == ("card_broken", 0, None)
    assert (await stage.seen()).pid == before.pid
    stage.card = lost  # the card is back, and the process that had it has not
    assert (await stage.round()).troubles == ()
    assert (await stage.seen()).processor is Processor.GPU


async def test_another_programs_process_is_left_alone_and_outwaited(
    stage: Stage, foreign: Callable[[Path], subprocess.Popen[bytes]]
) -> None:
    before = await stage.seen()
    other = foreign(stage.world().configuration.settings.run_dir)
    stage.card = await stage.lost_card() + ",desktop=800M"
    (told,) = (await stage.round()).troubles
    assert (told.cause, told.tries) == ("no_room", 0)
    assert (other.poll(), (await stage.seen()).pid) == (None, before.pid)
    other.communicate()
    assert (await stage.round()).troubles == ()
    assert (await stage.seen()).processor is Processor.GPU


async def test_the_card_is_given_to_a_program_and_comes_back(stage: Stage) -> None:
    stage.program = "supertux2 (4711)"
    notes = await stage.round()
    assert (notes.yielded.program, notes.yielded.slots) == ("supertux2 (4711)", ("demo",))
    assert (await stage.seen()).state is ModelState.INACTIVE

    stage.watcher = Watcher(stage.world, stage.clock, lambda _: stage.program)  # another guard knows it too
    assert (await stage.round()).yielded == notes.yielded
    stage.program = ""
    await stage.round()
    assert (await stage.seen()).state is ModelState.INACTIVE  # its next part may be starting
    assert (await stage.round(after_s=QUIET_S)).yielded is None
    back = await stage.seen()
    assert (back.state, back.processor) == (ModelState.ACTIVE, Processor.GPU)
    assert stage.audit() == [("guard", None, "done")] * 2


async def test_what_is_activated_beside_a_program_stays_and_nothing_is_brought_back(stage: Stage) -> None:
    stage.program = "supertux2 (4711)"
    await stage.round()
    await activate(stage.world(), "demo", silent)
    chosen = await stage.seen()
    await stage.round()
    stage.program = ""
    await stage.round()
    assert (await stage.round(after_s=QUIET_S)).yielded is None
    assert (await stage.seen()).pid == chosen.pid
    assert stage.audit() == [("guard", None, "done")]
