"""An engine that does not answer, or not as it should: broken, seen, mended and looked at again.

systemctl is a stand-in that leads to the machine's real engine, or tells the one of the test what to be from now on.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
from pathlib import Path

import pytest
from test_checks_apt import LINE, LIST, PACKAGE, dpkgs_database
from test_checks_docker_engine import INFO

from arriero.doctor.checks.docker import address, cgroups, daemon, dpkg, sources
from arriero.doctor.checks.docker import socket as socket_check
from arriero.doctor.mending import Ending
from doctor_machine import Machine, open_the_way

DAEMON_JSON = "/etc/docker/daemon.json"
LINKED = 'case "$1" in is-active) echo {state}; exit 3;; restart|enable) ln -s /var/run/docker.sock {sock};; esac'


@pytest.fixture(autouse=True)
def changeable(machine: Machine) -> None:
    machine.changeable()
    machine.tool("docker")


@pytest.mark.parametrize(("state", "said", "kind"), [("active", "", "hangs"), ("failed", "level=fatal x\n", "failed")])
async def test_a_daemon_that_is_started_anew(
    machine: Machine, needs_docker: None, tmp_path: Path, state: str, said: str, kind: str
) -> None:
    sock = tmp_path / "d.sock"
    machine.environ["DOCKER_HOST"] = f"unix://{sock}"
    machine.script("systemctl", LINKED.format(state=state, sock=sock))
    machine.tool("journalctl", said)
    assert await machine.kind(daemon.CHECK) == kind
    assert (await machine.mend(daemon.CHECK)).ending is Ending.FIXED


async def test_a_daemon_that_refuses(machine: Machine, needs_docker: None, own_home: Path, tmp_path: Path) -> None:
    """It is overloaded: 500 for whatever it is asked."""
    sock = Path(os.environ["XDG_RUNTIME_DIR"]) / "d.sock"
    machine.environ["DOCKER_HOST"] = f"unix://{sock}"
    machine.script("systemctl", f'case "$1" in restart) rm {sock}; ln -s /var/run/docker.sock {sock};; esac')

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b'HTTP/1.0 500 Internal Server Error\r\n\r\n{"message": "too many requests"}')
        writer.close()

    async with await asyncio.start_unix_server(refuse, sock):
        assert await machine.kind(daemon.CHECK) == "refuses"
        assert (await machine.mend(daemon.CHECK)).ending is Ending.FIXED


async def test_a_daemon_that_is_closed_to_us(machine: Machine, own_home: Path, request: pytest.FixtureRequest) -> None:
    sock = Path(os.environ["XDG_RUNTIME_DIR"]) / "d.sock"
    machine.environ["DOCKER_HOST"] = f"unix://{sock}"
    sock.parent.chmod(0o755)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(sock))
        server.listen()
        sock.chmod(0o600)
        open_the_way(machine.folder)
        request.getfixturevalue("as_nobody")
        assert await machine.kind(daemon.CHECK) == "closed"


async def test_control_groups_that_lose_the_card(machine: Machine) -> None:
    """The engine does as its file says; it is read when it is asked."""
    machine.file("/proc/driver/nvidia/version")
    file = machine.file(DAEMON_JSON, "{}")

    def info() -> dict[str, object]:
        by_itself = "native.cgroupdriver=cgroupfs" in json.loads(file.read_text()).get("exec-opts", [])
        return INFO | {"CgroupDriver": "cgroupfs" if by_itself else "systemd"}

    machine.tool("systemctl")
    async with machine.engine({"/info": info}):
        assert await machine.kind(cgroups.CHECK) == "loses_card"
        assert (await machine.mend(cgroups.CHECK)).ending is Ending.FIXED


@pytest.mark.parametrize("kind", ["elsewhere", "context_dead"])
async def test_a_context_with_the_real_docker(machine: Machine, needs_docker: None, own_home: Path, kind: str) -> None:
    """Docker Desktop leaves one behind when it goes."""
    machine.environ |= {"HOME": str(own_home)}
    del machine.environ["DOCKER_HOST"]
    machine.real("docker")
    machine.script("rootless", "")
    sock = Path(os.environ["XDG_RUNTIME_DIR"]) / "desktop.sock"
    for words in (["create", "desktop-linux", "--docker", f"host=unix://{sock}"], ["use", "desktop-linux"]):
        ran = await asyncio.create_subprocess_exec(
            machine.bin / "docker", "context", *words, env=machine.environ, stdout=asyncio.subprocess.DEVNULL
        )
        assert await ran.wait() == 0
    there = machine.root / str(own_home).lstrip("/")
    there.parent.mkdir(parents=True)
    there.symlink_to(own_home)
    if kind == "elsewhere":
        sock.touch()
        assert await machine.kind(address.CHECK) == kind
        return
    assert await machine.kind(address.CHECK) == kind
    assert (await machine.mend(address.CHECK)).ending is Ending.FIXED


async def test_a_socket_of_roots_group(machine: Machine, monkeypatch: pytest.MonkeyPatch, own_home: Path) -> None:
    """The daemon was there before the group was; started anew it gives its socket to it."""
    path = Path(os.environ["XDG_RUNTIME_DIR"]) / "d.sock"
    monkeypatch.setattr("arriero.runtime.docker.endpoint.DEFAULT_SOCKET", path)
    del machine.environ["DOCKER_HOST"]
    machine.environ["XDG_RUNTIME_DIR"] = "/nowhere"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        path.chmod(0o660)
        os.chown(path, -1, 0)
        machine.real("chgrp")
        machine.script("systemctl", f'[ "$1" = restart ] && chgrp 4 {path}')
        assert await machine.kind(socket_check.CHECK) == "root_only"
        assert (await machine.mend(socket_check.CHECK)).ending is Ending.FIXED


async def test_one_place_in_two_files_with_one_key(machine: Machine) -> None:
    machine.file(LIST, LINE)
    machine.file("/etc/apt/sources.list.d/docker-again.list", LINE)
    assert await machine.kind(sources.CHECK) == "twice"
    assert (await machine.mend(sources.CHECK)).ending is Ending.FIXED


DPKG_NEEDS = ("dpkg", "dpkg-deb", "dpkg-split", "sh", "tar", "diff", "ldconfig", "start-stop-daemon")


async def test_an_installation_that_was_cut_off(machine: Machine, needs_root: None) -> None:
    """The real dpkg configures it; what it has not entered yet (in `updates`) it enters first."""
    folder = dpkgs_database(machine, well="ok installed", half="ok unpacked")
    machine.real(*DPKG_NEEDS)
    (folder / "updates/0000").write_text(PACKAGE.format(name="late", state="ok unpacked"))
    machine.file("/var/lib/dpkg/info/late.list")
    assert await machine.kind(dpkg.CHECK) == "interrupted"
    assert (await machine.mend(dpkg.CHECK)).ending is Ending.FIXED
    dpkgs_database(machine, well="ok installed", half="ok unpacked")
    assert await machine.kind(dpkg.CHECK) == "half"
    assert (await machine.mend(dpkg.CHECK)).ending is Ending.FIXED


async def test_a_package_that_is_torn(machine: Machine, needs_root: None) -> None:
    """dpkg was killed while it unpacked: it has to be unpacked again, which only apt can."""
    folder = dpkgs_database(machine, docker="reinstreq half-installed", other="ok installed")
    machine.real(*DPKG_NEEDS)
    whole = f"sed -i 's/reinstreq half-installed/ok installed/' {folder}/status"
    machine.script("apt-get", f'case "$*" in *" install --reinstall docker") {whole};; *) exit 100;; esac')
    assert await machine.kind(dpkg.CHECK) == "half"
    assert (await machine.mend(dpkg.CHECK)).ending is Ending.FIXED
