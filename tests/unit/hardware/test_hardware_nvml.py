"""NVML as it is: `pynvml` over a library with NVIDIA's ABI that is compiled here, in the process that asks it."""

import os
import shutil
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import psutil
import pytest

from arriero.hardware import presence
from arriero.hardware.gpu import Gpu
from arriero.hardware.values import GpuSnapshot, GpuState

SOURCE = Path(__file__).resolve().parents[2] / "fake_nvml.c"
Look = Callable[..., Awaitable[GpuSnapshot]]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with libnvidia-ml.so.1."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("needs a C compiler (cc)")
    made = tmp_path_factory.mktemp("nvml") / "libnvidia-ml.so.1"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-w", "-o", made, SOURCE], check=True)
    return made.parent


@pytest.fixture
def look(library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Look]:
    """Looks at the card with these FAKE_NVML_… set."""
    monkeypatch.setattr(presence, "driver_loaded", lambda: True)
    monkeypatch.setenv("LD_LIBRARY_PATH", str(library))
    opened: list[Gpu] = []

    async def ask(wanted: str = "", limit_s: float = 30.0, **faults: object) -> GpuSnapshot:
        for name, value in faults.items():
            monkeypatch.setenv(f"FAKE_NVML_{name}", str(value))
        opened.append(Gpu(wanted, "", tmp_path, limits_s=(limit_s, limit_s)))
        return await opened[-1].look()

    yield ask
    for gpu in opened:
        gpu.close()


async def test_every_figure_comes_through(look: Look) -> None:
    me = os.getpid()
    seen = await look(PIDS=f"{me}:4194305")
    assert (seen.state, seen.simulated, seen.index) == (GpuState.READY, False, 0)
    assert (seen.name, seen.compute_capability, seen.driver) == ("NVIDIA GeForce RTX 2070 SUPER", "7.5", "580.82.09")
    assert (seen.total_bytes, seen.used_bytes, seen.free_bytes) == (8 << 30, 3 << 30, 5 << 30)
    assert (seen.display, seen.utilisation_percent, seen.temperature_c, seen.temperature_limit_c) == (True, 42, 61, 93)
    assert (seen.power_w, seen.power_limit_w) == (None, 215.0)  # this card does not know what it draws
    mine, gone = seen.processes
    assert (mine.pid, mine.vram_bytes, mine.process != "", "python" in mine.command) == (me, 2 << 30, True, True)
    assert (gone.pid, gone.vram_bytes, gone.process) == (4194305, 1 << 30, "")


@pytest.mark.parametrize(
    ("mask", "slowed_by"),
    [(0x0, ""), (0x1, ""), (0x4, ""), (0x20, "heat"), (0x40, "heat"), (0x8, "heat"), (0x80, "power"), (0xA4, "power")],
)
async def test_what_holds_the_clocks_back(look: Look, mask: int, slowed_by: str) -> None:
    """Idle and the power cap are how a card lives; heat and a weak supply are not."""
    assert (await look(SLOWED=mask)).slowed_by == slowed_by


@pytest.mark.parametrize(
    ("fault", "state", "words"),
    [
        ({"ERROR": 9}, GpuState.NO_DRIVER, ""),
        ({"ERROR": 4}, GpuState.NO_PERMISSION, ""),
        ({"ERROR": 18}, GpuState.VERSION_MISMATCH, "version mismatch"),
        ({"ERROR": 999}, GpuState.UNKNOWN_ERROR, "Unknown Error"),
        ({"LOST": 1}, GpuState.LOST, "GPU is lost"),
        ({"CARDS": 0}, GpuState.LOST, "No devices were found"),
    ],
    ids=str,
)
async def test_what_keeps_the_card_from_telling_is_a_state(
    look: Look, fault: dict[str, int], state: GpuState, words: str
) -> None:
    seen = await look(**fault)
    assert (seen.state, words in seen.detail, seen.name, seen.total_bytes) == (state, True, None, None)
    assert state.broken == (state is not GpuState.NO_DRIVER)


async def test_a_driver_that_hangs_holds_nobody_up(look: Look) -> None:
    assert (await look(limit_s=0.5, HANG=1)).state is GpuState.SILENT


async def test_a_missing_library_is_told(look: Look, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    assert (await look()).state is GpuState.LIBRARY_MISSING


@pytest.mark.parametrize(
    ("wanted", "index"),
    [("", 0), ("1", 1), ("2070", 0), ("t400", 1), ("gpu-00000002-0000", 1), ("2", None), ("NVIDIA", None)],
)
async def test_of_several_cards_the_setting_chooses_one(look: Look, wanted: str, index: int | None) -> None:
    seen = await look(wanted, CARDS=2)
    assert (seen.index, seen.state is GpuState.NOT_FOUND) == (index, index is None)
    assert seen.gpus[1] == "1: NVIDIA T400 (GPU-00000002-0000)"


def askers() -> list[psutil.Process]:
    return [c for c in psutil.Process().children() if "arriero.hardware.nvml_child" in c.cmdline()]


async def test_a_card_whose_asker_was_killed_is_asked_anew(look: Look, tmp_path: Path) -> None:
    gpu = Gpu("", "", tmp_path, limits_s=(30.0, 30.0))
    assert (await gpu.look()).state is GpuState.READY
    (child,) = askers()
    child.kill()
    psutil.wait_procs([child], timeout=10)
    assert (await gpu.look()).state is GpuState.READY
    gpu.close()
    assert askers() == []


def test_a_card_that_nobody_closes_leaves_no_child(tmp_path: Path) -> None:
    card = Gpu("", "rtx2070s", tmp_path)
    assert card._look().state is GpuState.READY
    before = psutil.Process().children()
    del card
    assert len(psutil.Process().children()) == len(before) - 1
