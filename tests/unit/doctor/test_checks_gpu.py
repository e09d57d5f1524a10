"""A machine with NVIDIA's card, broken in every way that the checks know; each says which it is, and then it is right.

The words of nvidia-smi, mokutil and the kernel are those of the real ones, as their issue trackers quote them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from arriero.doctor.check import Check, Grade
from arriero.doctor.checks.gpu import (
    CHECKS,
    card,
    display,
    driver,
    faults,
    library,
    memory,
    nouveau,
    nvml,
    persistence,
    release,
    secure_boot,
    smi,
    suspend,
    throttle,
    uvm,
)
from arriero.hardware.gpu import Gpu
from arriero.hardware.values import GpuSnapshot, GpuState
from doctor_machine import Machine

KERNEL = "6.8.0-85-generic"
VERSION = "580.82.09"
SMI_NO_MODULE = (
    "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. "
    "Make sure that the latest NVIDIA driver is installed and running.\n"
)
SMI_MISMATCH = "Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 580.95\n"
SMI_LOST = "Unable to determine the device handle for GPU 0000:01:00.0: Unknown Error\n"
XID_79 = "NVRM: Xid (PCI:0000:01:00): 79, pid='<unknown>', name=<unknown>, GPU has fallen off the bus.\n"
XID_62 = "NVRM: Xid (PCI:0000:01:00): 62, pid=1234, 2027(2d9c) 00000000 00000000\n"
XID_31 = "NVRM: Xid (PCI:0000:01:00): 31, pid=99, name=python3, Ch 00000008, MMU Fault\n"
REJECTED = "nvidia: Loading of unsigned module is rejected\n"


def put_card(machine: Machine, bound: str = "") -> None:
    device = "/sys/bus/pci/devices/0000:01:00.0"
    machine.file(f"{device}/class", "0x030000\n")
    machine.file(f"{device}/vendor", "0x10de\n")
    machine.file("/proc/sys/kernel/osrelease", f"{KERNEL}\n")
    machine.file("/proc/modules", f"{bound} 2424832 5 - Live 0x0\n" if bound else "")
    link = machine.root / device.lstrip("/") / "driver"
    link.unlink(missing_ok=True)
    if bound:
        link.symlink_to(f"../../../bus/pci/drivers/{bound}")


def put_module(machine: Machine) -> None:
    machine.file(f"/lib/modules/{KERNEL}/modules.dep", "kernel/fs/ext4.ko:\nkernel/nvidia-580/nvidia.ko:\n")


def put_driver(machine: Machine, version: str = VERSION, library: str = VERSION) -> None:
    """A card with its driver loaded, as it should be."""
    put_card(machine, "nvidia")
    put_module(machine)
    machine.file("/sys/module/nvidia/version", f"{version}\n")
    machine.file(f"/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.{library}")


OPENED: list[Gpu] = []


@pytest.fixture(autouse=True)
def no_card_stays_open() -> Iterator[None]:
    yield
    while OPENED:
        OPENED.pop().close()


def simulate(machine: Machine, spec: str, wanted: str = "") -> None:
    OPENED.append(Gpu(wanted, spec, machine.world.configuration.settings.run_dir))
    machine.world = replace(machine.world, gpu=OPENED[-1])


class SetCard:
    """A card of which only the last look is made up: NVML's figures, which no made-up file could change."""

    simulated = True

    def __init__(self, **seen: object) -> None:
        told = {"state": GpuState.READY, "name": "NVIDIA GeForce RTX 2070 SUPER", **seen}
        self._seen = GpuSnapshot(**told)  # type: ignore[arg-type]

    async def look(self) -> GpuSnapshot:
        return self._seen


def set_card(machine: Machine, **seen: object) -> None:
    machine.world = replace(machine.world, gpu=SetCard(**seen))  # type: ignore[arg-type]


async def test_a_machine_without_a_card_is_asked_nothing_more(machine: Machine) -> None:
    grades = {check.code: (await machine.sees(check)).grade for check in CHECKS}
    assert grades.pop("gpu.card") is Grade.HINT
    assert set(grades.values()) == {Grade.SKIPPED}


async def test_the_card(machine: Machine) -> None:
    assert (await machine.sees(card.CHECK)).finding.kind == "none"
    machine.file("/proc/driver/nvidia/version", f"NVRM version: NVIDIA UNIX x86_64 Kernel Module  {VERSION}  Wed\n")
    assert await machine.kind(card.CHECK) == "handed_in"  # as in a container
    put_card(machine)
    assert await machine.kind(card.CHECK) == "here"
    simulate(machine, "rtx2070s")
    assert await machine.kind(card.CHECK) == "simulated"


async def test_the_driver(machine: Machine) -> None:
    put_card(machine)
    assert await machine.kind(driver.CHECK) == "missing"
    machine.file(f"/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.{VERSION}")
    seen = (await machine.sees(driver.CHECK)).finding
    assert (seen.kind, seen.params["kernel"], seen.params["branch"]) == ("not_for_kernel", KERNEL, 580)
    put_module(machine)
    assert await machine.kind(driver.CHECK) == "not_loaded"
    machine.file("/sys/module/nvidia/version", f"{VERSION}\n")
    seen = (await machine.sees(driver.CHECK)).finding
    assert (seen.kind, seen.params["version"]) == ("loaded", VERSION)


async def test_nouveau(machine: Machine) -> None:
    put_card(machine, "nouveau")
    assert (await machine.sees(nouveau.CHECK)).grade is Grade.ERROR
    put_driver(machine)
    assert await machine.kind(nouveau.CHECK) == "away"


@pytest.mark.parametrize(("said", "expected"), [("SecureBoot disabled\n", "off"), ("SecureBoot enabled\n", "blocks")])
async def test_secure_boot_as_mokutil_tells(machine: Machine, said: str, expected: str) -> None:
    put_card(machine)
    put_module(machine)
    machine.tool("mokutil", said)
    assert await machine.kind(secure_boot.CHECK) == expected


async def test_secure_boot_as_the_firmware_tells(machine: Machine) -> None:
    put_card(machine)
    machine.tool("mokutil", err="EFI variables are not supported on this system\n", code=1)
    assert await machine.kind(secure_boot.CHECK) == "no_uefi"
    name = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
    machine.file(name).write_bytes(b"\x06\0\0\0\1")
    assert await machine.kind(secure_boot.CHECK) == "before_install"
    put_module(machine)
    machine.tool("journalctl", REJECTED)
    seen = (await machine.sees(secure_boot.CHECK)).finding
    assert (seen.kind, seen.params["detail"]) == ("blocks", "Loading of unsigned module is rejected")
    machine.file("/sys/module/nvidia/version", VERSION)
    assert await machine.kind(secure_boot.CHECK) == "lets_it_in"


async def test_module_and_library(machine: Machine) -> None:
    put_driver(machine, "580.82.09", library="580.95.05")
    seen = (await machine.sees(library.CHECK)).finding
    assert (seen.kind, seen.params) == ("differ", {"module": "580.82.09", "library": "580.95.05"})
    (machine.root / "usr/lib/x86_64-linux-gnu/libnvidia-ml.so.580.95.05").unlink()
    assert (await machine.sees(library.CHECK)).finding.params == {"branch": 580}
    put_driver(machine)
    assert await machine.kind(library.CHECK) == "same"


@pytest.mark.parametrize(("fault", "expected"), [("mismatch", "differ"), ("library", "missing")])
async def test_nvml_tells_it_too(machine: Machine, fault: str, expected: str) -> None:
    simulate(machine, f"rtx2070s,fault={fault}")
    assert await machine.kind(library.CHECK) == expected
    assert await machine.kind(nvml.CHECK) == "not_asked"  # one cause is told once


@pytest.mark.parametrize(
    ("version", "capability", "expected"),
    [
        ("535.183.01", "7.5", "too_old"),
        ("550.54.14", "7.5", "before_cuda_13"),
        ("560.35.03", "6.1", "too_old"),
        ("570.86.15", "6.1", "before_cuda_13"),
        ("580.82.09", "7.5", "enough"),
        ("595.10", None, "enough"),
    ],
)
async def test_the_drivers_version(machine: Machine, version: str, capability: str | None, expected: str) -> None:
    put_driver(machine, version, library=version)
    set_card(machine, compute_capability=capability)
    assert await machine.kind(release.CHECK) == expected


@pytest.mark.parametrize(("fault", "expected"), [("lost", "lost"), ("unknown", "unknown_error"), ("none", "ready")])
async def test_what_nvml_answers(machine: Machine, fault: str, expected: str) -> None:
    simulate(machine, f"rtx2070s,fault={fault}")
    assert await machine.kind(nvml.CHECK) == expected


@pytest.mark.parametrize("state", [GpuState.NO_PERMISSION, GpuState.SILENT])
async def test_an_nvml_that_does_not_answer_us(machine: Machine, state: GpuState) -> None:
    set_card(machine, state=state)
    assert await machine.kind(nvml.CHECK) == state


async def test_a_setting_that_names_no_card(machine: Machine) -> None:
    simulate(machine, "rtx2070s", wanted="4090")
    assert (await machine.sees(nvml.CHECK)).finding.params["detail"] == "4090"


@pytest.mark.parametrize(
    ("said", "code", "expected"),
    [
        ("GPU 0: NVIDIA GeForce RTX 2070 SUPER (UUID: GPU-51a1)\n", 0, "answers"),
        (SMI_NO_MODULE, 9, "no_module"),
        (SMI_MISMATCH, 18, "mismatch"),
        (SMI_LOST, 0, "lost"),
        ("No devices were found\n", 6, "no_devices"),
        ("Failed to initialize NVML: Unknown Error\n", 255, "unknown_error"),
        ("Failed to initialize NVML: Insufficient Permissions\n", 4, "no_permission"),
        ("NVIDIA-SMI couldn't find libnvidia-ml.so library in your system.\n", 12, "no_library"),
        ("Segmentation fault\n", 139, "failed"),
    ],
)
async def test_what_nvidia_smi_says(machine: Machine, said: str, code: int, expected: str) -> None:
    put_driver(machine)
    machine.tool("nvidia-smi", said, code=code)
    assert await machine.kind(smi.CHECK) == expected


async def test_a_machine_without_nvidia_smi(machine: Machine) -> None:
    put_driver(machine)
    assert (await machine.sees(smi.CHECK)).finding.params == {"branch": 580}


async def test_the_device_of_cuda(machine: Machine) -> None:
    put_driver(machine)
    assert (await machine.sees(uvm.CHECK)).grade is Grade.ERROR
    machine.file("/dev/nvidia-uvm")
    assert await machine.kind(uvm.CHECK) == "there"


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        ("usb 1-1: new device\n", "none"),
        (XID_31, "none"),  # the program's own fault
        (XID_62 + XID_31, "reported"),
        (XID_62 + XID_79, "off_the_bus"),
    ],
)
async def test_what_the_driver_reported(machine: Machine, log: str, expected: str) -> None:
    put_driver(machine)
    machine.tool("journalctl", log)
    assert await machine.kind(faults.CHECK) == expected


async def test_a_log_that_may_not_be_read(machine: Machine) -> None:
    put_driver(machine)
    machine.tool("journalctl", err="No journal files were opened due to insufficient permissions.\n", code=1)
    machine.tool("dmesg", err="dmesg: read kernel buffer failed: Operation not permitted\n", code=1)
    assert (await machine.sees(faults.CHECK)).grade is Grade.UNKNOWN
    machine.tool("dmesg", XID_62)
    assert (await machine.sees(faults.CHECK)).finding.params["numbers"] == (62,)


async def test_the_cards_size(machine: Machine) -> None:
    for total, expected in ((8 << 30, "enough"), (6 << 30, "small"), (2 << 30, "too_small")):
        set_card(machine, total_bytes=total)
        assert await machine.kind(memory.CHECK) == expected


async def test_what_others_take(machine: Machine) -> None:
    for desktop, expected in (("0M", "free"), ("900M", "shared"), ("3G", "crowded")):
        simulate(machine, f"rtx2070s,desktop={desktop}")
        assert await machine.kind(display.CHECK) == expected


@pytest.mark.parametrize(
    ("mask", "expected"),
    [
        ("0x0000000000000001", "none"),
        ("0x0000000000000004", "none"),  # the set power limit: as it should be
        ("0x0000000000000020", "heat"),
        ("0x0000000000000048", "heat"),
        ("0x0000000000000080", "power"),
    ],
)
async def test_what_holds_it_back(machine: Machine, mask: str, expected: str) -> None:
    put_driver(machine)
    machine.answers("nvidia-smi", {"--query-gpu=clocks_throttle_reasons.active*": f"{mask}\n"})
    assert await machine.kind(throttle.CHECK) == expected
    machine.answers("nvidia-smi", {"--query-gpu=clocks_event_reasons.active*": f"{mask}\n"})
    assert await machine.kind(throttle.CHECK) == expected


@pytest.mark.parametrize(
    ("kept", "states", "expected"),
    [
        ("0", "disabled\ndisabled\ndisabled\n", "not_kept"),
        ("1", "enabled\ndisabled\nenabled\n", "services_off"),
        ("1", "enabled\nenabled\nenabled\n", "kept"),
    ],
)
async def test_a_suspend(machine: Machine, kept: str, states: str, expected: str) -> None:
    put_driver(machine)
    assert await machine.kind(suspend.CHECK) == "never_suspends"
    machine.file("/sys/power/state", "freeze mem disk\n")
    machine.file("/proc/driver/nvidia/params", f"EnableMSI: 1\nPreserveVideoMemoryAllocations: {kept}\n")
    machine.tool("systemctl", states, code=1)
    assert await machine.kind(suspend.CHECK) == expected


async def test_who_keeps_the_driver_awake(machine: Machine) -> None:
    put_driver(machine)
    assert await machine.kind(persistence.CHECK) == "no_systemd"
    for state, expected in (("active", "active"), ("failed", "failed"), ("inactive", "off")):
        machine.tool("systemctl", f"{state}\n", code=0 if state == "active" else 3)
        assert await machine.kind(persistence.CHECK) == expected
    set_card(machine, display=True)
    assert await machine.kind(persistence.CHECK) == "display"


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
async def test_all_is_well_at_last(machine: Machine, check: Check) -> None:
    put_driver(machine)
    machine.file("/dev/nvidia-uvm")
    machine.file("/sys/power/state", "freeze mem\n")
    machine.file("/proc/driver/nvidia/params", "PreserveVideoMemoryAllocations: 1\n")
    machine.tool("journalctl", "usb 1-1: new device\n")
    machine.tool("mokutil", "SecureBoot enabled\n")
    machine.answers("systemctl", {"is-enabled *": "enabled\n" * 3, "is-active *": "active\n"})
    machine.answers("nvidia-smi", {"-L": "GPU 0: NVIDIA GeForce RTX 2070 SUPER\n", "--query*": "0x0000000000000001\n"})
    set_card(machine, total_bytes=8 << 30, used_bytes=300 << 20, free_bytes=7 << 30, compute_capability="7.5")
    seen = await machine.sees(check)
    assert seen.grade is Grade.GOOD or seen.finding.kind == "simulated"
