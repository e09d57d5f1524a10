"""What can be said of a machine before anything of NVIDIA's is loaded, over made-up /dev, /proc and /sys."""

from pathlib import Path

import pytest

from arriero.hardware.machine import look_at_machine
from arriero.hardware.presence import driver_loaded, without_driver
from arriero.hardware.values import GpuState

DISPLAY, BRIDGE = "0x030000", "0x060000"


def device(root: Path, address: str, vendor: str, kind: str = DISPLAY, driver: str = "") -> None:
    folder = root / "sys/bus/pci/devices" / address
    folder.mkdir(parents=True)
    (folder / "vendor").write_text(f"{vendor}\n")
    (folder / "class").write_text(f"{kind}\n")
    if driver:
        (folder / "driver").symlink_to(f"../../../bus/pci/drivers/{driver}")


def test_no_card_of_any_maker(tmp_path: Path) -> None:
    device(tmp_path, "0000:00:00.0", "0x10de", BRIDGE)  # NVIDIA made chipsets too
    seen = without_driver(tmp_path)
    assert (seen.state, seen.other_vendors, driver_loaded(tmp_path)) == (GpuState.NONE, (), False)


def test_cards_of_other_makers_are_named(tmp_path: Path) -> None:
    device(tmp_path, "0000:00:02.0", "0x8086", driver="i915")
    device(tmp_path, "0000:03:00.0", "0x1002", "0x038000", "amdgpu")
    seen = without_driver(tmp_path)
    assert (seen.state, seen.other_vendors) == (GpuState.NONE, ("AMD", "Intel"))


@pytest.mark.parametrize("driver", ["", "nouveau"])
def test_an_nvidia_card_without_its_driver(tmp_path: Path, driver: str) -> None:
    device(tmp_path, "0000:01:00.0", "0x10de", driver=driver)
    seen = without_driver(tmp_path)
    assert (seen.state, seen.detail) == (GpuState.NO_DRIVER, driver)


@pytest.mark.parametrize("name", ["dev/nvidiactl", "proc/driver/nvidia/version"])
def test_the_driver_is_known_by_its_device_or_its_entry_in_proc(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).touch()
    assert driver_loaded(tmp_path)


def test_the_machine(tmp_path: Path) -> None:
    seen = look_at_machine({"models": tmp_path / "not" / "there" / "yet"})
    assert 0 < seen.memory_available_bytes < seen.memory_bytes
    assert seen.cores > 0
    assert seen.kernel
    (disk,) = seen.disks
    assert (disk.place, 0 <= disk.free_bytes <= disk.total_bytes) == ("models", True)
