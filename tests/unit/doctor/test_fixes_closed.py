"""What root left in a user's folders, seen and mended as that user: run as nobody, with a sudo that makes root."""

from __future__ import annotations

import pwd
from pathlib import Path

import pytest

from arriero.doctor.checks.arriero import owners
from arriero.doctor.checks.models import store
from arriero.doctor.checks.storage import models_folder
from arriero.doctor.mending import Ending
from doctor_machine import Machine, give, open_the_way
from stack_world import REFERENCE, install

NOBODY = 65534


@pytest.fixture
def nobodys(machine: Machine, tmp_path: Path) -> Machine:
    """All of it is nobody's but for what a test makes of it; `as_nobody` comes after that."""
    machine.changeable()
    machine.real("chown")
    machine.uid = NOBODY
    machine.user(pwd.getpwuid(NOBODY).pw_name, NOBODY, "nogroup", "nogroup")
    open_the_way(machine.folder)
    give(tmp_path, NOBODY)
    return machine


async def test_our_own_files(
    nobodys: Machine, needs_root: None, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    settings = nobodys.world.configuration.settings
    nobodys.world.writable_state()
    (settings.state_dir / "logs").mkdir(parents=True, exist_ok=True)
    give(tmp_path, NOBODY)
    left = settings.state_dir / "logs/arriero.log"
    left.touch()
    request.getfixturevalue("as_nobody")
    assert (await nobodys.sees(owners.CHECK)).finding.params["paths"] == (str(left),)
    assert (await nobodys.mend(owners.CHECK)).ending is Ending.FIXED


async def test_the_models_folder(nobodys: Machine, needs_root: None, request: pytest.FixtureRequest) -> None:
    (nobodys.world.configuration.settings.models_dir / "blobs").mkdir(parents=True)
    open_the_way(nobodys.world.configuration.settings.models_dir)
    request.getfixturevalue("as_nobody")
    assert await nobodys.kind(models_folder.CHECK) == "closed"
    assert (await nobodys.mend(models_folder.CHECK)).ending is Ending.FIXED


async def test_a_models_files(
    nobodys: Machine, needs_root: None, demo_gguf: Path, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    install(nobodys.world, demo_gguf, REFERENCE)
    models = nobodys.world.configuration.settings.models_dir
    give(tmp_path, NOBODY)
    give(models / "manifests", 0)
    request.getfixturevalue("as_nobody")
    assert await nobodys.kind(store.CHECK) == "closed"
    assert (await nobodys.mend(store.CHECK)).ending is Ending.FIXED
