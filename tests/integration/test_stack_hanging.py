"""Servers that hang when they are told to end: `down` waits for all of them at once, and tells of each by its name."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from arriero.config.loading import load
from arriero.core.paths import places
from arriero.core.progress import Progress, silent
from arriero.runtime.docker.backend import DockerBackend
from arriero.runtime.docker.compose import OVERRIDE
from arriero.runtime.docker.limits import Limits
from arriero.runtime.native.backend import NativeBackend
from arriero.stack.down import down
from arriero.stack.results import ModelState
from arriero.stack.status import status
from arriero.stack.world import World, open_world
from docker_slot import ENDPOINT, image
from docker_world import TEST_PROJECT, docker
from native_world import MODEL, QUICK, STANDIN
from ports import free_ports

SLOTS = ("qwen", "mistral", "deepseek")
PATIENCE_S = 60


@pytest.fixture(params=["native", "docker"])
async def world(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    """Three stand-ins run, each of which ends only once all three were told to."""
    monkeypatch.setenv("STANDIN_TOGETHER", f"{tmp_path}:{len(SLOTS)}")
    if request.param == "docker":
        request.getfixturevalue("needs_docker")
    made = (in_containers if request.param == "docker" else as_processes)(tmp_path)
    for slot in map(made.slot, SLOTS):
        await made.backend.start(replace(made.service(slot, slot.variants[0]), model=MODEL), silent)
    yield made
    assert (await down(made, silent)).failures == ()
    if isinstance(made.backend, DockerBackend):
        docker("volume", "rm", made.backend.project.volume)


def opened(folder: Path, flags: dict[str, str]) -> World:
    flags |= {f"slots.{slot}.port": str(port) for slot, port in free_ports(SLOTS).items()}
    flags |= {f"slots.{slot}.context": "2048" for slot in SLOTS}
    return replace(open_world(load(flags, {}, replace(places(), root=folder))), others=())


def as_processes(folder: Path) -> World:
    made = opened(folder, {"backend": "native"})
    settings, limits = made.configuration.settings, QUICK._replace(stop_s=float(PATIENCE_S))
    words = {"engine_argv": (str(STANDIN),), "limits": limits, "clock": made.clock}
    return replace(made, backend=NativeBackend(settings.run_dir, settings.state_dir, **words))


def in_containers(folder: Path) -> World:
    project = f"{TEST_PROJECT}{uuid.uuid4().hex[:8]}"
    compose = folder / "compose"
    compose.mkdir()
    services = {f"ollama-{slot}": standin(folder, project, slot) for slot in SLOTS}
    (compose / OVERRIDE).write_text(json.dumps({"services": services}))  # JSON is YAML
    flags = {"backend": "docker", "docker.gpu": "cpu", "docker.image": image(), "docker.project": project}
    made = opened(folder, flags | {"docker.folder": str(compose)})
    assert isinstance(made.backend, DockerBackend)
    here = {"run_dir": made.configuration.settings.run_dir, "clock": made.clock}
    limits = Limits(stop_s=PATIENCE_S)
    return replace(made, backend=DockerBackend(made.backend.project, ENDPOINT, limits=limits, **here))


def standin(folder: Path, project: str, slot: str) -> dict[str, object]:
    words = ["/standin_engine.py", "--slot", slot, "--host", "0.0.0.0", "--port", "11434", "--context", "2048"]
    return {
        "container_name": f"{project}-{slot}",
        "network_mode": "bridge",
        "entrypoint": ["/usr/bin/python3", *words],
        "environment": {"STANDIN_TOGETHER": os.environ["STANDIN_TOGETHER"]},
        "volumes": [f"{STANDIN}:/standin_engine.py:ro", f"{folder}:{folder}"],
        "healthcheck": {"disable": True},
    }


async def test_services_that_hang_end_at_once_and_are_told_in_order(world: World, tmp_path: Path) -> None:
    steps: list[Progress] = []
    outcome = await down(world, steps.append)
    assert all((tmp_path / f"{slot}.ended").exists() for slot in SLOTS)  # none of them was killed
    ordered = [action.slot for action in outcome.plan.actions]
    assert set(ordered) == set(SLOTS)
    assert [one.slot for one in outcome.stopped] == ordered
    assert all(one.was_running and one.port_free and one.memory_freed_bytes > 0 for one in outcome.stopped)
    assert [s.subject for s in steps if s.step == "action.stop"] == ordered
    assert [s.subject for s in steps if s.step == "backend.stop"] == ordered
    assert [s.step for s in steps if s.subject] == ["action.stop", "backend.stop"] * len(SLOTS)
    assert {model.state for model in (await status(world)).models} == {ModelState.INACTIVE}
