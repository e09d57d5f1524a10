"""Whether there is a card at all: a few looks into /dev, /proc and /sys, before anything of NVIDIA's is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from arriero.hardware.values import GpuSnapshot, GpuState

_NVIDIA = "0x10de"
_VENDORS = {"0x1002": "AMD", "0x8086": "Intel"}
_DISPLAY = "0x03"  # the PCI class of display controllers


def driver_loaded(root: Path = Path("/")) -> bool:
    """NVIDIA's kernel module is there. Its device may be missing until something first uses the card."""
    return any((root / name).exists() for name in ("dev/nvidiactl", "proc/driver/nvidia/version"))


def cards(root: Path = Path("/")) -> int:
    """How many cards NVIDIA's driver has; 0 where it does not say."""
    return len(list((root / "proc/driver/nvidia/gpus").glob("*")))


def without_driver(root: Path = Path("/")) -> GpuSnapshot:
    """What can be said of a machine whose NVIDIA driver is not loaded."""
    vendors, drivers = set(), []
    for vendor, driver in _display_devices(root):
        if vendor == _NVIDIA:
            drivers.append(driver)
        elif vendor in _VENDORS:
            vendors.add(_VENDORS[vendor])
    state = GpuState.NO_DRIVER if drivers else GpuState.NONE
    return GpuSnapshot(state, detail=next((d for d in drivers if d), ""), other_vendors=tuple(sorted(vendors)))


def _display_devices(root: Path) -> Iterator[tuple[str, str]]:
    """Vendor and kernel driver (empty: none, `nouveau`: the free one) of every display controller on the PCI bus."""
    for device in sorted((root / "sys/bus/pci/devices").glob("*")):
        try:
            if not (device / "class").read_text().startswith(_DISPLAY):
                continue
            vendor, driver = (device / "vendor").read_text().strip(), device / "driver"
            yield vendor, driver.readlink().name if driver.is_symlink() else ""
        except OSError:
            continue  # taken out while we looked
