"""A model in a container on a simulated card: whose its memory is, and that the driver's word is waited for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from arriero.core.progress import Progress, silent
from arriero.hardware import gpu
from arriero.stack.activate import activate
from arriero.stack.down import down
from arriero.stack.results import Processor
from arriero.stack.status import status
from docker_stack import DockerStack, docker_stack

pytestmark = pytest.mark.usefixtures("needs_docker")


@pytest.fixture
def stack(tmp_path: Path, standin_image: str, demo_gguf: Path) -> Iterator[DockerStack]:
    if os.geteuid():
        pytest.skip("needs root (to read the environment of a container's processes)")
    with docker_stack(tmp_path, standin_image, demo_gguf) as made:
        yield made


async def test_memory_of_a_container_is_ours_and_is_waited_for(
    stack: DockerStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gpu, "OPEN_LIMIT_S", 30.0)
    monkeypatch.setattr(gpu, "LOOK_LIMIT_S", 30.0)
    world = stack.another(simulate="rtx2070s,release=1,containers=yes")
    await activate(world, "qwen", silent)
    told = await status(world)
    assert next(m for m in told.models if m.id == "qwen").processor is Processor.GPU
    (ours,) = [p for p in told.gpu.processes if p.pid not in {o.pid for o in told.others}]
    assert ours.container
    assert ours.vram_bytes == told.gpu.ours_bytes > 90_000_000

    steps: list[Progress] = []
    ended = await down(world, steps.append)
    assert (ended.failures, ended.card.stuck) == ((), ())
    assert "card.wait" in {s.step for s in steps}
    assert ours.pid not in {p.pid for p in (await status(world)).gpu.processes}
    world.gpu.close()
