"""An engine that is started again and a machine that is: what was running then is told, and what did not come back too.

The engine is the test's own; in its containers the stand-in engine serves `qwen`, run by this machine's Python.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from arriero.config.loading import load
from arriero.core.ids import Reference
from arriero.core.paths import places
from arriero.core.progress import silent
from arriero.planner import ActionKind, DriftCode
from arriero.runtime.docker.compose import OVERRIDE
from arriero.runtime.docker.errors import EngineDown
from arriero.stack.activate import activate
from arriero.stack.apply import apply
from arriero.stack.down import down
from arriero.stack.results import ModelState, ModelStatus
from arriero.stack.status import status
from arriero.stack.watching import watch
from arriero.stack.world import World, open_world
from arriero.store.importing import import_gguf
from docker_engine import IMAGE, MACHINE, PYTHON, Dockerd, own_engine
from docker_world import MODELS, docker
from native_world import STANDIN, until
from ports import free_ports
from tiny_gguf import tiny_gguf
from tui_driver import sitting

CONTAINER = "ollama-qwen"
SERVER = [str(STANDIN), "--slot", "qwen", "--host", "0.0.0.0", "--port", "11434", "--context", "2048"]
SERVICE = {
    "network_mode": "bridge",
    "entrypoint": [str(PYTHON), *SERVER],
    "environment": {"STANDIN_MODEL": MODELS["qwen"]},
    "volumes": [f"{folder}:{folder}:ro" for folder in (*MACHINE, STANDIN)],
    "healthcheck": {"disable": True},
}


@pytest.fixture(scope="module")
def running_dockerd(needs_docker: None) -> Iterator[Dockerd]:
    """Without a container before and after each test."""
    with own_engine() as made:
        made.import_image()
        yield made


@pytest.fixture
def dockerd(running_dockerd: Dockerd, monkeypatch: pytest.MonkeyPatch) -> Dockerd:
    """Whatever a test asks, the docker command or Arriero, asks this engine."""
    monkeypatch.setenv("DOCKER_HOST", running_dockerd.endpoint.url)
    return running_dockerd


@pytest.fixture
async def world(dockerd: Dockerd, tmp_path: Path) -> AsyncIterator[World]:
    """`qwen` is active."""
    folder, (port,) = tmp_path / "compose", free_ports(["qwen"]).values()
    folder.mkdir()
    (folder / OVERRIDE).write_text(json.dumps({"services": {"ollama-qwen": SERVICE}}))  # JSON is YAML
    flags = {"backend": "docker", "docker.gpu": "cpu", "docker.image": IMAGE, "docker.folder": str(folder)}
    flags |= {"slots.qwen.port": str(port), "slots.qwen.context": "2048", "docker.shm_size": "64mb"}
    made = open_world(load(flags, {}, replace(places(), root=tmp_path)))
    (tmp_path / "tiny.gguf").write_bytes(tiny_gguf())
    import_gguf(made.store, tmp_path / "tiny.gguf", Reference.parse(MODELS["qwen"]))
    await activate(made, "qwen", silent)
    yield made
    assert (await down(made, silent)).failures == ()


async def look(world: World) -> ModelStatus:
    return next(m for m in (await status(world)).models if m.id == "qwen")


async def until_active(world: World) -> ModelStatus:
    async def active() -> ModelStatus | None:
        model = await look(world)
        return model if model.state is ModelState.ACTIVE else None

    return await until(active, 40.0)


def seen(world: World) -> list[tuple[str | None, str | None]]:
    """What changed while nobody of ours was at work, the last first."""
    return [(t.from_state, t.to_state) for t in world.writable_state().transitions("qwen", 9) if t.outcome == "seen"]


async def test_an_engine_that_is_started_again_brings_back_what_ran_and_all_of_it_is_told(
    world: World, dockerd: Dockerd
) -> None:
    before = await look(world)
    assert (before.state, before.drift) == (ModelState.ACTIVE, ())
    dockerd.stop()
    off = await status(world)
    assert [type(note) for note in off.notes] == [EngineDown]
    (gone,) = (await look(world)).drift
    assert (gone.code, seen(world)) == (DriftCode.GONE, [("active", "inactive")])
    await dockerd.start()
    after = await until_active(world)
    assert (after.drift, after.pid != before.pid) == ((), True)
    assert (seen(world)[0][1], seen(world)[-1]) == ("active", ("active", "inactive"))
    assert world.writable_state().drift() == {}


async def test_what_a_crash_of_the_engine_made_of_its_container_is_told_and_mended(
    world: World, dockerd: Dockerd
) -> None:
    """Its containers live on; the next one ends them, and 20.10 does not start them again, whatever their policy."""
    dockerd.kill()
    assert [type(note) for note in (await status(world)).notes] == [EngineDown]
    await dockerd.start()
    came_back = docker("inspect", "--format", "{{.State.Running}}", CONTAINER).strip() == "true"
    after = await look(world)
    assert after.pid if came_back else [d.code for d in after.drift] == [DriftCode.STOPPED]
    assert (await apply(world, silent)).failures == ()
    assert ((await look(world)).state, (await look(world)).drift) == (ModelState.ACTIVE, ())


async def test_after_a_reboot_what_came_back_is_active_and_what_was_stopped_before_is_told_so(
    world: World, dockerd: Dockerd
) -> None:
    before = await look(world)
    dockerd.power_off()
    await dockerd.start()
    after = await until_active(world)
    assert (after.drift, after.pid != before.pid) == ((), True)
    assert str(after.started_at) > str(before.started_at)

    docker("stop", CONTAINER)
    dockerd.power_off()
    await dockerd.start()
    stopped = await look(world)
    assert (stopped.state, [d.code for d in stopped.drift]) == (ModelState.INACTIVE, [DriftCode.STOPPED])
    assert (await apply(world, silent)).failures == ()

    docker("update", "--restart=no", CONTAINER)
    dockerd.power_off()
    await dockerd.start()
    left = await look(world)
    assert (left.state, left.last_exit, [d.code for d in left.drift]) == (
        ModelState.FAILED,
        "exit 255",
        [DriftCode.GAVE_UP],
    )
    assert (await apply(world, silent)).failures == ()
    assert (await look(world)).drift == ()


async def test_an_engine_that_dies_under_the_open_app_is_told_and_so_is_its_return(
    world: World, dockerd: Dockerd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told by the events' end: it does not look by itself meanwhile."""
    monkeypatch.setattr(watch, "__defaults__", (3600.0,))
    async with sitting(lambda: world) as person:
        await person.until_sees("● qwen", "docker")
        await asyncio.to_thread(dockerd.power_off)
        await person.until_sees("Docker no", "▲ qwen")
        await person.press("5")
        await person.until_sees("Así no se puede hacer")
        await person.press("escape")
        await dockerd.start()
        await person.until_sees("● qwen")
        await person.until_not("▲ qwen")


async def test_whoever_was_faster_after_a_reboot_is_named(world: World, dockerd: Dockerd) -> None:
    port = world.slot("qwen").port
    dockerd.power_off()
    with socket.create_server(("127.0.0.1", port)):  # as an Ollama on the host would be
        await dockerd.start()
        taken = await look(world)
        assert [d.code for d in taken.drift] == [DriftCode.PORT_TAKEN]
        assert str(taken.drift[0].params["holder"]).endswith(f"({os.getpid()})")
        (fault,) = (await apply(world, silent)).failures
        assert fault.code == "port.taken"
    assert [a.kind for a in (await apply(world, silent)).plan.actions] == [ActionKind.RESTART]
    assert ((await look(world)).state, (await look(world)).drift) == (ModelState.ACTIVE, ())
