"""What the engine tells of itself, judged: recorded answers of engines that are wrong, and the real one's."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from arriero.config.specs import BackendChoice
from arriero.doctor.check import Check
from arriero.doctor.checks import compose, docker
from arriero.doctor.checks.compose import files, first_line, plugin
from arriero.doctor.checks.docker import (
    boot,
    cgroups,
    disk,
    image,
    logs,
    names,
    namespaces,
    networks,
    open_files,
    orphans,
    release,
    stopping,
    volume,
    warnings,
)
from doctor_machine import HOME, Machine

# GET /info of Engine 28 and 29, as far as it is read
INFO: dict[str, object] = {
    "ServerVersion": "28.2.2",
    "LoggingDriver": "json-file",
    "CgroupDriver": "systemd",
    "CgroupVersion": "2",
    "SecurityOptions": ["name=apparmor", "name=seccomp,profile=builtin", "name=cgroupns"],
    "Warnings": None,
}


async def kind(machine: Machine, check: Check, **answers: object) -> str:
    async with machine.engine({f"/{name}": value for name, value in answers.items()}):
        return await machine.kind(check)


async def test_without_an_engine_nothing_is_said_of_it(machine: Machine) -> None:
    asks_engine = [check for check in docker.CHECKS if "no_engine" in check.kinds]
    assert len(asks_engine) > 10
    assert {await machine.kind(check) for check in asks_engine} == {"no_engine"}


@pytest.mark.parametrize(
    ("version", "newest", "oldest", "expected"),
    [
        ("29.7.2", "1.54", "1.40", "current"),
        ("29.1.0", "1.52", "1.44", "narrow"),
        ("24.0.7", "1.43", "1.12", "aged"),
        ("20.10.24+dfsg1", "1.41", "1.12", "aged"),
        ("19.03.15", "1.40", "1.12", "too_old"),
        ("40.0.0", "1.70", "1.60", "too_new"),
    ],
)
async def test_versions(machine: Machine, version: str, newest: str, oldest: str, expected: str) -> None:
    told = {"Version": version, "ApiVersion": newest, "MinAPIVersion": oldest}
    assert await kind(machine, release.CHECK, version=told) == expected


async def test_control_groups(machine: Machine) -> None:
    assert await kind(machine, cgroups.CHECK, info=INFO) == "second"
    assert await kind(machine, cgroups.CHECK, info=INFO | {"CgroupVersion": "1"}) == "first"
    machine.file("/proc/driver/nvidia/version", "NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.95.05")
    assert await kind(machine, cgroups.CHECK, info=INFO) == "loses_card"
    assert await kind(machine, cgroups.CHECK, info=INFO | {"CgroupDriver": "cgroupfs"}) == "second"
    assert await kind(machine, cgroups.CHECK, info=INFO | {"ServerVersion": "29.2.0"}) == "second"


async def test_logs_without_an_end(machine: Machine) -> None:
    assert await kind(machine, logs.CHECK, info=INFO) == "endless"
    assert await kind(machine, logs.CHECK, info=INFO | {"LoggingDriver": "local"}) == "limited"
    machine.file("/etc/docker/daemon.json", '{"log-opts": {"max-size": "10m"}}')
    assert await kind(machine, logs.CHECK, info=INFO) == "limited"


# moby, daemon/info.go: the words of GET /info
OPEN_API = "WARNING: API is accessible on http://0.0.0.0:2375 without encryption.\n         Access to the remote API is"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (None, "none"),
        (["WARNING: No swap limit support"], "some"),
        (["WARNING: IPv4 forwarding is disabled"], "no_forwarding"),
        (["WARNING: No swap limit support", OPEN_API], "open_api"),
    ],
)
async def test_its_own_warnings(machine: Machine, said: list[str] | None, expected: str) -> None:
    assert await kind(machine, warnings.CHECK, info=INFO | {"Warnings": said}) == expected


async def test_after_a_reboot(machine: Machine) -> None:
    assert await kind(machine, boot.CHECK) == "no_unit"
    machine.tool("systemctl", "disabled\n", code=1)  # systemd 255
    assert await kind(machine, boot.CHECK) == "stays_away"
    machine.tool("systemctl", "enabled\n")
    assert await kind(machine, boot.CHECK) == "comes"


async def test_open_files(machine: Machine) -> None:
    assert await kind(machine, open_files.CHECK) == "no_unit"
    machine.tool("systemctl", "LimitNOFILESoft=1024\n\nLimitNOFILESoft=524288\n")  # systemd 255, containerd 2.1.5
    assert await kind(machine, open_files.CHECK) == "few"
    machine.tool("systemctl", "LimitNOFILESoft=524288\n\nLimitNOFILESoft=infinity\n")
    assert await kind(machine, open_files.CHECK) == "enough"


async def test_address_ranges_run_out(machine: Machine) -> None:
    ranges = [f"172.{n}.0.0/16" for n in range(17, 32)] + [f"192.168.{16 * n}.0/20" for n in range(16)]
    every = [{"IPAM": {"Config": [{"Subnet": one}]}} for one in ranges]
    outside = [{"IPAM": {"Config": [{"Subnet": "10.0.0.0/24"}]}}, {"IPAM": {"Config": None}}]
    assert await kind(machine, networks.CHECK, info=INFO, networks=every) == "used_up"
    assert await kind(machine, networks.CHECK, info=INFO, networks=every[:-1] + outside) == "few"
    assert await kind(machine, networks.CHECK, info=INFO, networks=every[:5] + outside) == "enough"
    small = INFO | {"DefaultAddressPools": [{"Base": "10.0.0.0/24", "Size": 26}]}
    assert await kind(machine, networks.CHECK, info=small, networks=outside) == "few"


def container(name: str, project: str, slot: str = "") -> dict[str, Any]:
    labels = {"com.docker.compose.project": project} | ({"arriero.slot": slot} if slot else {})
    return {"Id": name, "Names": [f"/{name}"], "Labels": labels}


async def test_a_strangers_container_has_our_name(machine: Machine) -> None:
    project = machine.world.configuration.settings.docker.project
    theirs, ours = [container("ollama-qwen", "webui")], [container("ollama-qwen", project, "qwen")]
    async with machine.engine({"/containers/json": theirs}):
        seen = (await machine.sees(names.CHECK)).finding
    assert (seen.kind, seen.params) == ("taken", {"names": ["ollama-qwen"], "projects": ["webui"]})
    assert await kind(machine, names.CHECK, **{"containers/json": ours}) == "free"


async def test_containers_of_no_slot(machine: Machine) -> None:
    project = machine.world.configuration.settings.docker.project
    left = [container("ollama-gone", project, "gone"), container("ollama-qwen", project, "qwen")]
    async with machine.engine({"/containers/json": left}):
        assert (await machine.sees(orphans.CHECK)).finding.params["names"] == ["ollama-gone"]
    assert await kind(machine, orphans.CHECK, **{"containers/json": [container("x", "webui")]}) == "none"


async def test_where_the_volume_leads(machine: Machine, tmp_path: Path) -> None:
    settings = machine.world.configuration.settings
    told: dict[str, Any] = {"Options": {"device": str(settings.models_dir)}, "Labels": {}}
    assert await kind(machine, volume.CHECK) == "none"
    assert await kind(machine, volume.CHECK, volumes=told) == "gone"
    settings.models_dir.mkdir(parents=True)
    assert await kind(machine, volume.CHECK, volumes=told) == "right"
    assert await kind(machine, volume.CHECK, volumes=told | {"Options": {"device": "/srv/old"}}) == "elsewhere"
    assert await kind(machine, volume.CHECK, volumes={"Mountpoint": "/var/lib/docker/volumes/x"}) == "elsewhere"
    foreign = {"Labels": {"com.docker.compose.project": "webui"}}
    assert await kind(machine, volume.CHECK, volumes=told | foreign) == "foreign"


# the kernel's line as moby#47749 has it
DENIED = (
    'audit: type=1400 audit(1713905126.444:253): apparmor="DENIED" operation="signal" class="signal" '
    'profile="docker-default" pid=9289 comm="runc" requested_mask="receive" signal=kill peer="runc"\n'
)


async def test_containers_that_apparmor_protects_from_their_engine(machine: Machine) -> None:
    assert await kind(machine, stopping.CHECK, info=INFO | {"SecurityOptions": []}) == "no_apparmor"
    assert await kind(machine, stopping.CHECK, info=INFO) == "unseen"
    machine.tool("journalctl", "Linux version 6.8.0\n")
    assert await kind(machine, stopping.CHECK, info=INFO) == "right"
    machine.tool("journalctl", DENIED)
    assert await kind(machine, stopping.CHECK, info=INFO) == "denied"


async def test_the_image(machine: Machine, wanting: None) -> None:
    assert await kind(machine, image.CHECK) == "needed"
    assert await kind(machine, image.CHECK, images={"Id": "sha256:1", "Size": 5}) == "here"


async def test_room_for_images(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    told = INFO | {"DockerRootDir": "/var/lib/docker", "DriverStatus": [["x", "io.containerd.snapshotter.v1"]]}
    assert await kind(machine, disk.CHECK, info=told) == "unseen"
    for path in ("/var/lib/docker/x", "/var/lib/containerd/x"):
        machine.file(path)
    free = {"docker": 400, "containerd": 400}

    def statvfs(path: Path) -> os.statvfs_result:
        """Disks of that many GiB."""
        return os.statvfs_result((1 << 30, 1 << 30, 400, free[path.name], free[path.name], 9, 9, 9, 0, 255))

    monkeypatch.setattr(os, "statvfs", statvfs)
    for gib, expected in ((400, "roomy"), (9, "tight"), (0, "full")):
        free["containerd"] = gib
        assert await kind(machine, disk.CHECK, info=told) == expected


async def test_rootless_namespaces(machine: Machine) -> None:
    machine.user()
    assert await machine.kind(namespaces.CHECK) == "not_rootless"
    machine.script("rootlesskit", "exit 0")
    machine.file(f"{HOME}/.config/systemd/user/docker.service")
    assert await machine.kind(namespaces.CHECK) == "no_sub_ids"
    machine.file("/etc/subuid", "ana:100000:65536\n")
    assert await machine.kind(namespaces.CHECK) == "right"
    machine.file("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1\n")
    assert await machine.kind(namespaces.CHECK) == "restricted"
    machine.file(
        "/etc/apparmor.d/rootlesskit", f"profile rootlesskit {machine.bin}/rootlesskit flags=(unconfined) {{}}"
    )
    assert await machine.kind(namespaces.CHECK) == "right"


async def test_the_real_engine(machine: Machine, needs_docker: None, wanting: None) -> None:
    """Whatever it is, each check can take it in."""
    del machine.environ["DOCKER_HOST"]
    machine.real("docker")
    for check in (*docker.CHECKS, *compose.CHECKS):
        seen = await machine.sees(check)
        assert seen.finding.kind in check.kinds, (check.code, seen.finding)
        assert seen.finding.kind != "no_engine", check.code


# ---- Compose


@pytest.mark.parametrize(
    ("said", "expected"),
    [("2.19.0\n", "right"), ("v5.5.0\n", "right"), ("2.26.1-4\n", "right"), ("2.18.1\n", "too_old")],
)
async def test_versions_of_compose(machine: Machine, wanting: None, said: str, expected: str) -> None:
    machine.answers("docker", {"compose version*": said})
    assert await machine.kind(plugin.CHECK) == expected


@pytest.mark.parametrize(
    "said",
    [
        "docker: 'compose' is not a docker command.\nSee 'docker --help'\n",  # docker/cli 20.10 to 27
        "docker: unknown command: docker compose\n\nRun 'docker --help' for more information\n",  # 28 and later
        "unknown shorthand flag: 'd' in -d\nSee 'docker --help'.\n",
    ],
)
async def test_docker_without_the_plugin(machine: Machine, wanting: None, said: str) -> None:
    machine.tool("docker", err=said, code=1)
    assert await machine.kind(plugin.CHECK) == "missing"
    machine.tool("docker-compose", "docker-compose version 1.29.2, build unknown\n")  # Ubuntu 22.04's package
    assert await machine.kind(plugin.CHECK) == "only_first"
    assert await machine.kind(first_line.CHECK) == "first"


async def test_a_plugin_that_breaks(machine: Machine, wanting: None) -> None:
    assert await machine.kind(plugin.CHECK) == "unneeded"
    machine.tool("docker", err="Segmentation fault\n", code=139)
    assert await machine.kind(plugin.CHECK) == "broken"


async def test_a_newer_docker_compose_is_no_old_one(machine: Machine) -> None:
    assert await machine.kind(first_line.CHECK) == "none"
    machine.tool("docker-compose", "Docker Compose version v2.40.3\n")
    assert await machine.kind(first_line.CHECK) == "newer"


async def test_the_compose_files(machine: Machine, tmp_path: Path) -> None:
    """The ones that users get are right; the real Compose judges where there is one."""
    folder = tmp_path / "compose"
    folder.mkdir()
    configuration = machine.world.configuration
    docker_settings = replace(configuration.settings.docker, folder=folder)
    settings = replace(configuration.settings, docker=docker_settings, backend=BackendChoice.DOCKER)
    machine.world = replace(machine.world, configuration=replace(configuration, settings=settings))
    assert await machine.kind(files.CHECK) == "absent"
    made = files.project(machine.site)
    made.prepare(made.services[0])
    assert await machine.kind(files.CHECK) == "unjudged"
    machine.tool("docker")
    assert await machine.kind(files.CHECK) == "right"
    machine.tool("docker", err="services.ollama-qwen.ports must be a list\n", code=15)
    assert await machine.kind(files.CHECK) == "refused"
    (folder / "docker-compose.yml").write_text("services: {}\n")
    assert await machine.kind(files.CHECK) == "edited"
