"""The machine as it is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import made_results as made
import pytest

from arriero.cli.look import Look
from arriero.cli.render.hardware import render_hardware
from arriero.hardware import gpu as gpu_module
from arriero.hardware.machine import DiskSnapshot, MachineSnapshot
from arriero.hardware.values import GpuSnapshot, GpuState
from arriero.i18n.en import EN
from arriero.i18n.es import ES
from arriero.runtime.docker.errors import DockerMissing
from arriero.runtime.docker.probe import EngineSnapshot
from arriero.stack.machine import HardwareSnapshot, watch_hardware

MACHINE = MachineSnapshot(
    processor="AMD Ryzen 5 3600",
    cores=12,
    memory_bytes=16_000_000_000,
    memory_available_bytes=9_100_000_000,
    kernel="6.17.0-5-generic",
    distribution="Ubuntu 25.10",
    disks=(
        DiskSnapshot("models", Path("/home/ana/.ollama/models"), 500_000_000_000, 61_000_000_000),
        DiskSnapshot("database", Path("/home/ana/arriero/.models.db"), 500_000_000_000, 61_000_000_000),
        DiskSnapshot("run", Path("/run/user/1000/arriero"), 1_600_000_000, 1_500_000_000),
    ),
)
DOCKER = EngineSnapshot(
    endpoint="unix:///var/run/docker.sock",
    origin="default",
    version="29.7.2",
    api_version="1.53",
    system="Ubuntu 25.10",
    kernel="6.17.0-5-generic",
    root_dir="/var/lib/docker",
    image_dirs=("/var/lib/docker",),
    rootless=False,
    desktop=False,
    nvidia_runtime=True,
    containers_running=1,
)
CARD = replace(
    made.GPU,
    simulated=False,
    driver="580.82.09",
    compute_capability="7.5",
    utilisation_percent=0,
    temperature_c=61,
    temperature_limit_c=93,
    power_w=31.4,
    power_limit_w=215.0,
)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loaded machine is no silent card."""
    monkeypatch.setattr(gpu_module, "OPEN_LIMIT_S", 30.0)
    monkeypatch.setattr(gpu_module, "LOOK_LIMIT_S", 30.0)


@pytest.mark.parametrize("texts", [ES, EN], ids=["es", "en"])
def test_the_card_and_the_machine(texts, check_golden: Callable[[str, str], None]) -> None:
    two = replace(CARD, gpus=("0: NVIDIA GeForce RTX 2070 SUPER (GPU-1)", "1: NVIDIA T400 (GPU-2)"))
    seen = (
        HardwareSnapshot(CARD, MACHINE, docker=DOCKER),
        HardwareSnapshot(made.GPU, MACHINE, docker_fault=DockerMissing()),
        HardwareSnapshot(two, MACHINE, docker=replace(DOCKER, nvidia_runtime=False)),
    )
    told = [render_hardware(one, Look(texts)) for one in seen]
    check_golden(f"hardware.{texts.language}.txt", "\n\n".join(told) + "\n")


@pytest.mark.parametrize(
    "gpu", [GpuSnapshot(state, detail="word", gpus=("0: x (GPU-1)",)) for state in GpuState if state != "ready"]
)
@pytest.mark.parametrize("texts", [ES, EN], ids=["es", "en"])
def test_every_state_of_a_card_has_its_line(texts, gpu: GpuSnapshot) -> None:
    line = render_hardware(HardwareSnapshot(gpu, MACHINE), Look(texts)).splitlines()[0]
    assert line.startswith("GPU: ")
    assert "{" not in line


def test_this_machine_with_a_simulated_card(arriero) -> None:
    run = arriero("hardware", "--json", "--simulate", "rtx2070s")
    data = json.loads(run.out)["data"]
    assert (run.code, data["gpu"]["simulated"], data["gpu"]["state"]) == (0, True, "ready")
    assert [disk["place"] for disk in data["machine"]["disks"]] == ["models", "database", "state", "run"]
    assert (data["docker"] is None) != (data["docker_fault"] is None)
    assert "GPU (simulada): NVIDIA GeForce RTX 2070 SUPER" in arriero("equipo", "--simulate", "rtx2070s").out
    assert arriero("hardware", "--watch", "--json").code == 2


async def test_it_is_told_again_and_again(own_home: Path) -> None:
    from arriero.config.loading import load
    from arriero.core.paths import places

    settings = load({"simulate": "rtx2070s"}, {}, places()).settings
    seen = watch_hardware(settings, 0.01)
    assert [(await anext(seen)).gpu.state for _ in range(3)] == [GpuState.READY] * 3
    await seen.aclose()
