"""A machine with card and Docker whose container toolkit is missing, mixed, unknown to the daemon or out of date."""

from __future__ import annotations

import json
import os
import time

import pytest

from arriero.doctor.check import Check, Grade
from arriero.doctor.checks.toolkit import (
    CHECKS,
    cgroups,
    daemon,
    handmade,
    installed,
    runtime,
    specification,
    versions,
)
from arriero.doctor.checks.toolkit.cgroups import SETTINGS
from doctor_machine import Machine

DRIVER = "580.82.09"
# Part of what `nvidia-ctk cdi generate` of 1.18 writes.
SPECIFICATION = """\
cdiVersion: 0.5.0
containerEdits:
  mounts:
  - containerPath: /usr/lib/x86_64-linux-gnu/libcuda.so.{version}
    hostPath: /usr/lib/x86_64-linux-gnu/libcuda.so.{version}
kind: nvidia.com/gpu
"""
NAMES = (
    "libnvidia-container-tools",
    "libnvidia-container1",
    "nvidia-container-toolkit",
    "nvidia-container-toolkit-base",
)


@pytest.fixture
def ready(machine: Machine) -> Machine:
    """Card, driver, Docker; no toolkit."""
    machine.file("/sys/module/nvidia/version", f"{DRIVER}\n")
    machine.tool("docker", "Docker version 29.7.2, build 1a2b3c4\n")
    return machine


def put_toolkit(machine: Machine, *releases: str) -> None:
    machine.tool("nvidia-cdi-hook")
    machine.tool("nvidia-ctk")
    rows = (f"{name}\tii \t{v}\n" for name, v in zip(NAMES, (releases * 4)[:4], strict=True))
    machine.tool("dpkg-query", "".join(rows))


def put_daemon(machine: Machine, began: float) -> None:
    """dockerd as /proc tells it, started at that moment."""
    boot = int(began) - 1000
    machine.file("/proc/stat", f"cpu  1 2 3\nbtime {boot}\n")
    machine.file("/proc/812/comm", "dockerd\n")
    ticks = int((began - boot) * os.sysconf("SC_CLK_TCK"))
    machine.file("/proc/812/stat", f"812 (dockerd) S 1 {'0 ' * 17}{ticks} 0 0\n")


async def test_a_machine_without_a_card_needs_none_of_it(machine: Machine) -> None:
    assert {(await machine.sees(check)).grade for check in CHECKS} == {Grade.SKIPPED}


async def test_the_toolkit(ready: Machine) -> None:
    assert (await ready.sees(installed.CHECK)).grade is Grade.ERROR
    put_toolkit(ready, "1.18.1-1")
    assert (await ready.sees(installed.CHECK)).finding.params["version"] == "1.18.1-1"


async def test_packages_of_several_versions(ready: Machine) -> None:
    put_toolkit(ready, "1.18.1-1", "1.18.1-1", "1.18.1-1", "1.17.8-1")
    seen = await ready.sees(versions.CHECK)
    assert (seen.finding.kind, seen.grade) == ("differ", Grade.ERROR)
    assert "nvidia-container-toolkit-base 1.17.8-1" in seen.finding.params["packages"]  # type: ignore[operator]
    put_toolkit(ready, "1.18.1-1")
    assert await ready.kind(versions.CHECK) == "same"


async def test_a_daemon_that_does_not_know_it_yet(ready: Machine) -> None:
    put_toolkit(ready, "1.18.1-1")
    assert await ready.kind(daemon.CHECK) == "not_running"
    put_daemon(ready, time.time() - 3600)
    assert (await ready.sees(daemon.CHECK)).grade is Grade.ERROR
    put_daemon(ready, time.time() + 60)
    assert await ready.kind(daemon.CHECK) == "newer"


async def test_the_specification(ready: Machine) -> None:
    put_toolkit(ready, "1.17.8-1")
    assert await ready.kind(specification.CHECK) == "before_cdi"
    put_toolkit(ready, "1.18.1-1")
    assert await ready.kind(specification.CHECK) == "absent"
    ready.file("/var/run/cdi/nvidia.yaml", SPECIFICATION.format(version="570.133.07"))
    seen = (await ready.sees(specification.CHECK)).finding
    assert (seen.kind, seen.params["named"], seen.params["version"]) == ("stale", ("570.133.07",), DRIVER)
    ready.file("/var/run/cdi/nvidia.yaml", SPECIFICATION.format(version=DRIVER))
    assert await ready.kind(specification.CHECK) == "current"


async def test_a_specification_made_by_hand(ready: Machine) -> None:
    assert await ready.kind(handmade.CHECK) == "none"
    for version, expected in (("570.133.07", "stale"), (DRIVER, "shadows")):
        ready.file("/etc/cdi/nvidia.yaml", SPECIFICATION.format(version=version))
        assert await ready.kind(handmade.CHECK) == expected


async def test_the_runtime(ready: Machine) -> None:
    registered = {"nvidia": {"path": "nvidia-container-runtime", "runtimeArgs": []}}
    for settings, expected in (
        ({}, "unused"),
        ({"default-runtime": "nvidia"}, "default_unknown"),
        ({"runtimes": registered}, "program_missing"),
        ({"runtimes": {"nvidia": {"path": "/usr/bin/nvidia-container-runtime"}}}, "program_missing"),
    ):
        ready.file("/etc/docker/daemon.json", json.dumps(settings))
        assert await ready.kind(runtime.CHECK) == expected
    ready.file("/usr/bin/nvidia-container-runtime")
    assert await ready.kind(runtime.CHECK) == "registered"
    ready.tool("nvidia-container-runtime")
    ready.file("/etc/docker/daemon.json", json.dumps({"runtimes": registered, "default-runtime": "nvidia"}))
    assert await ready.kind(runtime.CHECK) == "registered"


async def test_devices_without_their_cgroup(ready: Machine) -> None:
    ready.file(SETTINGS, "[nvidia-container-cli]\nno-cgroups = true\n")
    assert await ready.kind(cgroups.CHECK) == "left_out"
    async with ready.engine({"/info": {"SecurityOptions": ["name=rootless"]}}):
        assert await ready.kind(cgroups.CHECK) == "for_rootless"
    ready.file(SETTINGS, "[nvidia-container-cli]\n#no-cgroups = false\n")
    assert await ready.kind(cgroups.CHECK) == "set_up"
    ready.file(SETTINGS, "[nvidia-container-cli\n")
    assert (await ready.sees(cgroups.CHECK)).grade is Grade.ERROR


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
async def test_all_is_well_at_last(ready: Machine, check: Check) -> None:
    put_toolkit(ready, "1.18.1-1")
    put_daemon(ready, time.time() + 60)
    ready.file("/var/run/cdi/nvidia.yaml", SPECIFICATION.format(version=DRIVER))
    ready.file(SETTINGS, "[nvidia-container-cli]\n")
    assert (await ready.sees(check)).grade.ok
