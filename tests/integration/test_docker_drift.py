"""What is done to the containers behind the app's back, on a real engine: each is told by the next look, and mended."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from arriero.core.progress import silent
from arriero.planner import ActionKind, Drift, DriftCode
from arriero.runtime.docker.compose import MAIN
from arriero.runtime.docker.errors import EngineDown
from arriero.stack.activate import activate
from arriero.stack.apply import apply
from arriero.stack.down import down
from arriero.stack.results import ModelState, ModelStatus, Outcome
from arriero.stack.status import status
from arriero.stack.up import up
from arriero.stack.world import World
from docker_stack import DockerStack, docker_stack
from docker_world import docker
from native_world import until


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, standin_image: str, demo_gguf: Path) -> Iterator[DockerStack]:
    """One for all tests here: `qwen` and `mistral` have a model."""
    with docker_stack(tmp_path_factory.mktemp("drift"), standin_image, demo_gguf, ("qwen", "mistral")) as made:
        yield made


@pytest.fixture
async def world(stack: DockerStack) -> AsyncIterator[World]:
    """`qwen` is active, under Docker."""
    await activate(stack.world, "qwen", silent)
    yield stack.world
    assert (await down(stack.world, silent)).failures == ()


async def look(world: World) -> ModelStatus:
    return next(m for m in (await status(world)).models if m.id == "qwen")


async def only_drift(world: World) -> Drift:
    (drift,) = (await look(world)).drift
    assert drift.since
    return drift


def kinds(outcome: Outcome) -> list[ActionKind]:
    assert outcome.failures == ()
    return [action.kind for action in outcome.plan.actions]


async def test_what_was_ended_by_hand_is_told_for_what_it_is_and_brought_back(world: World, stack: DockerStack) -> None:
    assert (await look(world)).drift == ()
    docker("stop", "--time", "1", stack.clone.names["qwen"])
    stopped = await only_drift(world)
    assert (stopped.code, (await look(world)).state) == (DriftCode.STOPPED, ModelState.INACTIVE)
    assert (await only_drift(world)).since == stopped.since
    docker("rm", "--force", stack.clone.names["qwen"])
    assert (await only_drift(world)).code is DriftCode.GONE
    seen = [(t.command, t.from_state, t.to_state) for t in world.writable_state().transitions("qwen", 1)]
    assert seen == [("status", "active", "inactive")]

    assert kinds(await apply(world, silent)) == [ActionKind.START]
    assert ((await look(world)).state, (await look(world)).drift) == (ModelState.ACTIVE, ())
    stack.clone.compose("down", "--timeout", "1")
    assert (await only_drift(world)).code is DriftCode.GONE


async def test_whoever_took_the_port_meanwhile_is_named(world: World, stack: DockerStack) -> None:
    port = world.slot("qwen").port
    docker("rm", "--force", stack.clone.names["qwen"])
    with socket.create_server(("127.0.0.1", port)):  # as a host Ollama would
        taken = await only_drift(world)
        assert taken.code is DriftCode.PORT_TAKEN
        assert str(taken.params["holder"]).endswith(f"({os.getpid()})")
    name, network = f"{stack.clone.project}-stranger", f"{stack.clone.project}_default"
    publish = f"127.0.0.1:{port}:11434"
    docker("run", "-d", "--name", name, "--network", network, "--publish", publish, stack.flags["docker.image"])
    try:
        taken = await only_drift(world)
        assert (taken.code, taken.params["holder"]) == (DriftCode.PORT_TAKEN, name)
        assert [f.code for f in (await apply(world, silent)).failures] == ["port.taken"]
    finally:
        docker("rm", "--force", name)


async def test_other_settings_another_image_and_an_edited_file_are_told(world: World, stack: DockerStack) -> None:
    other = stack.another(slots__qwen__context="1024")
    assert (await only_drift(other)).code is DriftCode.SETTINGS_CHANGED
    assert (await look(world)).drift == ()

    file = stack.clone.folder / MAIN
    text = file.read_text()
    file.write_text(text.replace("OLLAMA_KEEP_ALIVE:", "OLLAMA_KEEP_ALIVE: 77m # "))
    stack.clone.compose("up", "--detach", "--no-deps", "ollama-qwen")
    told = await status(world)
    assert [d.code for d in (await look(world)).drift] == [DriftCode.SETTINGS_CHANGED]
    assert str(file) in str([note.params() for note in told.notes])
    file.write_text(text)

    name = f"{stack.clone.project}:moving"
    docker("tag", stack.flags["docker.image"], name)
    moved = stack.another(docker__image=name)
    assert kinds(await activate(moved, "qwen", silent)) == [ActionKind.RESTART]
    assert (await look(moved)).drift == ()
    container = docker("create", name)[:12]
    docker("commit", container, name)
    docker("rm", container)
    old = await only_drift(moved)
    assert (old.code, old.params) == (DriftCode.IMAGE_OLD, {"image": name})
    assert kinds(await apply(moved, silent, dry_run=True)) == [ActionKind.RESTART]
    await down(moved, silent)
    docker("rmi", "--force", name)


async def test_a_container_that_crashes_again_and_again_or_is_frozen_is_told(world: World, stack: DockerStack) -> None:
    async def crashing() -> bool:
        pid = stack.clone.containers()["qwen"]["State"]["Pid"]
        if pid:
            os.kill(pid, signal.SIGKILL)
        return [d.code for d in (await look(world)).drift] == [DriftCode.CRASHING]

    await until(crashing, 60)
    assert (await apply(world, silent)).failures == ()
    assert (await look(world)).drift == ()
    docker("pause", stack.clone.names["qwen"])
    assert (await only_drift(world)).code is DriftCode.PAUSED


async def test_an_engine_that_went_away_is_told_and_when_it_is_back_so_is_the_truth(
    world: World, stack: DockerStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = tmp_path / "docker.sock"
    address.symlink_to("/var/run/docker.sock")
    monkeypatch.setenv("DOCKER_HOST", f"unix://{address}")
    here = await asyncio.to_thread(lambda: stack.world)
    assert (await look(here)).drift == ()
    address.unlink()
    told = await status(here)
    assert [type(note) for note in told.notes] == [EngineDown]
    with pytest.raises(EngineDown):
        await activate(here, "mistral", silent)
    with pytest.raises(EngineDown):
        await down(here, silent, dry_run=True)
    assert [type(f) for f in (await down(here, silent)).failures] == [EngineDown]
    address.symlink_to("/var/run/docker.sock")
    model = await look(here)
    assert (model.state, [d.code for d in model.drift]) == (ModelState.ACTIVE, [DriftCode.UNASKED])


async def test_down_leaves_no_container_of_ours_and_no_network(world: World, stack: DockerStack) -> None:
    project, network = stack.clone.project, f"{stack.clone.project}_default"
    labels = [f"--label=com.docker.compose.project={project}", "--label=arriero.slot=undeclared"]
    docker("run", "-d", "--name", f"{project}-undeclared", *labels, stack.flags["docker.image"])
    docker("create", "--name", f"{project}-guest", "--network", network, stack.flags["docker.image"])
    try:
        outcome = await down(world, silent)
        assert [(one.slot, one.was_running) for one in outcome.stopped] == [("qwen", True), ("undeclared", True)]
        assert outcome.failures == ()
        assert stack.clone.containers() == {}
        assert network in docker("network", "ls", "--format", "{{.Name}}").split()  # the guest needs it to start again
    finally:
        docker("rm", "--force", f"{project}-guest")
    outcome = await down(world, silent)
    assert (outcome.stopped, outcome.failures) == ((), ())
    assert network not in docker("network", "ls", "--format", "{{.Name}}").split()
    assert f"{project}_ollama_models" in docker("volume", "ls", "--quiet").split()


async def test_what_runs_under_the_other_backend_is_seen_moved_and_ended(world: World, stack: DockerStack) -> None:
    native = stack.another(backend="native")
    model = await look(native)
    assert (model.state, model.backend) == (ModelState.ACTIVE, "docker")
    assert [(d.code, d.params) for d in model.drift] == [(DriftCode.OTHER_BACKEND, {"backend": "docker"})]
    assert kinds(await activate(native, "qwen", silent)) == [ActionKind.STOP, ActionKind.START]
    model = await look(native)
    assert (model.state, model.backend, model.drift) == (ModelState.ACTIVE, "native", ())
    assert stack.clone.containers() == {}
    assert (await only_drift(world)).params == {"backend": "native"}

    await down(world, silent)
    assert {m.state for m in (await status(native)).models} == {ModelState.INACTIVE}
    assert kinds(await up(world, silent)) == [ActionKind.START]
    assert (await look(world)).backend == "docker"
