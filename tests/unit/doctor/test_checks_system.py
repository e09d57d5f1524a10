"""The system made wrong on purpose: processor, memory, clock, user, terminal, an update that waits for a restart."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from arriero.core.clock import Clock
from arriero.doctor.check import Grade
from arriero.doctor.checks.system import clock, distribution, memory, processor, reboot, terminal, user
from arriero.doctor.facts.release import release
from arriero.hardware.gpu import Gpu
from doctor_machine import HOME, Machine, open_the_way

UBUNTU = 'ID=ubuntu\nVERSION_ID="{version}"\nPRETTY_NAME="Ubuntu {version}"\n'


class At:
    """A clock that stands still, for the one question that checks ask of it."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now


def at(machine: Machine, now: datetime) -> None:
    stopped: Clock = At(now)  # type: ignore[assignment]
    machine.world = replace(machine.world, clock=stopped)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (UBUNTU.format(version="24.04"), "supported"),
        (UBUNTU.format(version="25.10"), "ended"),
        (UBUNTU.format(version="31.04"), "unknown_release"),
        ('ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12"\n', "other"),
        ('ID=linuxmint\nID_LIKE="ubuntu debian"\nPRETTY_NAME="Linux Mint 22"\n', "other"),
        (None, "untold"),
    ],
)
async def test_the_distribution(machine: Machine, text: str | None, expected: str) -> None:
    at(machine, datetime(2026, 11, 22, tzinfo=UTC))
    if text:
        machine.file("/etc/os-release", text)
    assert await machine.kind(distribution.CHECK) == expected


# as base-files of Ubuntu writes it: PRETTY_NAME first, its own words for the codename
OS_RELEASE = """PRETTY_NAME="Ubuntu {long}"
NAME="Ubuntu"
VERSION_ID="{version}"
VERSION="{long} ({name})"
VERSION_CODENAME={codename}
ID=ubuntu
ID_LIKE=debian
HOME_URL="https://www.ubuntu.com/"
SUPPORT_URL="https://help.ubuntu.com/"
BUG_REPORT_URL="https://bugs.launchpad.net/ubuntu/"
PRIVACY_POLICY_URL="https://www.ubuntu.com/legal/terms-and-policies/privacy-policy"
UBUNTU_CODENAME={codename}
LOGO=ubuntu-logo
"""


@pytest.mark.parametrize(
    ("version", "long", "name", "day", "expected"),
    [
        ("24.04", "24.04.3 LTS", "Noble Numbat", "2026-11-30", "supported"),
        ("25.10", "25.10", "Questing Quokka", "2026-07-31", "supported"),
        ("25.10", "25.10", "Questing Quokka", "2026-08-01", "ended"),
        ("25.10", "25.10", "Questing Quokka", "2026-11-30", "ended"),
        ("26.04", "26.04 LTS", "Resolute Raccoon", "2026-11-30", "supported"),
    ],
)
async def test_the_ubuntus_that_are_meant(
    machine: Machine, version: str, long: str, name: str, day: str, expected: str
) -> None:
    at(machine, datetime.fromisoformat(day).replace(tzinfo=UTC))
    codename = name.split(maxsplit=1)[0].lower()
    machine.file("/etc/os-release", OS_RELEASE.format(version=version, long=long, name=name, codename=codename))
    assert await machine.kind(distribution.CHECK) == expected
    found = await release(machine.site)
    assert found is not None
    assert (found.codename, found.like, found.compose_package) == (codename, ("debian",), "docker-compose-v2")


async def test_the_processor(machine: Machine) -> None:
    assert (await machine.sees(processor.CHECK)).grade is Grade.SKIPPED
    for flags, expected in (("fpu sse2 avx", "no_avx2"), ("fpu avx avx2 fma", "able")):
        machine.file("/proc/cpuinfo", f"model name\t: AMD Ryzen 7 3700X\nflags\t\t: {flags}\n")
        assert await machine.kind(processor.CHECK) == expected


async def test_memory_for_the_catalogue(machine: Machine) -> None:
    for gib, expected in ((2, "too_little"), (10, "tight"), (32, "enough")):
        machine.file("/proc/meminfo", f"MemTotal:       {gib * 1024 * 1024} kB\nMemFree: 1 kB\n")
        seen = (await machine.sees(memory.CHECK)).finding
        assert seen.kind == expected
        if expected == "tight":
            assert seen.params["models"] == ("deepseek-coder-v2:16b-lite-instruct-q4_K_M",)


async def test_the_card_counts_as_memory(machine: Machine) -> None:
    machine.file("/proc/meminfo", f"MemTotal:       {10 * 1024 * 1024} kB\n")
    card = Gpu("", "rtx2070s", machine.world.configuration.settings.run_dir)
    machine.world = replace(machine.world, gpu=card)
    assert await machine.kind(memory.CHECK) == "enough"
    card.close()


async def test_a_clock_that_fell_behind(machine: Machine) -> None:
    at(machine, datetime(2019, 1, 1, tzinfo=UTC))
    machine.file("/var/lib/dpkg/status")
    seen = await machine.sees(clock.CHECK)
    assert (seen.finding.kind, seen.grade) == ("behind", Grade.ERROR)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("NTP=yes\nNTPSynchronized=yes\n", "kept"),
        ("NTP=yes\nNTPSynchronized=no\n", "not_yet"),
        ("NTP=no\nNTPSynchronized=no\n", "not_kept"),
    ],
)
async def test_who_keeps_the_clock(machine: Machine, told: str, expected: str) -> None:
    machine.tool("timedatectl", told)
    assert await machine.kind(clock.CHECK) == expected


async def test_a_machine_that_does_not_tell(machine: Machine) -> None:
    machine.tool("timedatectl", err="System has not been booted with systemd as init system\n", code=1)
    assert await machine.kind(clock.CHECK) == "plausible"
    later = machine.file("/var/log/x").parent
    os.utime(later, (time.time() + 60, time.time() + 60))  # a minute is nothing
    assert await machine.kind(clock.CHECK) == "plausible"


async def test_the_users_home(machine: Machine) -> None:
    assert await machine.kind(user.CHECK) == "no_home"
    machine.file(f"{HOME}/.profile")
    assert await machine.kind(user.CHECK) == "at_home"
    del machine.environ["HOME"]
    assert await machine.kind(user.CHECK) == "no_variable"


async def test_a_home_of_roots(machine: Machine, request: pytest.FixtureRequest) -> None:
    home = machine.file(f"{HOME}/.profile").parent
    open_the_way(home)
    request.getfixturevalue("as_nobody")
    assert await machine.kind(user.CHECK) == "closed_home"


async def test_root_in_somebodys_place(machine: Machine) -> None:
    machine.file("/root/.profile")
    machine.environ |= {"HOME": "/root", "SUDO_USER": "ana"}
    expected = "at_home" if os.geteuid() else "through_sudo"
    assert await machine.kind(user.CHECK) == expected


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, "unset"),
        ({"LANG": "es_ES.UTF-8"}, "utf8"),
        ({"LANG": "es_ES.UTF-8", "LC_ALL": "es_ES.ISO-8859-1"}, "not_utf8"),
        ({"LANG": "C.utf8", "TERM": "dumb"}, "dumb"),
        ({"LC_ALL": "C"}, "unset"),
    ],
)
async def test_the_terminal(machine: Machine, environ: dict[str, str], expected: str) -> None:
    machine.environ |= environ
    assert await machine.kind(terminal.CHECK) == expected


async def test_a_restart_that_waits(machine: Machine) -> None:
    assert await machine.kind(reboot.CHECK) == "none"
    machine.file("/run/reboot-required", "*** System restart required ***\n")
    machine.file("/run/reboot-required.pkgs", "linux-image-6.8.0-86-generic\nlinux-base\n")
    assert await machine.kind(reboot.CHECK) == "waits"
    machine.file("/run/reboot-required.pkgs", "linux-base\nnvidia-driver-580\n")
    assert await machine.kind(reboot.CHECK) == "waits_with_driver"
