"""What is wrong with card, driver, toolkit and clock is broken, seen, mended and looked at again.

There is no card here: files are real ones in a root of the test's own, and modprobe, nvidia-ctk, apt-get and
update-initramfs are stand-ins that do to those files what the real ones do to the machine's. What takes effect at the
next boot only is seen to be written; that boot is then played by changing the files as it would.
"""

from __future__ import annotations

import os
import time

import pytest
from test_checks_gpu import KERNEL, VERSION, put_card, put_driver, put_module
from test_checks_toolkit import DRIVER, SPECIFICATION, put_daemon, put_toolkit

from arriero.doctor.changes import Command
from arriero.doctor.check import Grade
from arriero.doctor.checks.gpu import driver, nouveau, persistence, suspend, uvm
from arriero.doctor.checks.gpu.persistence import SERVICE
from arriero.doctor.checks.gpu.suspend import SERVICES
from arriero.doctor.checks.system import clock
from arriero.doctor.checks.toolkit import cgroups, daemon, handmade, specification, versions
from arriero.doctor.checks.toolkit.cgroups import SETTINGS
from arriero.doctor.fix import Afterwards, CannotFix, FixPlan
from arriero.doctor.mending import Ending
from doctor_machine import Machine


@pytest.fixture(autouse=True)
def changeable(machine: Machine) -> None:
    machine.changeable()


def text(machine: Machine, path: str) -> str:
    return (machine.root / path.lstrip("/")).read_text()


async def test_the_device_of_cuda(machine: Machine) -> None:
    put_driver(machine)
    machine.script("modprobe", f'[ "$1" = nvidia-uvm ] && mkdir -p {machine.root}/dev')
    machine.script("nvidia-modprobe", f"touch {machine.root}/dev/nvidia-uvm")
    assert await machine.kind(uvm.CHECK) == "missing"
    assert (await machine.mend(uvm.CHECK)).ending is Ending.FIXED
    assert text(machine, "/etc/modules-load.d/arriero-nvidia.conf") == "nvidia\nnvidia-uvm\n"


async def test_a_module_that_will_not_load_is_not_called_mended(machine: Machine) -> None:
    put_driver(machine)
    machine.tool(
        "modprobe", err="modprobe: ERROR: could not insert 'nvidia_uvm': Key was rejected by service\n", code=1
    )
    mended = await machine.mend(uvm.CHECK)
    assert mended.ending is Ending.FAILED
    assert "Key was rejected by service" in str(mended.fault)


async def test_nouveau_lets_go_at_the_next_boot(machine: Machine) -> None:
    put_card(machine, "nouveau")
    refused = await machine.plan(nouveau.CHECK)
    assert isinstance(refused, CannotFix)
    assert refused.reason == "no_driver"  # without another driver the screen would stay dark
    put_module(machine)
    machine.script("update-initramfs", f"touch {machine.folder}/renewed")
    assert (await machine.mend(nouveau.CHECK)).ending is Ending.WAITS
    assert (machine.folder / "renewed").exists()
    assert "blacklist nouveau" in text(machine, "/etc/modprobe.d/arriero-nouveau.conf")
    put_driver(machine)  # the boot
    assert await machine.kind(nouveau.CHECK) == "away"


async def test_a_module_that_was_not_loaded(machine: Machine) -> None:
    put_card(machine)
    put_module(machine)
    loaded = machine.root / "sys/module/nvidia"
    machine.script("modprobe", f"mkdir -p {loaded} && echo {VERSION} > {loaded}/version")
    assert await machine.kind(driver.CHECK) == "not_loaded"
    assert (await machine.mend(driver.CHECK)).ending is Ending.FIXED


async def test_the_module_of_this_kernel(machine: Machine) -> None:
    put_card(machine)
    machine.file(f"/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.{VERSION}")
    assert await machine.kind(driver.CHECK) == "not_for_kernel"
    modules = machine.root / f"lib/modules/{KERNEL}"
    wanted = '*" install linux-modules-nvidia-580-generic"'
    install = f"mkdir -p {modules} && echo kernel/nvidia-580/nvidia.ko: > {modules}/modules.dep"
    machine.script("apt-get", f'case "$*" in {wanted}) {install};; *) exit 1;; esac')
    machine.tool("dpkg-query")
    mended = await machine.mend(driver.CHECK)
    assert (mended.ending, mended.after and mended.after.finding.kind) == (Ending.WAITS, "not_loaded")
    put_driver(machine)  # the boot
    assert await machine.kind(driver.CHECK) == "loaded"


async def test_a_suspend_whose_services_are_off(machine: Machine) -> None:
    put_driver(machine)
    machine.file("/sys/power/state", "mem\n")
    machine.file("/proc/driver/nvidia/params", "PreserveVideoMemoryAllocations: 1\n")
    machine.systemd(*SERVICES)
    assert await machine.kind(suspend.CHECK) == "services_off"
    assert (await machine.mend(suspend.CHECK)).ending is Ending.FIXED


async def test_a_suspend_that_loses_the_cards_memory(machine: Machine) -> None:
    put_driver(machine)
    machine.file("/sys/power/state", "mem\n")
    machine.file("/proc/driver/nvidia/params", "PreserveVideoMemoryAllocations: 0\n")
    machine.systemd(*SERVICES)
    assert isinstance(await machine.plan(suspend.CHECK), CannotFix)  # no initramfs to renew
    machine.tool("update-initramfs")
    mended = await machine.mend(suspend.CHECK)
    assert mended.ending is Ending.WAITS
    options = text(machine, "/etc/modprobe.d/arriero-nvidia-suspend.conf")
    assert "NVreg_PreserveVideoMemoryAllocations=1" in options
    machine.file("/proc/driver/nvidia/params", "PreserveVideoMemoryAllocations: 1\n")  # the boot
    assert await machine.kind(suspend.CHECK) == "kept"


async def test_a_driver_that_nothing_keeps_awake(machine: Machine) -> None:
    put_driver(machine)
    machine.systemd(SERVICE)
    assert await machine.kind(persistence.CHECK) == "off"
    assert (await machine.mend(persistence.CHECK)).ending is Ending.FIXED


async def test_a_service_that_keeps_it_awake_and_failed(machine: Machine) -> None:
    put_driver(machine)
    again = machine.folder / "again"
    machine.script(
        "systemctl", f'case "$1" in restart) touch {again};; *) [ -e {again} ] && echo active || echo failed;; esac'
    )
    assert await machine.kind(persistence.CHECK) == "failed"
    assert (await machine.mend(persistence.CHECK)).ending is Ending.FIXED


@pytest.fixture
def ready(machine: Machine) -> Machine:
    machine.file("/sys/module/nvidia/version", f"{DRIVER}\n")
    machine.tool("docker", "Docker version 29.7.2, build 1a2b3c4\n")
    put_toolkit(machine, "1.18.1-1")
    return machine


async def test_a_daemon_that_does_not_know_the_toolkit(ready: Machine) -> None:
    put_daemon(ready, time.time() + 60)
    later = text(ready, "/proc/stat")
    put_daemon(ready, time.time() - 3600)
    refused = await ready.plan(daemon.CHECK)
    assert isinstance(refused, CannotFix)
    assert refused.reason == "no_systemd"
    (ready.folder / "later").write_text(later)
    ready.script("systemctl", f'[ "$*" = "restart docker.service" ] && cp {ready.folder}/later {ready.root}/proc/stat')
    assert (await ready.mend(daemon.CHECK)).ending is Ending.FIXED


@pytest.mark.parametrize("before", [None, "570.133.07"])
async def test_a_specification_that_is_missing_or_old(ready: Machine, before: str | None) -> None:
    there = ready.file("/var/run/cdi/nvidia.yaml", SPECIFICATION.format(version=before or ""))
    if before is None:
        there.unlink()
    (ready.folder / "new").write_text(SPECIFICATION.format(version=DRIVER))
    ready.script("nvidia-ctk", f"cp {ready.folder}/new {ready.root}${{3#--output=}}")
    assert not (await ready.sees(specification.CHECK)).grade.ok
    assert (await ready.mend(specification.CHECK)).ending is Ending.FIXED


@pytest.mark.parametrize(("version", "kind"), [("570.133.07", "stale"), (DRIVER, "shadows")])
async def test_a_specification_made_by_hand(ready: Machine, version: str, kind: str) -> None:
    old = SPECIFICATION.format(version=version)
    ready.file("/etc/cdi/nvidia.yaml", old)
    assert await ready.kind(handmade.CHECK) == kind
    mended = await ready.mend(handmade.CHECK)
    assert mended.ending is Ending.FIXED
    assert [copy.read_text() for copy in mended.copies] == [old]


async def test_devices_without_their_cgroup(ready: Machine) -> None:
    ready.file(SETTINGS, "[nvidia-container-cli]\nno-cgroups = true\n")
    words = "config --in-place --set nvidia-container-cli.no-cgroups=false"
    edit = f"sed -i s/true/false/ {ready.root}{SETTINGS}"
    ready.script("nvidia-ctk", f'[ "$*" = "{words}" ] && {edit}')
    assert await ready.kind(cgroups.CHECK) == "left_out"
    assert (await ready.mend(cgroups.CHECK)).ending is Ending.FIXED


async def test_packages_of_several_versions(ready: Machine) -> None:
    put_toolkit(ready, "1.18.1-1")
    same = (ready.bin / "dpkg-query").read_text()
    put_toolkit(ready, "1.18.1-1", "1.18.1-1", "1.17.8-1", "1.18.1-1")
    (ready.folder / "same").write_text(same)
    become = f"cp {ready.folder}/same {ready.bin}/dpkg-query"
    ready.script("apt-get", f'case "$*" in *update) ;; *nvidia-container-toolkit-base*) {become};; *) exit 100;; esac')
    assert (await ready.sees(versions.CHECK)).grade is Grade.ERROR
    assert (await ready.mend(versions.CHECK)).ending is Ending.FIXED


async def test_a_clock_that_nobody_keeps(machine: Machine) -> None:
    kept = machine.folder / "kept"
    told = f"if [ -e {kept} ]; then s=yes; else s=no; fi; echo NTP=$s; echo NTPSynchronized=$s"
    machine.script("timedatectl", f'case "$1" in show) {told};; set-ntp) [ $2 = true ] && touch {kept};; esac')
    assert await machine.kind(clock.CHECK) == "not_kept"
    assert (await machine.mend(clock.CHECK)).ending is Ending.FIXED


async def test_a_clock_that_fell_behind(machine: Machine) -> None:
    """The network's time is what the newest file has seen already."""
    newest = machine.file("/var/lib/dpkg/status")
    now_s = machine.world.clock.now().timestamp()
    os.utime(newest, (now_s + 7200, now_s + 7200))
    machine.script("timedatectl", f'[ "$*" = "set-ntp true" ] && touch -d @{int(now_s)} {newest}')
    assert await machine.kind(clock.CHECK) == "behind"
    assert (await machine.mend(clock.CHECK)).ending is Ending.FIXED


async def test_what_can_be_taken_back_says_how(machine: Machine) -> None:
    put_driver(machine)
    machine.systemd(SERVICE)
    plan = await machine.plan(persistence.CHECK)
    assert isinstance(plan, FixPlan)
    assert plan.undo == (Command(("systemctl", "disable", "--now", SERVICE), root=True),)
    assert plan.afterwards is Afterwards.NOTHING
