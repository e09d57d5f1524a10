"""The steps of an installation on hosts of a test's own: what each sees, what it would do, and that it is done.

Docker's engine is a stand-in that answers GET /version as an engine does; packages come from stand-ins of apt.
"""

from __future__ import annotations

import asyncio
import json
import os
import shlex
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from arriero.config.specs import BackendKind
from arriero.core.progress import silent
from arriero.doctor import errors
from arriero.doctor.fix import CannotFix
from arriero.doctor.install import STEPS, Step, docker, driver, folders, group, steps_of, toolkit
from arriero.doctor.install.compose import STEP as COMPOSE
from arriero.doctor.install.removing import Removal, additions, take_back
from arriero.doctor.mending import Ending, Mended, Proposal, mend, propose
from arriero.doctor.scripts import SCRIPTS
from arriero.doctor.site import Site
from bare_host import BareHost, bare_host

VERSION = {"Version": "28.2.2", "ApiVersion": "1.50", "MinAPIVersion": "1.24"}
LOCK = "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 99 (unattended-upgr)"


@pytest.fixture
def bare(tmp_path: Path) -> BareHost:
    made = bare_host(tmp_path)
    made.tool("dpkg-query", "exit 1")
    made.sudo("allows")
    return made


def site_of(bare: BareHost, **settings: str) -> Site:
    site = bare.site(**{"docker__folder": str(bare.folder / "compose"), "docker__packages": "distribution"} | settings)
    environ = {**site.host.environ, "DOCKER_HOST": f"unix://{bare.folder}/docker.sock"}
    environ["STEP_OS_RELEASE"] = str(bare.folder / "release")
    (bare.folder / "release").write_text("ID=ubuntu\nVERSION_CODENAME=noble\n")
    return Site(type(site.host)(environ, site.host.root, site.host.uid), site.world)


async def see(site: Site, step: Step) -> Proposal:
    return await propose(site, step.check, step.fixes)


async def do(site: Site, step: Step) -> Mended:
    return await mend(site, await see(site, step), silent, command="install", terminal=False)


@asynccontextmanager
async def engine(socket: Path) -> AsyncIterator[None]:
    """Answers GET /version until the end."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = json.dumps(VERSION).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    async with await asyncio.start_unix_server(answer, socket):
        yield


def card(bare: BareHost) -> None:
    device = bare.folder / "root/sys/bus/pci/devices/0000:01:00.0"
    device.mkdir(parents=True)
    (device / "class").write_text("0x030000\n")
    (device / "vendor").write_text("0x10de\n")


def test_the_embedded_engine_needs_no_docker() -> None:
    native = [step.check.code for step in steps_of(BackendKind.NATIVE)]
    assert native == ["install.distribution", "install.driver", "install.folders", "install.model"]
    assert steps_of(BackendKind.DOCKER) == STEPS


async def test_docker_from_nothing_to_an_answer(bare: BareHost) -> None:
    there = "".join(
        f'printf "#!/bin/sh\\necho Docker 28\\n" >{bare.bin}/{n}; chmod +x {bare.bin}/{n}; '
        for n in ("docker", "dockerd")
    )
    bare.tool("apt-get", f'case "$*" in *install*) {there};; esac')
    site = site_of(bare)
    proposal = await see(site, docker.STEP)
    assert (proposal.checked.finding.kind, proposal.ending) == ("missing", Ending.PLANNED)
    assert any("apt-get" in line and "docker.io" in line for line in proposal.shown[0].preview)
    assert proposal.undo[0].told.endswith(" remove docker.io docker-compose-v2")
    async with engine(bare.folder / "docker.sock"):
        done = await do(site, docker.STEP)
        assert (done.ending, done.fault) == (Ending.FIXED, None)
        assert (await see(site, docker.STEP)).ending is Ending.NOT_NEEDED
    assert (await see(site, docker.STEP)).checked.finding.kind == "stopped"


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        (LOCK, errors.AptLocked),
        (
            "E: dpkg was interrupted, you must manually run 'sudo dpkg --configure -a' to correct the problem.",
            errors.DpkgInterrupted,
        ),
        ("  Temporary failure resolving 'archive.ubuntu.com'", errors.PackagesUnreachable),
        ("E: Unable to locate package docker-compose-v2", errors.PackageUnknown),
    ],
)
async def test_an_apt_that_cannot_names_its_cause(bare: BareHost, said: str, fault: type[Exception]) -> None:
    bare.tool("apt-get", f'echo "{said}" >&2; exit 100')
    done = await do(site_of(bare), docker.STEP)
    assert (done.ending, type(done.fault)) == (Ending.FAILED, fault)
    assert done.after is not None
    assert done.after.finding.kind == "missing"


async def test_without_apt_it_is_left_to_the_user(bare: BareHost) -> None:
    proposal = await see(site_of(bare), docker.STEP)
    assert isinstance(proposal.plan, CannotFix)
    assert (proposal.plan.reason, proposal.ending) == ("no_apt", Ending.CANNOT)


def after(script: str, proposal: Proposal) -> str:
    """The first word that the script is given in the first change."""
    words = shlex.split(proposal.shown[0].told)
    return words[words.index(str(SCRIPTS / script)) + 1]


@pytest.mark.parametrize(("asked", "taken"), [("auto", "distribution"), ("official", "official")])
async def test_dockers_own_packages_are_taken_where_their_repository_answers(
    bare: BareHost, asked: str, taken: str
) -> None:
    bare.tool("apt-get", "exit 0")
    site = site_of(bare, docker__packages=asked, docker__repository="http://127.0.0.1:9/nobody")
    assert after("docker.sh", await see(site, docker.STEP)) == taken


async def test_the_group_counts_from_the_next_login_on(bare: BareHost) -> None:
    members = bare.folder / "members"
    enrolled = f"[ -e {members} ] && echo bob docker || echo bob"
    bare.tool("id", f'case "$*" in -un) echo bob;; -u) echo 1000;; -Gn) echo bob;; *) {enrolled};; esac')
    bare.tool("usermod", f'echo "$@" >{members}')
    site = site_of(bare)
    assert (await see(site, group.STEP)).checked.finding.kind == "outside"
    done = await do(site, group.STEP)
    assert (done.ending, type(done.fault)) == (Ending.WAITS, errors.WaitsForLogin)
    again = await see(site, group.STEP)
    assert (again.checked.finding.kind, again.ending) == ("relogin", Ending.WAITS)
    bare.tool("id", 'case "$*" in -un) echo bob;; -u) echo 1000;; *) echo bob docker;; esac')
    assert (await see(site, group.STEP)).ending is Ending.NOT_NEEDED


async def test_the_new_group_is_had_at_once_where_sg_gives_it(bare: BareHost) -> None:
    site, groups = site_of(bare), bare.folder / "groups"
    bare.tool("id", f"cat {groups}")
    groups.write_text("bob\n")
    assert await group.as_member(site, ("arriero", "install")) is None  # there is no sg
    bare.tool("sg", f'[ "$1 $2" = "docker -c" ] || exit 1; echo docker bob >{groups}; exec sh -c "$3"')
    line = ("main.py", "install", "--yes", "--lang", "a b")
    command = await group.as_member(site, line)
    assert command == ("sg", "docker", "-c", "main.py install --yes --lang 'a b'")
    bare.tool("sg", 'echo "Password:"; exit 1')  # the database does not have this user in it
    assert await group.as_member(site, line) is None


@pytest.mark.parametrize(("groups", "waits"), [("4 27 1000 ", True), ("4 999 1000 ", False)])
def test_other_terminals_wait_for_the_login(bare: BareHost, groups: str, waits: bool) -> None:
    site, root = site_of(bare), bare.folder / "root"
    assert not group.waits_for_login(site)
    leader = root / f"proc/{os.getsid(0)}"
    leader.mkdir(parents=True)
    (leader / "status").write_text(f"Name:\tbash\nGroups:\t{groups}\nNStgid:\t1\n")
    (root / "etc").mkdir()
    (root / "etc/group").write_text("ana:x:1000:\ndocker:x:999:ana\n")
    assert group.waits_for_login(site) is waits


async def test_debian_12_has_no_compose_2_of_its_own(bare: BareHost) -> None:
    """Its docker-compose is 1.29. Docker's repository would do, and does not answer here."""
    bare.tool("apt-get", "exit 0")
    (bare.folder / "root/etc").mkdir()
    (bare.folder / "root/etc/os-release").write_text('ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n')
    plan = (await see(site_of(bare), docker.STEP)).plan
    assert plan == CannotFix("first_only", (("name", "Debian 12"),))
    official = await see(
        site_of(bare, docker__packages="official", docker__repository="http://127.0.0.1:9"), docker.STEP
    )
    assert official.ending is Ending.PLANNED


async def test_a_card_needs_its_driver_and_a_reboot(bare: BareHost) -> None:
    bare.tool("apt-get", "exit 0")
    site = site_of(bare)
    assert (await see(site, driver.STEP)).checked.finding.kind == "no_card"
    card(bare)
    done = await do(site, driver.STEP)
    assert (done.ending, done.after and done.after.finding.kind) == (Ending.WAITS, "missing")
    bare.tool("nvidia-smi", "echo 'GPU 0: NVIDIA GeForce RTX 2070 SUPER'")
    (bare.folder / "root/sys/module/nvidia").mkdir(parents=True)
    (bare.folder / "root/sys/module/nvidia/version").write_text("580.95.05\n")
    assert (await see(site, driver.STEP)).checked.finding.kind == "works"
    bare.tool("nvidia-smi", "echo 'Failed to initialize NVML: Driver/library version mismatch'; exit 18")
    assert (await see(site, driver.STEP)).ending is Ending.CANNOT


async def test_the_toolkit_and_a_docker_that_does_not_know_it_yet(bare: BareHost) -> None:
    site = site_of(bare)
    assert (await see(site, toolkit.STEP)).checked.finding.kind == "no_card"
    card(bare)
    bare.tool("apt-get", "exit 0")
    assert after("toolkit.sh", await see(site, toolkit.STEP)).startswith("https://")
    for name in ("nvidia-ctk", "nvidia-container-runtime-hook"):
        bare.tool(name, "exit 0")
    assert (await see(site, toolkit.STEP)).checked.finding.kind == "there"
    pid = bare.folder / "root/run/docker.pid"
    pid.parent.mkdir()
    pid.write_text("1\n")
    os.utime(pid, (1, 1))
    proposal = await see(site, toolkit.STEP)
    assert proposal.checked.finding.kind == "not_restarted"
    assert after("service.sh", proposal) == "docker"


async def test_folders_and_compose_files_are_made_and_taken_back(bare: BareHost) -> None:
    made = site_of(bare)
    site = Site(replace(made.host, root=Path("/")), made.world)  # these folders are the settings'
    assert (await do(site, folders.STEP)).ending is Ending.FIXED
    assert (await do(site, COMPOSE)).ending is Ending.FIXED
    assert (bare.folder / "compose/docker-compose.yml").is_file()
    assert [(await see(site, step)).ending for step in (folders.STEP, COMPOSE)] == [Ending.NOT_NEEDED] * 2
    kept = await additions(site)
    assert [each.step for each in kept] == ["install.compose", "install.folders"]
    bare.tool("rmdir", 'exec /bin/rmdir "$@"')
    done = [await take_back(site, each, silent, terminal=False) for each in kept]
    assert [each.removal for each in done] == [Removal.DONE] * 2
    assert await additions(site) == ()
    assert not (bare.folder / "compose/docker-compose.yml").exists()


async def test_what_cannot_be_taken_back_stays_among_the_additions(bare: BareHost) -> None:
    site = site_of(bare)
    await do(site, folders.STEP)
    (kept,) = await additions(site)
    done = await take_back(site, kept, silent, terminal=False)  # this machine has no rmdir
    assert (done.removal, type(done.fault)) == (Removal.FAILED, errors.ProgramMissing)
    assert await additions(site) == (kept,)
