"""Each thing that is wrong with Docker is broken, seen, mended and looked at again.

Files are real, in a root of the test's own. Programs that only root may use on a whole machine (usermod, systemctl,
dpkg) are stand-ins that keep what they are told in files, and answer from there as the real ones do.
"""

from __future__ import annotations

import json
import os
import pwd
import socket
from pathlib import Path

import pytest
from test_checks_apt import DEB822, LINE, LIST, SOURCES
from test_checks_docker_engine import INFO, container

from arriero.doctor.checks.docker import (
    address,
    boot,
    cgroups,
    client,
    daemon,
    group,
    keyrings,
    logs,
    namespaces,
    networks,
    orphans,
    settings,
    sources,
    suite,
    volume,
)
from arriero.doctor.checks.docker import socket as socket_check
from arriero.doctor.fix import Afterwards, CannotFix, FixPlan
from arriero.doctor.fixes.docker.settings import understood
from arriero.doctor.mending import Ending
from doctor_machine import HOME, Machine

DAEMON_JSON = "/etc/docker/daemon.json"


@pytest.fixture(autouse=True)
def changeable(machine: Machine) -> None:
    machine.changeable()
    machine.systemd("docker.service")


def text(machine: Machine, path: str) -> str:
    return (machine.root / path.lstrip("/")).read_text()


@pytest.mark.parametrize(("database", "kind"), [("", "no_group"), ("docker:x:999:", "outside")])
async def test_into_the_group_and_then_to_log_in(
    machine: Machine, wanting: None, database: str, kind: str, tmp_path: Path
) -> None:
    """usermod and groupadd change the database; the session stays what it was."""
    machine.tool("docker")
    record = tmp_path / "enrolled"
    enrolled = f"echo ana; if [ -e {record} ]; then echo docker; fi"
    machine.script("id", f'case "$*" in "-Gn ana"|"-nG -- ana") {enrolled};; -u) echo 1000;; *) echo ana;; esac')
    machine.tool("getent", database, code=0 if database else 2)
    machine.tool("groupadd")
    machine.real("bash", "dirname", "readlink")
    machine.script("usermod", f'[ "$*" = "-aG docker ana" ] && touch {record}')
    assert await machine.kind(group.CHECK) == kind
    mended = await machine.mend(group.CHECK)
    assert (mended.ending, mended.after and mended.after.finding.kind) == (Ending.WAITS, "relogin")
    again = await machine.plan(group.CHECK)
    assert isinstance(again, CannotFix)
    assert again.afterwards is Afterwards.LOGIN


async def test_a_daemon_that_does_not_run(machine: Machine, needs_docker: None, tmp_path: Path) -> None:
    """The stand-in for systemctl puts the real engine's socket in its place."""
    machine.tool("docker")
    sock = tmp_path / "d.sock"
    machine.environ["DOCKER_HOST"] = f"unix://{sock}"
    start = f'case "$*" in *--now*) ln -s /var/run/docker.sock {sock};; is-active*) exit 3;; esac'
    machine.script("systemctl", start)
    assert await machine.kind(daemon.CHECK) == "stopped"
    assert (await machine.mend(daemon.CHECK)).ending is Ending.FIXED


async def test_a_daemon_with_a_broken_file_is_not_started_in_vain(machine: Machine) -> None:
    machine.tool("docker")
    machine.file(DAEMON_JSON, "{")
    plan = await machine.plan(daemon.CHECK)
    assert isinstance(plan, CannotFix)
    assert plan.reason == "settings_first"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"log-driver": "local",}', {"log-driver": "local"}),
        ('{// mine\n"dns": ["1.1.1.1",], /* x */ "a": "b, } // c"}', {"dns": ["1.1.1.1"], "a": "b, } // c"}),
        ("what is this", {}),
        ("[]", {}),
    ],
)
async def test_settings_that_are_no_json(machine: Machine, before: str, after: dict[str, object]) -> None:
    machine.file(DAEMON_JSON, before)
    mended = await machine.mend(settings.CHECK)
    assert (mended.ending, json.loads(text(machine, DAEMON_JSON))) == (Ending.FIXED, after)
    assert [copy.read_text() for copy in mended.copies] == [before]


def test_what_was_meant() -> None:
    assert understood('{"a": 1') is None
    assert understood('{"a": "x\\"//", }') == {"a": 'x"//'}


async def test_settings_that_the_daemon_does_not_know(machine: Machine) -> None:
    """A daemon that judges as the real one did: see the check's own test."""
    words = "unable to configure the Docker daemon with file x: the following directives don't match any"
    refuse = f'echo "{words} configuration option: log-drivr, y" >&2; exit 1'
    machine.script("dockerd", f"if grep -q log-drivr {machine.root}{DAEMON_JSON}; then {refuse}; fi")
    machine.file(DAEMON_JSON, '{"log-drivr": "local", "dns": ["1.1.1.1"], "y": 1}')
    assert (await machine.mend(settings.CHECK)).ending is Ending.FIXED
    assert json.loads(text(machine, DAEMON_JSON)) == {"dns": ["1.1.1.1"]}


async def test_what_the_daemon_minds_and_we_do_not_know(machine: Machine) -> None:
    machine.tool("dockerd", err="unable to configure the Docker daemon with file x: invalid mtu: -1\n", code=1)
    machine.file(DAEMON_JSON, '{"mtu": -1}')
    plan = await machine.plan(settings.CHECK)
    assert isinstance(plan, CannotFix)
    assert plan.params == (("detail", "invalid mtu: -1"),)


async def test_hosts_given_twice(machine: Machine) -> None:
    machine.file(DAEMON_JSON, '{"hosts": ["fd://"], "debug": true}')
    machine.script("systemctl", 'case "$1" in show) echo "ExecStart={ argv[]=/usr/bin/dockerd -H fd:// ; }";; esac')
    assert (await machine.mend(settings.CHECK)).ending is Ending.FIXED
    assert json.loads(text(machine, DAEMON_JSON)) == {"debug": True}


async def test_logs_get_an_end_and_the_rest_of_the_file_stays(machine: Machine) -> None:
    machine.file(DAEMON_JSON, '{"dns": ["1.1.1.1"], "log-opts": {"labels": "x"}}')
    async with machine.engine({"/info": INFO}):
        mended = await machine.mend(logs.CHECK)
    after = json.loads(text(machine, DAEMON_JSON))
    assert (mended.ending, after["dns"]) == (Ending.FIXED, ["1.1.1.1"])
    assert after["log-opts"] == {"labels": "x", "max-size": "10m", "max-file": "3"}
    assert "-{" in mended.proposal.shown[0].diff
    assert mended.proposal.undo[0].kind == "file"


async def test_the_control_groups_driver(machine: Machine) -> None:
    """An engine that does as its file says once it is started anew: here the answer is read after that."""
    machine.file("/proc/driver/nvidia/version")
    machine.file(DAEMON_JSON, '{"exec-opts": ["native.cgroupdriver=systemd", "x=y"]}')
    async with machine.engine({"/info": INFO}):
        mended = await machine.mend(cgroups.CHECK)
    assert mended.ending is Ending.FAILED  # this engine does not listen
    assert json.loads(text(machine, DAEMON_JSON)) == {"exec-opts": ["x=y", "native.cgroupdriver=cgroupfs"]}
    async with machine.engine({"/info": INFO | {"CgroupDriver": "cgroupfs"}}):
        assert await machine.kind(cgroups.CHECK) == "second"


async def test_with_the_machine(machine: Machine) -> None:
    async with machine.engine({}):
        assert (await machine.mend(boot.CHECK)).ending is Ending.FIXED


async def test_the_users_own_folder_comes_back(machine: Machine, needs_root: None) -> None:
    nobody = pwd.getpwuid(65534)
    machine.user(nobody.pw_name, nobody.pw_uid, "nogroup", "nogroup")
    machine.real("chown")
    there = machine.file(f"{HOME}/.docker/config.json", "{}")
    assert (await machine.mend(client.CHECK)).ending is Ending.FIXED
    assert there.stat().st_uid == there.parent.stat().st_uid == nobody.pw_uid


async def test_the_clients_file(machine: Machine) -> None:
    machine.user(uid=os.getuid())
    machine.file(f"{HOME}/.docker/config.json", '{"credsStore": "desktop", "auths": {}}')
    assert (await machine.mend(client.CHECK)).ending is Ending.FIXED
    assert json.loads(text(machine, f"{HOME}/.docker/config.json")) == {"auths": {}}
    machine.file(f"{HOME}/.docker/config.json", "{")
    mended = await machine.mend(client.CHECK)
    assert (mended.ending, [copy.read_text() for copy in mended.copies]) == (Ending.FIXED, ["{"])


async def test_back_from_a_context_with_the_real_docker(machine: Machine, needs_docker: None) -> None:
    home = machine.root / HOME.lstrip("/")
    machine.environ |= {"DOCKER_CONFIG": str(home / ".docker")}
    del machine.environ["DOCKER_HOST"]
    machine.real("docker")
    machine.file(f"{home}/.docker/config.json", '{"currentContext": "desktop-linux"}')
    (home / ".docker").mkdir(parents=True)
    (home / ".docker/config.json").write_text('{"currentContext": "desktop-linux"}')
    assert await machine.kind(address.CHECK) == "context_unknown"
    assert (await machine.mend(address.CHECK)).ending is Ending.FIXED


async def test_a_shell_is_its_owners(machine: Machine) -> None:
    plan = await machine.plan(address.CHECK)
    assert isinstance(plan, CannotFix)
    assert plan.reason == "shell"


async def test_the_socket(machine: Machine, own_home: Path) -> None:
    path = Path(os.environ["XDG_RUNTIME_DIR"]) / "s"
    machine.environ["DOCKER_HOST"] = f"unix://{path}"
    path.mkdir()
    assert (await machine.mend(socket_check.CHECK)).ending is Ending.FIXED
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        path.chmod(0o666)
        assert (await machine.mend(socket_check.CHECK)).ending is Ending.FIXED


async def test_ids_past_those_that_are_given(machine: Machine) -> None:
    """usermod enters the range into /etc/subuid (shadow-utils)."""
    machine.user()
    machine.tool("rootlesskit")
    machine.file(f"{HOME}/.config/systemd/user/docker.service")
    machine.file("/etc/subuid", "bob:100000:65536\n")
    machine.script("usermod", f'IFS=-; set -- $2; echo "ana:$1:65536" >>{machine.root}/etc/subuid')
    assert (await machine.mend(namespaces.CHECK)).ending is Ending.FIXED
    assert "ana:165536:65536" in text(machine, "/etc/subuid")


async def test_two_files_for_one_place(machine: Machine) -> None:
    machine.file(SOURCES, DEB822)
    machine.file(LIST, LINE)
    mended = await machine.mend(sources.CHECK)
    assert mended.ending is Ending.FIXED
    assert not (machine.root / LIST.lstrip("/")).exists()
    assert [(copy.suffix, copy.read_text()) for copy in mended.copies] == [(".bak", LINE)]


async def test_a_file_that_names_more_is_not_taken_away(machine: Machine) -> None:
    more = "deb https://example.org/x stable main\n"
    machine.file(LIST, LINE + more)
    machine.file(SOURCES, DEB822 + "\n" + DEB822.replace("docker.com", "docker.org"))
    plan = await machine.plan(sources.CHECK)
    assert isinstance(plan, CannotFix)
    assert plan.reason == "mixed"


async def test_a_key_that_apt_may_not_read(machine: Machine) -> None:
    machine.file(SOURCES, DEB822)
    machine.file("/etc/apt/keyrings/docker.asc", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n").chmod(0o600)
    assert (await machine.mend(keyrings.CHECK)).ending is Ending.FIXED


@pytest.mark.parametrize(("file", "before"), [(SOURCES, DEB822), (LIST, LINE)])
async def test_the_release_of_a_source(machine: Machine, file: str, before: str) -> None:
    machine.tool("apt-get")
    other = "deb https://example.org/noble noble main\n" if file == LIST else ""
    machine.file("/etc/os-release", "ID=ubuntu\nVERSION_CODENAME=resolute\n")
    machine.file(file, other + before)
    assert (await machine.mend(suite.CHECK)).ending is Ending.FIXED
    assert text(machine, file) == other + before.replace("noble", "resolute")


async def test_what_is_asked_of_docker(machine: Machine) -> None:
    """The lines alone: a prune on the machine that tests run on would take what is not the test's."""
    project = machine.world.configuration.settings.docker.project
    used_up = {"DefaultAddressPools": [{"Base": "10.0.0.0/24", "Size": 24}]}
    left = [container("gone", project)]
    answers = {"/info": INFO | used_up, "/networks": [{"IPAM": {"Config": None}}], "/containers/json": left}
    async with machine.engine(answers):
        pruning, removing = await machine.plan(networks.CHECK), await machine.plan(orphans.CHECK)
    assert isinstance(pruning, FixPlan)
    assert isinstance(removing, FixPlan)
    assert [c.argv for c in pruning.changes] == [("docker", "network", "prune", "--force")]  # type: ignore[union-attr]
    assert removing.changes[-1].argv == ("docker", "rm", "--force", "gone")  # type: ignore[union-attr]


async def test_the_folder_of_the_volume(machine: Machine) -> None:
    models = machine.world.configuration.settings.models_dir
    async with machine.engine({"/volumes": {"Options": {"device": str(models)}}}):
        assert (await machine.mend(volume.CHECK)).ending is Ending.FIXED
    assert models.is_dir()


async def test_a_volume_with_files_of_its_own_is_left(machine: Machine) -> None:
    async with machine.engine({"/volumes": {"Mountpoint": "/var/lib/docker/volumes/x/_data"}}):
        plan = await machine.plan(volume.CHECK)
    assert isinstance(plan, CannotFix)
    assert plan.reason == "holds_files"
