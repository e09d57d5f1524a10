"""Compose, the network and the disks: broken, seen, mended and looked at again.

Files are real. apt-get, systemctl, mkswap and their like are stand-ins that leave behind what the real ones do.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from test_checks_network import ROUTES, published
from test_checks_storage import SWAPS

from arriero.config.specs import BackendChoice
from arriero.core.paths import PROJECT_ROOT
from arriero.doctor.changes import Command
from arriero.doctor.check import Check
from arriero.doctor.checks.compose import files, first_line, plugin
from arriero.doctor.checks.models import litter
from arriero.doctor.checks.network import exposure, host_ollama, localhost, mtu, proxy
from arriero.doctor.checks.storage import models_folder, owners, swap
from arriero.doctor.fix import CannotFix, FixPlan
from arriero.doctor.mending import Ending
from arriero.runtime.docker.compose import CPU, DOTENV, MAIN, OVERRIDE
from doctor_machine import HOME, Machine

NO_PLUGIN = "docker: 'compose' is not a docker command.\n"


@pytest.fixture(autouse=True)
def changeable(machine: Machine) -> None:
    machine.changeable()
    machine.systemd("docker.service", "ollama.service")


def text(machine: Machine, path: str) -> str:
    return (machine.root / path.lstrip("/")).read_text()


async def refusal(machine: Machine, check: Check) -> str:
    plan = await machine.plan(check)
    assert isinstance(plan, CannotFix)
    return plan.reason


@pytest.mark.parametrize(
    ("packages", "system", "name"),
    [
        ("docker-ce\tii \t5:29.7.2\n", "ubuntu", "docker-compose-plugin"),
        ("docker.io\tii \t28.2.2\n", "ubuntu", "docker-compose-v2"),
        ("", "debian", "docker-compose"),
        ("docker-ce\tii \t5:29.7.2\n", "debian\nVERSION_ID=12", "docker-compose-plugin"),
    ],
)
async def test_compose_comes_from_where_docker_came(
    machine: Machine, wanting: None, packages: str, system: str, name: str
) -> None:
    """apt-get puts the plugin there, and docker knows it from then on."""
    machine.file("/etc/os-release", f"ID={system}\n")
    there = machine.root / "plugin"
    machine.script("docker", f'if [ -e {there} ]; then echo 2.40.3; else echo "{NO_PLUGIN}" >&2; exit 1; fi')
    assert await refusal(machine, plugin.CHECK) == "no_apt"
    machine.tool("dpkg-query", packages)
    machine.script("apt-get", f'case "$*" in *" install {name}") touch {there};; esac')
    assert (await machine.mend(plugin.CHECK)).ending is Ending.FIXED


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("echo 2.18.1", "too_old"),
        ("echo 'exec format error' >&2; exit 1", "broken"),
        (f'echo "{NO_PLUGIN}" >&2; exit 1', "only_first"),
    ],
)
async def test_a_compose_that_will_not_do(machine: Machine, wanting: None, said: str, kind: str) -> None:
    machine.file("/etc/os-release", "ID=ubuntu\n")
    machine.tool("docker-compose", "docker-compose version 1.29.2, build unknown\n")
    machine.tool("dpkg-query", "docker.io\tii \t28.2.2\n")
    there = machine.root / "plugin"
    machine.script("docker", f"if [ -e {there} ]; then echo 2.40.3; else {said}; fi")
    machine.script("apt-get", f'case "$*" in *docker-compose-v2) touch {there};; esac')
    assert await machine.kind(plugin.CHECK) == kind
    assert (await machine.mend(plugin.CHECK)).ending is Ending.FIXED


async def test_where_only_compose_1_is_packaged_it_is_left_alone(machine: Machine, wanting: None) -> None:
    machine.file("/etc/os-release", 'ID=debian\nVERSION_ID="12"\n')
    machine.tool("docker", err=NO_PLUGIN, code=1)
    machine.tool("dpkg-query", "docker.io\tii \t20.10\n")
    machine.tool("apt-get")
    assert await refusal(machine, plugin.CHECK) == "first_only"


async def test_an_old_docker_compose_goes_with_its_package(machine: Machine) -> None:
    machine.tool("docker-compose", "docker-compose version 1.29.2, build unknown\n")
    assert await refusal(machine, first_line.CHECK) == "not_packaged"
    machine.tool("dpkg-query", "docker-compose\tii \t1.29.2-6ubuntu1\n")
    machine.script("apt-get", f"rm {machine.bin}/docker-compose")
    assert (await machine.mend(first_line.CHECK)).ending is Ending.FIXED


@pytest.fixture
def folder(machine: Machine, tmp_path: Path) -> Path:
    """Of the Compose files, as they are when a container was started once."""
    configuration = machine.world.configuration
    docker = replace(configuration.settings.docker, folder=tmp_path / "compose")
    settings = replace(configuration.settings, docker=docker, backend=BackendChoice.DOCKER)
    machine.world = replace(machine.world, configuration=replace(configuration, settings=settings))
    made = files.project(machine.site)
    made.prepare(made.services[0])
    machine.tool("docker")
    there = machine.root / str(docker.folder).lstrip("/")  # settings name the real folder, changes the machine's
    there.parent.mkdir(parents=True)
    there.symlink_to(docker.folder)
    return docker.folder


async def test_files_that_were_changed_by_hand_are_made_anew(machine: Machine, folder: Path) -> None:
    (folder / CPU).write_text("mine\n")
    mended = await machine.mend(files.CHECK)
    assert mended.ending is Ending.FIXED
    assert (folder / CPU).read_text() == (PROJECT_ROOT / CPU).read_text()
    assert [copy.read_text() for copy in mended.copies] == ["mine\n"]


async def test_files_that_are_somebodys_own_are_left(machine: Machine, folder: Path) -> None:
    (folder / DOTENV).write_text("COMPOSE_PROJECT_NAME=mine\n")
    assert await refusal(machine, files.CHECK) == "dotenv"
    (folder / DOTENV).unlink()
    machine.tool("docker", err="services.x.image must be a string\n", code=15)
    assert await refusal(machine, files.CHECK) == "foreign_words"
    (folder / OVERRIDE).write_text("services: {x: {image: 1}}\n")
    assert await refusal(machine, files.CHECK) == "override"


async def test_what_was_checked_out_is_checked_out_again(
    machine: Machine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / MAIN).write_text("mine\n")
    monkeypatch.setattr("arriero.doctor.fixes.compose.files.PROJECT_ROOT", folder)
    assert await refusal(machine, files.CHECK) == "checked_in"


async def test_the_machines_own_ollama_that_the_network_can_reach(machine: Machine) -> None:
    active = machine.folder / "systemd/ollama.service.active"
    active.touch()
    told = "LoadState=loaded\nEnvironment=OLLAMA_HOST=0.0.0.0"
    shown = f'printf "{told}\nActiveState=%s\n" $([ -e {active} ] && echo active || echo inactive)'
    machine.script("systemctl", f'case "$1" in show) {shown};; disable) rm {active};; esac')
    assert await machine.kind(host_ollama.CHECK) == "open"
    assert (await machine.mend(host_ollama.CHECK)).ending is Ending.FIXED


@pytest.mark.parametrize("kind", ["runs", "comes"])
async def test_the_machines_own_ollama_rests(machine: Machine, kind: str) -> None:
    slots = machine.world.configuration.slots
    slot = replace(slots[0], port=11434)
    configuration = replace(machine.world.configuration, slots=(slot,))
    machine.world = replace(machine.world, configuration=configuration)
    (machine.folder / "systemd/ollama.service.enabled").touch()
    if kind == "runs":
        (machine.folder / "systemd/ollama.service.active").touch()
    mended = await machine.mend(host_ollama.CHECK)
    assert (mended.proposal.checked.finding.kind, mended.ending) == (kind, Ending.FIXED)


@pytest.mark.parametrize(("before", "kind"), [("::1 localhost\n", "six_only"), ("10.0.0.2 nas\n", "missing")])
async def test_localhost_is_127_0_0_1_again(machine: Machine, before: str, kind: str) -> None:
    machine.file("/etc/hosts", before)
    assert await machine.kind(localhost.CHECK) == kind
    assert (await machine.mend(localhost.CHECK)).ending is Ending.FIXED
    assert text(machine, "/etc/hosts") == f"127.0.0.1 localhost\n{before}"


async def test_containers_ask_themselves_without_the_proxy(machine: Machine) -> None:
    path = f"{HOME}/.docker/config.json"
    default = {"httpProxy": "http://proxy:3128", "noProxy": "*.lan"}
    machine.file(path, json.dumps({"auths": {}, "proxies": {"default": default}}))
    assert (await machine.mend(proxy.CHECK)).ending is Ending.FIXED
    after = json.loads(text(machine, path))
    assert (after["auths"], after["proxies"]["default"]["noProxy"]) == ({}, "*.lan,127.0.0.1,localhost")


async def test_the_shells_proxy_is_its_owners(machine: Machine) -> None:
    machine.environ["http_proxy"] = "http://proxy:3128"
    assert await refusal(machine, proxy.CHECK) == "shell"


@pytest.mark.parametrize(("version", "networks"), [("29.7.2", True), ("20.10.24+dfsg1", False)])
async def test_packets_that_fit(machine: Machine, version: str, networks: bool) -> None:
    machine.file("/proc/net/route", ROUTES)
    machine.file("/sys/class/net/wg0/mtu", "1420\n")
    machine.file("/etc/docker/daemon.json", '{"dns": ["1.1.1.1"]}')
    told = {"Version": version, "ApiVersion": "1.41", "MinAPIVersion": "1.12"}
    async with machine.engine({"/version": told, "/info": {}}):
        assert (await machine.mend(mtu.CHECK)).ending is Ending.FIXED
    after = json.loads(text(machine, "/etc/docker/daemon.json"))
    assert (after["mtu"], after["dns"], "default-network-opts" in after) == (1420, ["1.1.1.1"], networks)


async def test_open_containers_that_nobody_asked_for_are_left(machine: Machine) -> None:
    """Those that were asked for are made anew: with a real engine, in the tests of drift."""
    project = machine.world.configuration.settings.docker.project
    async with machine.engine({"/containers/json": [published("ollama-qwen", "0.0.0.0", project)]}):
        assert await refusal(machine, exposure.CHECK) == "not_asked_for"


async def test_the_models_folder_is_made(machine: Machine) -> None:
    mended = await machine.mend(models_folder.CHECK)
    assert mended.ending is Ending.FIXED
    assert [view.told.split()[0] for view in mended.proposal.undo] == ["rmdir"]


async def test_files_of_roots_come_back(machine: Machine, needs_root: None) -> None:
    nobody = pwd.getpwuid(65534)
    machine.user(nobody.pw_name, nobody.pw_uid, "nogroup", "nogroup")
    machine.real("chown")
    blob = machine.world.configuration.settings.models_dir / "blobs/sha256-1"
    blob.parent.mkdir(parents=True)
    blob.touch()
    assert (await machine.mend(owners.CHECK)).ending is Ending.FIXED
    assert blob.stat().st_uid == nobody.pw_uid


async def test_what_a_service_uses_is_left_to_it(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.user(uid=os.getuid() + 1)
    (machine.world.configuration.settings.models_dir / "blobs").mkdir(parents=True)
    monkeypatch.setattr(owners, "owner", lambda _: "ollama")  # there is no such user here
    assert await refusal(machine, owners.CHECK) == "shared"


async def test_swap(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """swapon(8) has the kernel list the file."""
    machine.file("/proc/swaps", SWAPS)
    machine.file("/proc/meminfo", "MemTotal:       16303140 kB\n")
    machine.file("/etc/fstab", "UUID=1 / ext4 defaults 0 1\n")
    assert await refusal(machine, swap.CHECK) == "filesystem"
    machine.file("/proc/self/mounts", "/dev/sda1 / ext4 rw 0 0\n")
    free = SimpleNamespace(free=10 << 30)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: free)
    assert await refusal(machine, swap.CHECK) == "no_room"
    free.free = 100 << 30
    for name in ("fallocate", "mkswap", "chmod"):
        machine.tool(name)
    machine.script("swapon", f'echo "$1 file 8388604 0 -2" >>{machine.root}/proc/swaps')
    mended = await machine.mend(swap.CHECK)
    assert mended.ending is Ending.FIXED
    assert text(machine, "/etc/fstab") == "UUID=1 / ext4 defaults 0 1\n/swap.img none swap sw 0 0\n"
    assert isinstance(mended.proposal.plan, FixPlan)
    assert [c.argv[0] for c in mended.proposal.plan.undo if isinstance(c, Command)] == ["swapoff", "rm"]
    machine.file("/swap.img")
    machine.file("/proc/swaps", SWAPS)
    assert await refusal(machine, swap.CHECK) == "there"


async def test_downloads_that_nobody_finished_are_swept_away(machine: Machine) -> None:
    blobs = machine.world.configuration.settings.models_dir / "blobs"
    blobs.mkdir(parents=True)
    old, young = (blobs / f"sha256-{digit * 64}-partial" for digit in "01")
    for path in (old, young):
        path.write_bytes(b"x" * 10_000)
    os.utime(old, (1, 1))
    assert (await machine.mend(litter.CHECK)).ending is Ending.FIXED
    assert (old.exists(), young.exists()) == (False, True)
    unused = blobs / f"sha256-{'2' * 64}"
    unused.write_bytes(b"x" * 10_000)
    os.utime(unused, (1, 1))
    assert await machine.kind(litter.CHECK) == "unused"
    assert (await machine.mend(litter.CHECK)).ending is Ending.FIXED
    assert not unused.exists()
