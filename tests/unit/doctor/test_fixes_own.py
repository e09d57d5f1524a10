"""What is wrong with our own installation and the models is broken, seen, mended and looked at again; for real."""

from __future__ import annotations

import asyncio
import os
import stat
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from arriero.core.progress import silent
from arriero.doctor.checks.arriero import drift, key, processes
from arriero.doctor.mending import Ending
from arriero.stack.activate import activate
from doctor_machine import Machine
from stack_world import REFERENCE, all_down, install


@pytest.fixture(autouse=True)
def changeable(machine: Machine) -> None:
    machine.changeable()


async def test_a_key_that_others_can_read(machine: Machine, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("secret\n")
    file.chmod(0o644)
    configuration = machine.world.configuration
    engine = replace(configuration.settings.engine, api_key_file=file)
    asked = replace(configuration, settings=replace(configuration.settings, engine=engine))
    machine.world = replace(machine.world, configuration=asked)
    assert (await machine.mend(key.CHECK)).ending is Ending.FIXED
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_an_engine_of_a_slot_that_is_no_more(machine: Machine, tmp_path: Path) -> None:
    machine.real("kill")
    (tmp_path / "arriero").mkdir()
    (tmp_path / "arriero/engine.py").write_text("import sys; print('up', flush=True); sys.stdin.read()")
    run_dir = machine.world.configuration.settings.run_dir.absolute()
    engine = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "arriero.engine", "--slot", "long-gone"),
        cwd=tmp_path,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": "", "ARRIERO_SERVICE": f"long-gone@{run_dir}"},
    )
    try:
        assert engine.stdout
        assert await engine.stdout.readline() == b"up\n"
        mended = await machine.mend(processes.CHECK)
        await engine.wait()
    finally:
        await engine.communicate(b"")
    assert engine.returncode != 0
    assert mended.ending in (Ending.FIXED, Ending.FAILED)  # whether it was gone already when the check looked again
    assert await machine.kind(processes.CHECK) == "none"


async def test_what_was_asked_for_is_brought_about(machine: Machine, demo_gguf: Path) -> None:
    """It runs, and was asked not to."""
    install(machine.world, demo_gguf, REFERENCE)
    try:
        await activate(machine.world, "demo", silent)
        machine.world.writable_state().set_desired("demo", active=False, variant="135m")
        assert await machine.kind(drift.CHECK) == "differs"
        assert (await machine.mend(drift.CHECK)).ending is Ending.FIXED
        assert await machine.kind(drift.CHECK) == "in_step"
    finally:
        await all_down(machine.world)
