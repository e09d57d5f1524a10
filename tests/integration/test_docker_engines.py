"""An engine of the test's own, to be killed, started again and filled up; images out of a real registry."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Iterator
from contextlib import aclosing

import pytest
from registry_server import stock_registry

from arriero.core.clock import SystemClock
from arriero.core.progress import Progress, silent
from arriero.runtime.backend import EventKind
from arriero.runtime.docker.engine import connect
from arriero.runtime.docker.errors import DockerDiskFull, ImageUnknown
from arriero.runtime.docker.events import happenings
from arriero.runtime.docker.pulling import ensure_image
from docker_engine import ROOM_BYTES, Dockerd, own_engine
from docker_world import docker


@pytest.fixture(scope="module")
def dockerd(needs_docker: None) -> Iterator[Dockerd]:
    with own_engine() as made:
        yield made


@pytest.fixture(scope="module")
def registry(needs_docker: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A registry with two images of one layer: `small` (1 MB) and `large`, for which the test's engine has no room."""
    folder = tmp_path_factory.mktemp("registry")
    with stock_registry(folder) as host:
        for name, size_bytes in (("small", 1_000_000), ("large", ROOM_BYTES + 4_000_000)):
            (folder / "filling").write_bytes(os.urandom(size_bytes))
            packed = subprocess.run(["tar", "-C", folder, "-c", "filling"], check=True, stdout=subprocess.PIPE).stdout
            subprocess.run(["docker", "import", "-", f"{host}/{name}:1"], input=packed, check=True, capture_output=True)
            docker("push", "--quiet", f"{host}/{name}:1")
            docker("rmi", f"{host}/{name}:1")
        yield host


async def test_events_go_on_after_the_engine_was_killed(dockerd: Dockerd) -> None:
    async with (
        aclosing(happenings(dockerd.endpoint, "arriero", ["qwen"], SystemClock())) as events,
        asyncio.timeout(90),
    ):
        assert (await anext(events)).kind is EventKind.LISTENING
        dockerd.power_off()
        assert (await anext(events)).kind is EventKind.LOST
        await dockerd.start()
        assert (await anext(events)).kind is EventKind.LISTENING


async def test_an_image_comes_from_its_registry_and_says_how_far_it_is(dockerd: Dockerd, registry: str) -> None:
    steps: list[Progress] = []
    engine = await connect(dockerd.endpoint)
    await ensure_image(engine, f"{registry}/small:1", steps.append)
    assert steps[0].done is None
    assert steps[-1].done == steps[-1].total
    assert 1_000_000 < (steps[-1].total or 0) < 1_100_000
    assert await engine.get(f"/images/{registry}/small:1/json") is not None
    steps.clear()
    await ensure_image(engine, f"{registry}/small:1", steps.append)
    assert steps == []


async def test_an_image_that_its_registry_does_not_have_is_told(dockerd: Dockerd, registry: str) -> None:
    for name in ("small:2", "none:1"):
        with pytest.raises(ImageUnknown) as caught:
            await ensure_image(await connect(dockerd.endpoint), f"{registry}/{name}", silent)
        assert caught.value.image == f"{registry}/{name}"


async def test_a_full_disk_is_told(dockerd: Dockerd, registry: str) -> None:
    with pytest.raises(DockerDiskFull) as caught:
        await ensure_image(await connect(dockerd.endpoint), f"{registry}/large:1", silent)
    assert "no space left on device" in caught.value.detail
