"""Backends with the real engine and the demo model: what the stand-in cannot show.

In a container the engine stands in for Ollama's server, behind Ollama's variables and folders.
"""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from arriero.core.clock import SystemClock
from arriero.core.ids import Reference
from arriero.core.progress import silent
from arriero.runtime import proc
from arriero.runtime.errors import ContextDiffers, LoadFailed
from arriero.runtime.native.backend import NativeBackend
from arriero.runtime.native.options import Limits
from arriero.store import Store
from arriero.store.importing import import_gguf
from docker_slot import DockerWorld
from native_world import MODEL, World, until

NATIVE = pytest.mark.parametrize("world", ["native"], indirect=True)  # signals of ours reach no container's processes


class EngineWorld(World):
    """The same world, with `python -m arriero.engine` in it."""

    def another(self, limits: Limits | None = None) -> NativeBackend:
        return NativeBackend(self.run_dir, self.logs_dir, clock=SystemClock(), limits=limits or Limits(backoff_s=0.05))


class EngineDockerWorld(DockerWorld):
    """The same in a container that starts what its image starts."""

    def inside(self) -> dict[str, object]:
        return {}


@pytest.fixture(params=["native", "docker"])
async def world(
    request: pytest.FixtureRequest, tmp_path: Path, free_port: int, demo_gguf: Path
) -> AsyncIterator[World | DockerWorld]:
    if request.param == "docker":
        request.getfixturevalue("needs_docker")
    built = (EngineDockerWorld if request.param == "docker" else EngineWorld)(tmp_path, free_port)
    import_gguf(Store(built.folder / "models"), demo_gguf, Reference.parse(MODEL))
    yield built
    await built.end()


def everything(pid: int | None) -> list[psutil.Process]:
    """The front and all below it."""
    front = psutil.Process(pid)
    return [front, *front.children(recursive=True)]


async def until_all_gone(processes: list[psutil.Process]) -> None:
    async def look() -> bool:
        return not any(proc.facts(process.pid) for process in processes)

    await until(look)


async def test_it_loads_the_demo_model_and_gives_all_back(world: World | DockerWorld) -> None:
    seen = await world.start(context=2048)
    assert (seen.phase, seen.answers, seen.models) == ("serving", True, (MODEL,))
    assert [(model.name, model.context) for model in seen.loaded] == [(MODEL, 2048)]
    assert seen.memory_bytes is not None
    assert seen.memory_bytes > 100_000_000
    below = everything(seen.pid)
    assert len(below) > 1
    report = await world.backend.stop("qwen", world.port, silent)
    assert (report.was_running, report.port_free, report.leftovers) == (True, True, ())
    assert report.memory_freed_bytes > 100_000_000
    assert not any(proc.facts(process.pid) for process in below)


@NATIVE
async def test_a_killed_front_takes_its_child_along_and_comes_back(world: World) -> None:
    first = await world.start(context=2048)
    below = everything(first.pid)
    os.kill(below[0].pid, signal.SIGKILL)
    await until_all_gone(below)

    async def back() -> bool:
        seen = await world.seen()
        return seen.answers and seen.pid != first.pid

    await until(back)
    assert [model.context for model in (await world.start(context=2048)).loaded] == [2048]


@NATIVE
async def test_a_killed_supervisor_takes_all_along(world: World) -> None:
    below = everything((await world.start(context=2048)).pid)
    os.kill(below[0].ppid(), signal.SIGKILL)
    await until_all_gone(below)
    assert (await world.seen()).phase == "absent"


async def test_what_cannot_be_loaded_is_told(world: World | DockerWorld) -> None:
    with pytest.raises(LoadFailed) as caught:
        await world.start(model="mistral:7b")
    assert caught.value.detail == "model 'mistral:7b' not found"


async def test_a_context_beyond_the_models_is_told(world: World | DockerWorld) -> None:
    with pytest.raises(ContextDiffers) as caught:
        await world.backend.start(replace(world.spec(), context=100_000), silent)
    assert caught.value.served < caught.value.wanted
