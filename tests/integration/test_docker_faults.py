"""What goes wrong with Docker, made to go wrong on a real engine: each is told as its own error."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from arriero.config.specs import GpuChoice
from arriero.core.progress import Progress, silent
from arriero.runtime.docker.compose_command import compose
from arriero.runtime.docker.errors import (
    ComposeFileInvalid,
    ContainerNameTaken,
    ContainerUnhealthy,
    GpuRuntimeMissing,
    ImageUnreachable,
    MountFailed,
    VolumeDiffers,
)
from arriero.runtime.errors import LoadFailed, PortTaken, ServiceFailed
from arriero.runtime.http import NoAnswer, ask
from docker_slot import ENDPOINT, DockerWorld
from docker_world import docker

pytestmark = pytest.mark.usefixtures("needs_docker")


@pytest.fixture
async def world(tmp_path: Path, free_port: int) -> AsyncIterator[DockerWorld]:
    built = DockerWorld(tmp_path, free_port)
    yield built
    await built.end()


@pytest.fixture
async def neighbour(tmp_path: Path, free_port: int) -> AsyncIterator[DockerWorld]:
    """Another project on the same port."""
    built = DockerWorld(tmp_path / "neighbour", free_port)
    yield built
    await built.end()


async def exits(world: DockerWorld, status: int) -> None:
    """Has the server end by itself."""
    with pytest.raises(NoAnswer):
        await ask("127.0.0.1", world.port, "/exit", post={"status": status}, limit_s=5.0)


async def up(world: DockerWorld) -> None:
    """As `start` does it, but without looking at the port first."""
    await compose(ENDPOINT, world.project.prepare(world.spec()), ["up", "-d", "ollama-qwen"], limit_s=60.0)


async def test_a_port_of_another_container_is_told_with_its_name(world: DockerWorld, neighbour: DockerWorld) -> None:
    await neighbour.start()
    with pytest.raises(PortTaken) as caught:
        await world.start()
    name = f"{neighbour.project.name}-qwen"
    assert (caught.value.port, caught.value.container) == (world.port, name)
    assert world.containers() == []
    seen = await world.seen()
    assert (seen.phase, seen.holder and seen.holder.container) == ("blocked", name)


async def test_compose_says_that_a_container_has_the_port(world: DockerWorld, neighbour: DockerWorld) -> None:
    await neighbour.start()
    with pytest.raises(PortTaken) as caught:
        await up(world)
    assert caught.value.port == world.port


async def test_compose_says_that_a_process_has_the_port(world: DockerWorld) -> None:
    with socket.create_server(("127.0.0.1", world.port)):
        with pytest.raises(PortTaken) as caught:
            await up(world)
        assert caught.value.port == world.port
        seen = await world.seen()
        assert (seen.phase, seen.holder and seen.holder.pid) == ("blocked", os.getpid())
        assert seen.container is not None
        assert seen.container.state == "created"
        assert "address already in use" in seen.container.error
    assert (await world.seen()).phase == "failed"
    assert (await world.start()).phase == "serving"


async def test_a_container_that_was_made_and_never_started_is_cleared_away(
    world: DockerWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody takes the port between our look at it and Compose's start."""
    monkeypatch.setattr("arriero.runtime.ports.require_free", lambda _host, _port: None)
    with socket.create_server(("127.0.0.1", world.port)), pytest.raises(PortTaken) as caught:
        await world.start()
    assert caught.value.pid == os.getpid()
    assert world.containers() == []


async def test_no_gpu_runtime_is_told_and_nothing_goes_to_the_cpu(tmp_path: Path, free_port: int) -> None:
    world = DockerWorld(tmp_path, free_port, gpu=GpuChoice.NVIDIA)
    try:
        with pytest.raises(GpuRuntimeMissing) as caught:
            await world.start()
        assert 'could not select device driver "nvidia" with capabilities: [[gpu]]' in caught.value.detail
        assert world.containers() == []
    finally:
        await world.end()


async def test_the_cpu_is_used_only_after_saying_so(world: DockerWorld) -> None:
    steps: list[Progress] = []
    await world.backend.start(world.spec(), steps.append)
    assert [step.subject for step in steps if step.step == "backend.cpu_mode"] == ["qwen"]
    requests = json.loads(docker("inspect", "--format", "{{json .HostConfig.DeviceRequests}}", world.container()))
    assert not requests


async def test_an_image_that_cannot_be_fetched_is_told_and_leaves_what_runs(world: DockerWorld) -> None:
    first = await world.start()
    missing = world.another(image="registry.invalid/ollama:0.33.0")
    with pytest.raises(ImageUnreachable) as caught:
        await missing.restart(world.spec(), silent)
    assert caught.value.image == "registry.invalid/ollama:0.33.0"
    assert "registry.invalid" in caught.value.detail
    assert (await world.seen()).pid == first.pid


async def test_an_unhealthy_container_is_told_with_its_check(
    world: DockerWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "silent").touch()
    monkeypatch.setenv("STANDIN_SILENT_IF", str(tmp_path / "silent"))
    failing = ["CMD", "/usr/bin/python3", "-c", "import sys; sys.exit('the store is not readable')"]
    world.override(healthcheck={"test": failing, "interval": "200ms", "retries": 2, "start_period": "1ms"})
    with pytest.raises(ContainerUnhealthy) as caught:
        await world.start()
    assert caught.value.checks >= 2
    assert "the store is not readable" in caught.value.output
    assert "stand-in for qwen" in caught.value.tail
    assert (await world.seen()).pid is None  # it is not left running, nor started again by the engine


async def test_a_server_that_gets_unhealthy_is_seen_so(world: DockerWorld, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    check = f"import pathlib, sys; sys.exit(pathlib.Path({str(broken)!r}).exists())"
    test = ["CMD", "/usr/bin/python3", "-c", check]
    world.override(healthcheck={"test": test, "interval": "200ms", "retries": 1, "start_period": "1ms"})
    await world.start()
    broken.touch()
    seen = await world.until_seen(lambda one: one.container is not None and one.container.health == "unhealthy")
    assert (seen.phase, seen.answers) == ("serving", True)


async def test_one_that_stays_silent_is_told_as_too_slow(
    world: DockerWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "silent").touch()
    monkeypatch.setenv("STANDIN_SILENT_IF", str(tmp_path / "silent"))
    world.override(healthcheck={"disable": True})
    world.backend._limits = world.backend._limits._replace(start_s=0.5)
    with pytest.raises(ServiceFailed) as caught:
        await world.start()
    assert caught.value.last_exit == "timeout"
    assert (await world.seen()).pid is None


async def test_a_log_that_cannot_be_read_hides_no_error(world: DockerWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STANDIN_EXIT", "7")
    world.override(logging={"driver": "none"})
    with pytest.raises(ServiceFailed) as caught:
        await world.start()
    assert caught.value.last_exit == "exit 7"
    assert "does not support reading" in caught.value.tail


async def test_a_crash_loop_is_seen_and_started_anew(
    world: DockerWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cause = tmp_path / "cause"
    monkeypatch.setenv("STANDIN_EXIT_IF", str(cause))
    await world.start()
    cause.touch()
    await exits(world, 3)
    seen = await world.until_seen(lambda one: one.phase == "restarting" and one.last_exit == "exit 4")
    assert seen.restarts
    with pytest.raises(ServiceFailed) as caught:
        await world.start()
    assert (caught.value.last_exit, "stand-in ends with 4" in caught.value.tail) == ("exit 4", True)
    assert (await world.seen()).phase == "failed"
    cause.unlink()
    assert (await world.start()).restarts == 0


async def test_a_single_crash_is_mended_by_the_engine(world: DockerWorld) -> None:
    first = await world.start()
    await exits(world, 3)
    seen = await world.until_seen(lambda one: one.answers and one.pid != first.pid)
    assert (seen.phase, seen.restarts) == ("serving", 1)
    again = await world.start()
    assert (again.pid, again.restarts) == (seen.pid, 1)


async def test_one_that_the_kernel_ended_for_its_memory_is_told_as_its_engine_knows_it(world: DockerWorld) -> None:
    """On a loaded machine an engine may miss the kernel's reason (20.10 on cgroup 1: no `oom` event, no OOMKilled);
    then nothing tells it from a `docker kill`."""
    world.override(restart="no", mem_limit="48m", memswap_limit="48m")
    await world.start()
    with pytest.raises(NoAnswer):
        await ask("127.0.0.1", world.port, "/eat", post={"bytes": 200_000_000}, limit_s=30.0)
    seen = await world.until_seen(lambda one: one.container is not None and one.container.state == "exited")
    knows = docker("inspect", "--format", "{{.State.OOMKilled}}", world.container()).strip() == "true"
    assert (seen.phase, seen.last_exit) == (("failed", "OOM") if knows else ("absent", "SIGKILL"))
    assert seen.container is not None
    assert (seen.container.exit_code, seen.container.oom_killed) == (137, knows)


async def test_a_container_that_ends_over_its_load_is_no_mere_failed_load(
    world: DockerWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STANDIN_EXIT_ON_LOAD", "9")
    with pytest.raises(ServiceFailed) as caught:
        await world.start()
    assert caught.value.last_exit in ("exit 9", "restarted")
    assert isinstance(caught.value.__cause__, LoadFailed)


async def test_a_name_that_another_container_has_is_not_taken_from_it(world: DockerWorld) -> None:
    name = f"{world.project.name}-qwen"
    stranger = docker("create", "--name", name, world.project.image).strip()
    try:
        with pytest.raises(ContainerNameTaken) as caught:
            await world.start()
        assert (caught.value.name, caught.value.container) == (name, stranger[:12])
        assert (await world.seen()).phase == "absent"  # a name alone makes it none of ours
        assert not (await world.backend.stop("qwen", world.port, silent)).was_running
        assert docker("ps", "-aq", "--no-trunc", "--filter", f"name={name}").strip() == stranger
    finally:
        docker("rm", "--force", stranger)


async def test_a_folder_that_cannot_be_mounted_is_told(world: DockerWorld, tmp_path: Path) -> None:
    missing = {"type": "bind", "source": str(tmp_path / "none"), "target": "/x", "bind": {"create_host_path": False}}
    world.override(volumes=[missing])
    with pytest.raises(MountFailed) as caught:
        await world.start()
    assert str(tmp_path / "none") in caught.value.detail


async def test_files_that_compose_cannot_read_are_told(world: DockerWorld) -> None:
    world.override(nonsense=True)
    with pytest.raises(ComposeFileInvalid) as caught:
        await world.start()
    assert "nonsense" in caught.value.detail


async def test_a_moved_folder_of_models_is_mounted(world: DockerWorld, tmp_path: Path) -> None:
    await world.start()
    await world.start(models_dir=tmp_path / "moved", context=2048)
    (tmp_path / "moved" / "mark").touch()
    assert "mark" in docker("exec", world.container(), "/usr/bin/python3", "-c", LIST_MODELS)
    assert not (tmp_path / "models" / "mark").exists()


async def test_a_volume_in_use_is_not_taken_from_others(world: DockerWorld, tmp_path: Path) -> None:
    await world.start()
    name = f"{world.project.name}-user"
    docker("create", "--name", name, "-v", f"{world.project.volume}:/models", world.project.image)
    try:
        with pytest.raises(VolumeDiffers) as caught:
            await world.start(models_dir=tmp_path / "moved", context=2048)
        assert caught.value.users == (name,)
        assert (await world.seen()).phase == "serving"
    finally:
        docker("rm", "--force", name)


LIST_MODELS = "import os; print(os.listdir('/root/.ollama/models'))"
