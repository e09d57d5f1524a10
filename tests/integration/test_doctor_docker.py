"""What is wrong on a real Docker engine is seen and mended there; a daemon of the test's own has broken settings."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from registry_server import stock_registry

from arriero.config.specs import BackendChoice
from arriero.core.progress import silent
from arriero.doctor.checks.docker import daemon, image, names, orphans, settings, volume
from arriero.doctor.checks.docker import networks as network_ranges
from arriero.doctor.checks.network import exposure, ports
from arriero.doctor.fix import CannotFix
from arriero.doctor.mending import Ending
from arriero.runtime.docker.compose_files import PORT_INSIDE
from arriero.stack.down import down
from docker_engine import Dockerd
from docker_stack import DockerStack, docker_stack
from docker_world import docker
from doctor_machine import Machine, make_machine

pytestmark = pytest.mark.usefixtures("needs_docker")
_AT_ONCE = "--stop-signal=SIGKILL"  # what is run here ends when it is told to


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Checks have the time that a busy engine takes."""
    monkeypatch.setattr("arriero.doctor.examining.CHECK_LIMIT_S", 60.0)
    for limit in ("_CONNECT_S", "_LIMIT_S"):
        monkeypatch.setattr(f"arriero.doctor.facts.engine.{limit}", 25.0)


@pytest.fixture
def machine(tmp_path: Path, free_port: int) -> Iterator[Machine]:
    """Its stack has a project and a slot that no other has; what is left of them is removed."""
    (tmp_path / "machine").mkdir()
    made = make_machine(tmp_path / "machine", free_port)
    made.changeable()
    made.real("docker")
    del made.environ["DOCKER_HOST"]
    mark = f"arriero-test-{uuid.uuid4().hex[:8]}"
    configuration = made.world.configuration
    own = replace(configuration.settings.docker, project=mark)
    chosen = replace(configuration.settings, docker=own, backend=BackendChoice.DOCKER)
    (slot,) = [slot for slot in configuration.slots if slot.port == free_port]
    changed = replace(configuration, settings=chosen, slots=(replace(slot, id=mark[8:]),))
    made.world = replace(made.world, configuration=changed)
    yield made
    for name in docker("ps", "--all", "--quiet", "--filter", f"label={mark}").split():
        docker("rm", "--force", name)
    with suppress(subprocess.CalledProcessError):  # most tests make none
        docker("volume", "rm", f"{mark}_ollama_models")


def mark(machine: Machine) -> str:
    return machine.world.configuration.settings.docker.project


def run(machine: Machine, standin_image: str, *words: str) -> str:
    return docker("run", "--detach", _AT_ONCE, "--label", mark(machine), *words, standin_image).strip()


async def test_containers_of_no_slot_go(machine: Machine, standin_image: str) -> None:
    labels = ("--label", f"com.docker.compose.project={mark(machine)}", "--label", "arriero.slot=gone")
    run(machine, standin_image, *labels)
    assert (await machine.mend(orphans.CHECK)).ending is Ending.FIXED
    assert docker("ps", "--all", "--quiet", "--filter", f"label={mark(machine)}") == ""


async def test_a_strangers_container_with_our_name_and_port(machine: Machine, standin_image: str) -> None:
    (slot,) = machine.world.configuration.slots
    name = f"ollama-{slot.id}"
    run(machine, standin_image, "--name", name, "--publish", f"127.0.0.1:{slot.port}:{PORT_INSIDE}")
    assert (await machine.sees(names.CHECK)).finding.params["names"] == [name]
    seen = (await machine.sees(ports.CHECK)).finding
    assert (seen.kind, seen.params["container"]) == ("container", name)


async def test_a_volume_that_leads_elsewhere(machine: Machine, tmp_path: Path, standin_image: str) -> None:
    bound = [f"--opt={each}" for each in ("type=none", "o=bind", f"device={tmp_path}")]
    name = f"{mark(machine)}_ollama_models"
    docker("volume", "create", *bound, name)
    run(machine, standin_image, "--volume", f"{name}:/models")
    plan = await machine.plan(volume.CHECK)
    assert isinstance(plan, CannotFix)
    assert plan.reason == "used"
    docker("rm", "--force", *docker("ps", "--quiet", "--filter", f"label={mark(machine)}").split())
    assert (await machine.mend(volume.CHECK)).ending is Ending.FIXED
    assert await machine.kind(volume.CHECK) == "none"


async def test_a_plain_volume_keeps_its_files(machine: Machine) -> None:
    docker("volume", "create", f"{mark(machine)}_ollama_models")
    plan = await machine.plan(volume.CHECK)
    assert isinstance(plan, CannotFix)
    assert plan.reason == "holds_files"


async def test_the_image_is_here_or_not(machine: Machine, standin_image: str) -> None:
    assert await machine.kind(image.CHECK) == "needed"
    configuration = machine.world.configuration
    own = replace(configuration.settings.docker, image=standin_image)
    chosen = replace(configuration.settings, docker=own)
    machine.world = replace(machine.world, configuration=replace(configuration, settings=chosen))
    assert await machine.kind(image.CHECK) == "here"


async def test_an_image_is_pulled(machine: Machine, standin_image: str, tmp_path: Path) -> None:
    """From a real registry; undone and wanted by the setting, or only possible with it."""
    with stock_registry(tmp_path) as host:
        name = f"{host}/ollama/ollama:{mark(machine)}"
        docker("tag", standin_image, name)
        docker("push", "--quiet", name)
        for backend, kind in ((BackendChoice.DOCKER, "needed"), (BackendChoice.AUTO, "missing")):
            docker("rmi", name)
            configuration = machine.world.configuration
            own = replace(configuration.settings.docker, image=name)
            chosen = replace(configuration.settings, docker=own, backend=backend)
            machine.world = replace(machine.world, configuration=replace(configuration, settings=chosen))
            assert await machine.kind(image.CHECK) == kind
            mended = await machine.mend(image.CHECK)
            assert mended.ending is Ending.FIXED, mended.fault
        docker("rmi", name)


async def test_a_container_that_runs_what_its_image_was(machine: Machine, standin_image: str, tmp_path: Path) -> None:
    """The name has come to mean another image since the container was made."""
    name = f"{mark(machine)}:1"
    docker("tag", standin_image, name)
    configuration = machine.world.configuration
    chosen = replace(configuration.settings, docker=replace(configuration.settings.docker, image=name))
    machine.world = replace(machine.world, configuration=replace(configuration, settings=chosen))
    labels = (f"--label=com.docker.compose.project={mark(machine)}", "--label=arriero.slot=qwen")
    run(machine, name, *labels)
    assert await machine.kind(image.CHECK) == "here"
    (tmp_path / "empty.tar").write_bytes(b"\0" * 10240)
    docker("import", str(tmp_path / "empty.tar"), name)
    try:
        assert await machine.kind(image.CHECK) == "behind"
    finally:
        docker("rmi", name)


@pytest.fixture
def stack(tmp_path: Path, standin_image: str, demo_gguf: Path) -> Iterator[DockerStack]:
    with docker_stack(tmp_path / "stack", standin_image, demo_gguf) as made:
        yield made


async def test_a_model_that_the_network_can_reach_is_closed_again(stack: DockerStack, tmp_path: Path) -> None:
    """Somebody ran our container by hand, open to everybody, and it was asked for."""
    (tmp_path / "machine").mkdir()
    machine = Machine(tmp_path / "machine", stack.world)
    del machine.environ["DOCKER_HOST"]
    stack.world.writable_state().set_desired("qwen", active=True)
    name, port = stack.clone.names["qwen"], stack.clone.ports["qwen"]
    labels = [f"--label=com.docker.compose.project={stack.clone.project}", "--label=arriero.slot=qwen"]
    open_port = f"0.0.0.0:{port}:{PORT_INSIDE}"
    image_name = stack.world.configuration.settings.docker.image
    labels += ["--label=com.docker.compose.service=ollama-qwen"]
    docker("run", "--detach", _AT_ONCE, "--name", name, *labels, "--publish", open_port, image_name)
    try:
        assert await machine.kind(exposure.CHECK) == "ours"
        assert (await machine.mend(exposure.CHECK)).ending is Ending.FIXED
        assert docker("port", name).strip() == f"{PORT_INSIDE}/tcp -> 127.0.0.1:{port}"
    finally:
        assert (await down(stack.world, silent)).failures == ()


class Breakable(Dockerd):
    """Reads the machine's settings file, and is started by what stands in for systemctl."""

    config: Path

    def launch(self) -> subprocess.Popen[bytes]:
        words = ["dockerd", f"--config-file={self.config}", *self.words()]
        return subprocess.Popen(words, stdout=self.log, stderr=self.log)


@pytest.fixture
async def engine(own_home: Path, needs_root: None, machine: Machine) -> AsyncIterator[Breakable]:
    if shutil.which("dockerd") is None:
        pytest.skip("needs dockerd")
    made = Breakable(Path(os.environ["XDG_RUNTIME_DIR"]))
    made.config = machine.file("/etc/docker/daemon.json", '{"debug": false,}')
    made.process = made.launch()
    machine.environ["DOCKER_HOST"] = made.endpoint.url
    yield made
    made.remove()


@pytest.mark.parametrize(("networks", "kind"), [(1, "few"), (4, "used_up")])
async def test_a_real_daemon_without_address_ranges(
    machine: Machine, engine: Breakable, networks: int, kind: str
) -> None:
    """It has four of them."""
    await asyncio.to_thread(engine.process.wait, 30)
    engine.config.write_text('{"default-address-pools": [{"base": "10.213.0.0/16", "size": 18}]}')
    await engine.start()
    for number in range(networks):
        docker("--host", engine.endpoint.url, "network", "create", f"n{number}")
    assert await machine.kind(network_ranges.CHECK) == kind
    assert (await machine.mend(network_ranges.CHECK)).ending is Ending.FIXED


async def test_a_real_daemon_with_broken_settings(machine: Machine, engine: Breakable, tmp_path: Path) -> None:
    assert await asyncio.to_thread(engine.process.wait, 30) == 1
    machine.tool("journalctl", (engine.folder / "log").read_text())
    asked, ready = tmp_path / "asked", tmp_path / "ready"
    os.mkfifo(asked)
    os.mkfifo(ready)
    begin = f'case "$1" in restart) echo now >{asked}; read -r x <{ready};; is-active) echo failed; exit 3;; esac'
    machine.script("systemctl", begin)
    assert await machine.kind(daemon.CHECK) == "failed"
    assert await machine.kind(settings.CHECK) == "not_json"

    async def obey() -> None:
        await asyncio.to_thread(asked.read_text)
        await engine.start()
        await asyncio.to_thread(ready.write_text, "it runs\n")

    mended, _ = await asyncio.gather(machine.mend(settings.CHECK), obey())
    assert mended.ending is Ending.FIXED
    assert await machine.kind(daemon.CHECK) == "answers"
