"""Our own installation made wrong on purpose: environment, files of others, key, database, strays, drift."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from arriero.core import paths
from arriero.doctor.check import Check, Finding, Grade
from arriero.doctor.checks.arriero import backend, database, drift, environment, key, owners, processes
from arriero.doctor.host import Host
from arriero.doctor.site import Site
from arriero.runtime.docker.errors import DockerMissing
from doctor_machine import Machine
from stack_world import make_world

LOCK = """\
pip==1.2.3 \\
    --hash=sha256:0133c3c3b54a0bf1e71fa5c1ad95c93f07fd54e24ef1fe182f5122e1573d2bf1
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    (root / "requirements").mkdir(parents=True)
    (root / ".venv").mkdir()
    monkeypatch.setattr(paths, "PROJECT_ROOT", root)
    return root


async def test_an_environment_that_is_behind(machine: Machine, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await machine.kind(environment.CHECK) == "no_lock"
    (project / "requirements/runtime.in").write_text("pip  # for wheels\n")
    (project / "requirements/runtime.txt").write_text(LOCK)
    seen = (await machine.sees(environment.CHECK)).finding
    assert (seen.kind, seen.params["packages"]) == ("incomplete", ("pip 1.2.3",))
    monkeypatch.setattr(environment, "version", {"pip": "1.2.3"}.__getitem__)
    assert await machine.kind(environment.CHECK) == "other_python"
    monkeypatch.setattr(sys, "prefix", str(project / ".venv"))
    assert await machine.kind(environment.CHECK) == "outdated"
    (project / ".venv/made-from.txt").write_text(LOCK)
    assert await machine.kind(environment.CHECK) == "in_step"


async def _as_user(machine: Machine, check: Check, uid: int) -> Finding:
    return await check.look(Site(Host(machine.environ, machine.root, uid), machine.world))


async def test_files_that_are_not_the_users(machine: Machine) -> None:
    state_dir = machine.world.configuration.settings.state_dir
    (state_dir / "logs").mkdir(parents=True)
    (state_dir / "logs/arriero.log").touch()
    assert (await _as_user(machine, owners.CHECK, 0)).kind == "root"
    mine = os.geteuid()
    if mine:
        assert (await _as_user(machine, owners.CHECK, mine)).kind == "own"
    told = await _as_user(machine, owners.CHECK, mine + 1)
    assert told.kind == "foreign"
    assert str(state_dir) in told.params["paths"]  # type: ignore[operator]
    assert str(state_dir / "logs/arriero.log") not in told.params["paths"]  # type: ignore[operator]  # the top is enough


async def test_one_foreign_file_among_our_own(machine: Machine, needs_root: None) -> None:
    settings = machine.world.configuration.settings
    (settings.state_dir / "logs").mkdir(parents=True)
    foreign = settings.state_dir / "logs/arriero.log"
    foreign.touch()
    for path in (settings.state_dir, settings.state_dir / "logs", *owners.own_places(machine.site)):
        if path.exists():
            os.chown(path, 1000, 1000)
    assert (await _as_user(machine, owners.CHECK, 1000)).params["paths"] == (str(foreign),)
    os.chown(foreign, 1000, 1000)
    assert (await _as_user(machine, owners.CHECK, 1000)).kind == "own"


async def test_the_key(machine: Machine, tmp_path: Path) -> None:
    assert (await machine.sees(key.CHECK)).grade is Grade.SKIPPED
    file = tmp_path / "key"
    configuration = machine.world.configuration
    engine = replace(configuration.settings.engine, api_key_file=file)
    asked = replace(configuration, settings=replace(configuration.settings, engine=engine))
    machine.world = replace(machine.world, configuration=asked)
    assert await machine.kind(key.CHECK) == "missing"
    file.touch(mode=0o644)
    assert await machine.kind(key.CHECK) == "empty"
    file.write_text("secret\n")
    assert await machine.kind(key.CHECK) == "readable"
    file.chmod(0o600)
    assert await machine.kind(key.CHECK) == "kept"


async def test_a_database_that_is_none(machine: Machine, tmp_path: Path, free_port: int) -> None:
    assert await machine.kind(database.CHECK) == "sound"
    root = tmp_path / "broken"
    root.mkdir()
    (root / ".models.db").write_bytes(b"this is no database at all" * 100)
    machine.world = make_world(root, free_port)
    seen = await machine.sees(database.CHECK)
    assert (seen.finding.kind, seen.grade) == ("set_aside", Grade.WARNING)
    assert seen.finding.params["moved"]


async def test_a_database_that_cannot_be_opened(machine: Machine, tmp_path: Path, free_port: int) -> None:
    root = tmp_path / "closed"
    (root / ".models.db").mkdir(parents=True)
    machine.world = make_world(root, free_port)
    seen = await machine.sees(database.CHECK)
    assert (seen.finding.kind, seen.grade) == ("closed", Grade.ERROR)
    assert seen.finding.params["detail"] is machine.world.state_fault


class Blind:
    """A backend that cannot be looked at."""

    kind = "docker"

    async def inspect(self, _slots: object) -> list[object]:
        raise DockerMissing

    def remarks(self) -> tuple[()]:
        return ()


async def test_a_backend_that_cannot_be_looked_at(machine: Machine) -> None:
    assert await machine.kind(backend.CHECK) == "seen"
    machine.world = replace(machine.world, backend=Blind())  # type: ignore[arg-type]
    seen = await machine.sees(backend.CHECK)
    assert (seen.finding.kind, seen.finding.params["backend"]) == ("blind", "docker")


async def test_what_was_asked_for_and_is_not_there(machine: Machine) -> None:
    assert await machine.kind(drift.CHECK) == "in_step"
    machine.world.writable_state().set_desired("demo", active=True, variant="135m")
    seen = await machine.sees(drift.CHECK)
    assert (seen.finding.kind, seen.grade) == ("differs", Grade.WARNING)
    assert "demo (gone)" in seen.finding.params["slots"]  # type: ignore[operator]
    machine.world.writable_state().set_desired("demo", active=False, variant="135m")
    assert await machine.kind(drift.CHECK) == "in_step"


@pytest.mark.parametrize(("slot", "expected"), [("demo", "orphaned"), ("long-gone", "undeclared")])
async def test_an_engine_that_nobody_looks_after(machine: Machine, tmp_path: Path, slot: str, expected: str) -> None:
    """Known by its command and its mark, as the backend knows it; what it would serve is of no interest here."""
    assert await machine.kind(processes.CHECK) == "none"
    (tmp_path / "arriero").mkdir()
    (tmp_path / "arriero/engine.py").write_text("import sys; print('up', flush=True); sys.stdin.read()")
    run_dir = machine.world.configuration.settings.run_dir.absolute()
    engine = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "arriero.engine", "--slot", slot),
        cwd=tmp_path,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": "", "ARRIERO_SERVICE": f"{slot}@{run_dir}"},
    )
    try:
        assert engine.stdout
        assert await engine.stdout.readline() == b"up\n"
        seen = (await machine.sees(processes.CHECK)).finding
        assert (seen.kind, seen.params["pids"]) == (expected, (engine.pid,))
    finally:
        await engine.communicate(b"")
    assert await machine.kind(processes.CHECK) == "none"
