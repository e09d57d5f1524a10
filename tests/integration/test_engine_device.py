"""Of several cards, the one that the `gpu` setting names reaches a real child of the engine, by UUID."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from arriero.engine.errors import LoadFailed
from arriero.engine.llama.device import visible_devices
from arriero.engine.llama.launch import LaunchSpec
from arriero.engine.llama.process import Child
from arriero.hardware import gpu, presence
from arriero.runtime import proc

SOURCE = Path(__file__).resolve().parents[1] / "fake_nvml.c"
Machine = Callable[..., None]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine with so many cards as NVML tells of them; the library is compiled with NVIDIA's ABI."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("needs a C compiler (cc)")
    library = tmp_path / "libnvidia-ml.so.1"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-w", "-o", library, SOURCE], check=True)
    monkeypatch.setattr(gpu, "OPEN_LIMIT_S", 30.0)

    def make(cards: int = 2, **faults: object) -> None:
        monkeypatch.setattr(presence, "driver_loaded", lambda: True)
        monkeypatch.setattr(presence, "cards", lambda: cards)
        monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
        for name, value in {"CARDS": cards, **faults}.items():
            monkeypatch.setenv(f"FAKE_NVML_{name}", str(value))

    return make


@pytest.mark.parametrize(
    ("cards", "wanted", "told"),
    [
        (2, "t400", "GPU-00000002-0000"),
        (2, "1", "GPU-00000002-0000"),
        (2, "", "GPU-00000001-0000"),  # NVML's first one, which need not be CUDA's
        (1, "2070", "GPU-00000001-0000"),
        (1, "", None),
    ],
)
async def test_a_card_by_any_of_its_names(machine: Machine, cards: int, wanted: str, told: str | None) -> None:
    machine(cards)
    assert (await visible_devices(wanted, {})).get("CUDA_VISIBLE_DEVICES") == told


async def test_what_the_user_exported_holds_unless_the_setting_says_otherwise(machine: Machine) -> None:
    machine()
    exported = {"CUDA_VISIBLE_DEVICES": "1"}
    assert await visible_devices("", exported) == {}
    assert await visible_devices("2070", exported) == {"CUDA_VISIBLE_DEVICES": "GPU-00000001-0000"}


async def test_a_card_that_is_not_there_is_told_with_those_that_are(machine: Machine) -> None:
    machine()
    with pytest.raises(LoadFailed) as refused:
        await visible_devices("voodoo", {})
    assert "voodoo" in refused.value.detail
    assert "1: NVIDIA T400 (GPU-00000002-0000)" in refused.value.detail


async def test_a_card_that_cannot_be_asked_is_not_named(machine: Machine) -> None:
    machine(2, ERROR=999)
    assert await visible_devices("t400", {}) == {}


async def test_without_the_driver_nobody_is_asked() -> None:
    if presence.driver_loaded():
        pytest.skip("needs a machine without NVIDIA's driver")
    assert await visible_devices("t400", {}) == {}


async def test_the_child_is_told(machine: Machine, demo_gguf: Path, tmp_path: Path) -> None:
    machine()
    child = await Child.start(LaunchSpec(str(demo_gguf), 256, gpu="t400"), tmp_path / "1.sock", 60.0)
    try:
        assert proc.environment(child.pid)["CUDA_VISIBLE_DEVICES"] == "GPU-00000002-0000"
        assert "CUDA_VISIBLE_DEVICES" not in os.environ
    finally:
        await child.stop()
