"""The way to Docker, on machines where it is broken: the program, its kinds, the group, the socket, the daemon."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from arriero.config.specs import BackendChoice
from arriero.doctor.check import Grade
from arriero.doctor.checks import docker
from arriero.doctor.checks.docker import (
    address,
    client,
    daemon,
    group,
    installations,
    kind,
    program,
    settings,
)
from arriero.doctor.checks.docker import socket as socket_check
from arriero.doctor.examining import examine
from arriero.doctor.facts.packages import packages
from doctor_machine import HOME, Machine

VERSION = "Docker version 29.7.2, build 1a2b3c4\n"  # docker/cli, `docker --version`
PODMAN = "podman version 4.9.3\n"  # what podman-docker's `docker --version` prints (Ubuntu 24.04)


async def test_the_program(machine: Machine) -> None:
    assert (await machine.sees(program.CHECK)).finding.kind == "unneeded"  # this stack asks for native
    machine.tool("docker", VERSION)
    assert (await machine.sees(program.CHECK)).finding.params["said"] == VERSION.strip()
    machine.tool("docker", PODMAN)
    assert await machine.kind(program.CHECK) == "podman"
    machine.tool("docker", err="docker: error while loading shared libraries", code=127)
    assert await machine.kind(program.CHECK) == "broken"


async def test_a_program_that_is_missing_counts_as_the_settings_say(machine: Machine, wanting: None) -> None:
    seen = await machine.sees(program.CHECK)
    assert (seen.finding.kind, seen.grade) == ("needed", Grade.ERROR)
    configuration = machine.world.configuration
    undecided = replace(configuration.settings, backend=BackendChoice.AUTO)
    machine.world = replace(machine.world, configuration=replace(configuration, settings=undecided))
    assert await machine.kind(program.CHECK) == "missing"


async def test_the_snap_is_known_by_where_it_lies(machine: Machine) -> None:
    snap = machine.root / "usr/bin/snap"
    snap.parent.mkdir(parents=True)
    snap.touch()
    snap.chmod(0o755)
    (machine.bin / "docker").symlink_to(snap)  # /snap/bin/docker -> /usr/bin/snap
    assert await machine.kind(kind.CHECK) == "snap"


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        ({"OperatingSystem": "Docker Desktop"}, "desktop"),
        ({"OperatingSystem": "Ubuntu 24.04.3 LTS", "SecurityOptions": ["name=rootless"]}, "rootless"),
        ({"OperatingSystem": "Ubuntu 24.04.3 LTS", "SecurityOptions": ["name=apparmor"]}, "engine"),
    ],
)
async def test_kinds_that_the_engine_tells(machine: Machine, info: dict[str, object], expected: str) -> None:
    machine.tool("docker", VERSION)
    assert await machine.kind(kind.CHECK) == "untold"
    async with machine.engine({"/info": info}):
        assert await machine.kind(kind.CHECK) == expected


# dpkg-query 1.22: one line for each package that it knows; unknown ones go to standard error with status 1
TWO = "docker-ce\tii \t5:29.7.2-1~ubuntu.24.04~noble\ndocker-desktop\tii \t4.50.0\ndocker.io\trc \t24.0.7\n"


async def test_two_installations(machine: Machine) -> None:
    assert await machine.kind(installations.CHECK) == "none"
    machine.tool("dpkg-query", TWO, err="dpkg-query: no packages found matching podman-docker\n", code=1)
    assert await packages(machine.site) == {"docker-ce": "5:29.7.2-1~ubuntu.24.04~noble", "docker-desktop": "4.50.0"}
    assert (await machine.sees(installations.CHECK)).finding.params["found"] == "docker-ce, docker-desktop"
    machine.tool("dpkg-query", TWO.splitlines()[0])
    assert await machine.kind(installations.CHECK) == "one"
    machine.file("/snap/bin/docker")
    assert await machine.kind(installations.CHECK) == "several"


async def test_where_the_engine_is_looked_for(machine: Machine) -> None:
    assert await machine.kind(address.CHECK) == "host_dead"
    machine.environ["DOCKER_HOST"] = "tcp://example.org:2375"
    assert await machine.kind(address.CHECK) == "unusable"
    machine.environ["DOCKER_HOST"] = "unix:///var/run/docker.sock"
    assert await machine.kind(address.CHECK) == "usual"
    del machine.environ["DOCKER_HOST"]
    machine.file(f"{HOME}/.docker/config.json", '{"currentContext": "desktop-linux"}')
    assert await machine.kind(address.CHECK) == "context_unknown"
    machine.file(f"{HOME}/.docker/config.json", '{"currentContext": ')
    assert await machine.kind(address.CHECK) == "context_unreadable"


@pytest.mark.parametrize(
    ("session", "enrolled", "database", "expected"),
    [
        ("ana docker", "ana docker", "docker:x:999:ana\n", "member"),
        ("ana", "ana docker", "docker:x:999:ana\n", "relogin"),
        ("ana", "ana", "docker:x:999:\n", "outside"),
        ("ana", "ana", None, "no_group"),
    ],
)
async def test_the_group(
    machine: Machine, wanting: None, session: str, enrolled: str, database: str | None, expected: str
) -> None:
    machine.tool("docker", VERSION)
    assert await machine.kind(group.CHECK) == "untold"
    machine.user(session=session, enrolled=enrolled)
    machine.tool("getent", database or "", code=0 if database else 2)
    assert await machine.kind(group.CHECK) == expected


async def test_root_needs_no_group(machine: Machine) -> None:
    machine.user("root", 0, "root", "root")
    assert await machine.kind(group.CHECK) == "root"


async def test_the_socket(machine: Machine, own_home: Path) -> None:
    path = Path(os.environ["XDG_RUNTIME_DIR"]) / "s"
    machine.environ["DOCKER_HOST"] = f"unix://{path}"
    assert await machine.kind(socket_check.CHECK) == "no_socket"
    path.mkdir()
    assert await machine.kind(socket_check.CHECK) == "not_a_socket"
    path.rmdir()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        path.chmod(0o666)
        assert await machine.kind(socket_check.CHECK) == "open_to_all"
        path.chmod(0o660)
        assert await machine.kind(socket_check.CHECK) == "right"


async def test_a_socket_that_was_made_before_its_group(
    machine: Machine, needs_root: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path(os.environ["XDG_RUNTIME_DIR"]) / "s"
    monkeypatch.setattr("arriero.runtime.docker.endpoint.DEFAULT_SOCKET", path)
    del machine.environ["DOCKER_HOST"]
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        path.chmod(0o660)
        assert await machine.kind(socket_check.CHECK) == "right"  # root needs no group
        machine.uid = 1000
        assert await machine.kind(socket_check.CHECK) == "root_only"


# systemd 255 and dockerd 29: what `journalctl -u docker -o cat` holds after a start with a wrong file
JOURNAL = """\
Starting docker.service - Docker Application Container Engine...
unable to configure the Docker daemon with file /etc/docker/daemon.json: invalid character '}' after object key
docker.service: Main process exited, code=exited, status=1/FAILURE
docker.service: Failed with result 'exit-code'.
Failed to start docker.service - Docker Application Container Engine.
docker.service: Start request repeated too quickly.
"""


async def test_the_daemon(machine: Machine, own_home: Path) -> None:
    assert await machine.kind(daemon.CHECK) == "not_installed"
    machine.tool("docker", VERSION)
    assert await machine.kind(daemon.CHECK) == "stopped"
    machine.tool("journalctl", JOURNAL)
    seen = await machine.sees(daemon.CHECK)
    assert seen.finding.kind == "failed"
    assert str(seen.finding.params["detail"]).startswith("unable to configure")
    machine.tool("systemctl", "active\n")
    assert await machine.kind(daemon.CHECK) == "hangs"
    async with machine.engine({}):
        assert await machine.kind(daemon.CHECK) == "answers"
    async with machine.engine({"/version": {"Version": "19.03.15", "ApiVersion": "1.40", "MinAPIVersion": "1.12"}}):
        assert await machine.kind(daemon.CHECK) == "answers"
    async with machine.engine({"/version": {}}):
        assert await machine.kind(daemon.CHECK) == "refuses"


async def test_an_engine_and_tools_that_hang_hold_up_nobody(machine: Machine, own_home: Path, hurried: None) -> None:
    """Those that have to wait for them say so; the others look."""
    path, over = Path(os.environ["XDG_RUNTIME_DIR"]) / "s", asyncio.Event()

    async def mute(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()
        writer.close()

    machine.real("sleep")
    for tool in ("docker", "dockerd", "systemctl", "journalctl", "id", "dpkg", "dpkg-query"):
        machine.script(tool, "exec sleep 600")
    machine.environ["DOCKER_HOST"] = f"unix://{path}"
    async with await asyncio.start_unix_server(mute, path):
        seen = {one.check.code: one.finding.kind for one in await examine(machine.site, docker.CHECKS)}
        over.set()
    assert (seen["docker.daemon"], seen["docker.program"], seen["docker.socket"]) == ("hangs", "timed_out", "right")
    assert seen["docker.release"] == seen["docker.logs"] == "no_engine"


async def test_the_real_engine_answers(machine: Machine, needs_docker: None) -> None:
    del machine.environ["DOCKER_HOST"]
    machine.real("docker")
    for check in (daemon.CHECK, kind.CHECK, address.CHECK):
        assert (await machine.sees(check)).grade.ok


async def test_settings_that_are_no_json(machine: Machine) -> None:
    assert await machine.kind(settings.CHECK) == "absent"
    machine.file("/etc/docker/daemon.json", '{"log-driver": "local",}')
    assert await machine.kind(settings.CHECK) == "not_json"
    machine.file("/etc/docker/daemon.json", "[]")
    assert await machine.kind(settings.CHECK) == "not_json"
    machine.file("/etc/docker/daemon.json", '{"log-driver": "local"}')
    assert await machine.kind(settings.CHECK) == "right"


async def test_settings_that_the_real_daemon_refuses(machine: Machine, needs_docker: None, tmp_path: Path) -> None:
    """A daemon before 23 cannot be asked to judge a file: then its words at a real start stand in for the answer."""
    path = machine.file("/etc/docker/daemon.json", '{"log-drivr": "local"}')
    own = {"data-root": "data", "exec-root": "exec", "pidfile": "pid"}
    words = [f"--{name}={tmp_path / value}" for name, value in own.items()]
    start = ["dockerd", f"--config-file={path}", *words, f"--host=unix://{tmp_path}/s"]
    said = await asyncio.to_thread(subprocess.run, start, capture_output=True, text=True, timeout=30, check=False)
    assert said.returncode == 1
    machine.tool("dockerd", err=said.stderr, code=1)
    seen = await machine.sees(settings.CHECK)
    assert seen.finding.kind == "refused"
    assert seen.finding.params["detail"] == "the following directives don't match any configuration option: log-drivr"


async def test_a_daemon_that_cannot_be_asked_is_no_refusal(machine: Machine) -> None:
    machine.file("/etc/docker/daemon.json", "{}")
    machine.tool(
        "dockerd", err="Status: unknown flag: --validate\nSee 'dockerd --help'., Code: 125\n", code=125
    )  # 20.10
    assert await machine.kind(settings.CHECK) == "right"


async def test_hosts_that_the_unit_gives_too(machine: Machine) -> None:
    machine.file("/etc/docker/daemon.json", json.dumps({"hosts": ["unix:///var/run/docker.sock"]}))
    started = (
        "ExecStart={ path=/usr/bin/dockerd ; argv[]=/usr/bin/dockerd -H fd:// --containerd=/run/c.sock ; pid=1 }\n"
    )
    machine.tool("systemctl", started)  # systemd 255, `systemctl show -p ExecStart`
    assert await machine.kind(settings.CHECK) == "hosts_twice"
    machine.tool("systemctl", started.replace("-H fd://", ""))
    assert await machine.kind(settings.CHECK) == "right"


async def test_the_clients_own_folder(machine: Machine) -> None:
    machine.user(uid=os.getuid())
    assert await machine.kind(client.CHECK) == "absent"
    machine.file(f"{HOME}/.docker/config.json", "{}")
    assert await machine.kind(client.CHECK) == "right"
    machine.file(f"{HOME}/.docker/config.json", '{"credsStore": "desktop"}')
    assert (await machine.sees(client.CHECK)).finding.params["program"] == "docker-credential-desktop"
    machine.file(f"{HOME}/.docker/config.json", "{")
    assert await machine.kind(client.CHECK) == "not_json"
    machine.user(uid=os.getuid() + 1)  # the folder is another user's than who asks
    assert await machine.kind(client.CHECK) == "foreign"
