"""A machine for each test of the doctor's."""

from dataclasses import replace
from pathlib import Path

import pytest

from arriero.config.specs import BackendChoice
from doctor_machine import Machine, make_machine


@pytest.fixture
def machine(tmp_path: Path, free_port: int) -> Machine:
    folder = tmp_path / "machine"
    folder.mkdir()
    return make_machine(folder, free_port)


@pytest.fixture
def wanting(machine: Machine) -> None:
    """The machine's settings ask for containers."""
    configuration = machine.world.configuration
    changed = replace(configuration.settings, backend=BackendChoice.DOCKER)
    machine.world = replace(machine.world, configuration=replace(configuration, settings=changed))
