"""A container that has lost the card, as after `systemctl daemon-reload`, is made anew by the guard."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from arriero.core.clock import SystemClock
from arriero.core.progress import silent
from arriero.guard.watching import Watcher
from arriero.hardware import gpu
from arriero.hardware.processes import born, started_at
from arriero.runtime.docker.backend import DockerBackend
from arriero.stack.activate import activate
from arriero.stack.results import Processor
from arriero.stack.status import status
from arriero.stack.world import World
from docker_stack import DockerStack, docker_stack

pytestmark = pytest.mark.usefixtures("needs_docker")
CARD = "rtx2070s,containers=yes"


@pytest.fixture
def stack(
    tmp_path: Path, standin_image: str, demo_gguf: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[DockerStack]:
    """Containers that count as given the card: NVIDIA's runtime is not here, and the card is simulated."""
    if os.geteuid():
        pytest.skip("needs root (to read the environment of a container's processes)")
    monkeypatch.setattr(gpu, "OPEN_LIMIT_S", 30.0)
    monkeypatch.setattr(gpu, "LOOK_LIMIT_S", 30.0)
    monkeypatch.setattr(DockerBackend, "hands_out_card", lambda _: True)
    with docker_stack(tmp_path, standin_image, demo_gguf) as made:
        yield made


async def seen(world: World) -> tuple[Processor | None, str]:
    told = next(m for m in (await status(world)).models if m.id == "qwen")
    (snapshot,) = await world.backend.inspect([("qwen", told.port)])
    assert snapshot.container is not None
    return told.processor, snapshot.container.id


async def test_a_container_that_lost_the_card_is_made_anew(stack: DockerStack) -> None:
    world = stack.another(simulate=CARD)
    await activate(world, "qwen", silent)
    before = await seen(world)
    told = await status(world)
    (child,) = [p.pid for p in told.gpu.processes if p.pid not in {o.pid for o in told.others}]
    world.gpu.close()

    lost = f"{CARD},revoked={started_at(born(child)[1]) + 0.01}"
    watcher = Watcher(lambda: stack.another(simulate=lost), SystemClock(), lambda _: "")
    world = stack.another(simulate=lost)
    assert await seen(world) == (Processor.CPU, before[1])
    await watcher.round()
    processor, container = await seen(world)
    assert (processor, container != before[1]) == (Processor.GPU, True)
    watcher.close()
    world.gpu.close()
