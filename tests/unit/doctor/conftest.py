"""A machine for each test of the doctor's."""

import os
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from arriero.config.specs import BackendChoice
from arriero.doctor import examining, host
from doctor_machine import Machine, make_machine

NOBODY = 65534
LATE = ("concurrent.futures.thread", "arriero.stack.describing", "arriero.doctor.install", "arriero.registry.client")


@pytest.fixture
def machine(tmp_path: Path, free_port: int, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Checks have all the time that they take: how long each may take is tried elsewhere."""
    monkeypatch.setattr("arriero.doctor.examining.CHECK_LIMIT_S", 60.0)
    folder = tmp_path / "machine"
    folder.mkdir()
    return make_machine(folder, free_port)


@pytest.fixture
def wanting(machine: Machine) -> None:
    """The machine's settings ask for containers."""
    configuration = machine.world.configuration
    changed = replace(configuration.settings, backend=BackendChoice.DOCKER)
    machine.world = replace(machine.world, configuration=replace(configuration, settings=changed))


@pytest.fixture
def as_nobody(needs_root: None) -> Iterator[None]:
    """A user to whom something can be closed. What is imported late is imported before: Python may be root's own."""
    for name in LATE:
        import_module(name)
    os.seteuid(NOBODY)
    yield
    os.seteuid(0)


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is busy with other tests is given the time to start a program."""
    monkeypatch.setattr(host, "TOOL_LIMIT_S", 30.0)
    monkeypatch.setattr(examining, "CHECK_LIMIT_S", 45.0)


@pytest.fixture
def hurried(unhurried: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits that users have."""
    monkeypatch.setattr(host, "TOOL_LIMIT_S", 2.0)
    monkeypatch.setattr(examining, "CHECK_LIMIT_S", 3.0)
