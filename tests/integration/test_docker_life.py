"""What is done to containers behind the app's back, and how it is seen; what an engine tells as it happens."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from arriero.core.progress import silent
from arriero.runtime import proc
from arriero.runtime.backend import EventKind, ServiceEvent, ServiceSnapshot
from docker_slot import DockerWorld
from docker_world import docker
from native_world import until

pytestmark = pytest.mark.usefixtures("needs_docker")


@pytest.fixture
async def world(tmp_path: Path, free_port: int) -> AsyncIterator[DockerWorld]:
    built = DockerWorld(tmp_path, free_port)
    yield built
    await built.end()


async def command(*words: str) -> None:
    """The docker command, typed by hand."""
    await asyncio.to_thread(docker, *words)


async def until_told(events: AsyncIterator[ServiceEvent], kind: EventKind) -> ServiceEvent:
    async with asyncio.timeout(40):
        while (event := await anext(events)).kind is not kind:
            pass
    return event


async def test_by_hand_it_is_stopped_killed_paused_and_removed(world: DockerWorld) -> None:
    """Each is seen for what it is, the engine tells of each, and a start brings the service back from each."""
    events = world.another().events(["qwen"])
    await until_told(events, EventKind.LISTENING)
    first = await world.start()
    assert (await until_told(events, EventKind.STARTED)).slot == "qwen"

    await command("stop", "--time", "1", world.container())
    await until_told(events, EventKind.ENDED)
    assert told(await world.seen()) == ("absent", "exit 0", "exited")
    again = await world.start()
    assert again.pid != first.pid

    await command("kill", world.container())
    await until_told(events, EventKind.ENDED)
    assert told(await world.seen()) == ("absent", "SIGKILL", "exited")
    await world.start()

    await until_told(events, EventKind.STARTED)
    await command("pause", world.container())
    await until_told(events, EventKind.CHANGED)
    assert told(await world.seen()) == ("failed", None, "paused")
    await world.start()

    await command("rm", "--force", world.container())
    await until_told(events, EventKind.REMOVED)
    assert told(await world.seen()) == ("absent", None, None)
    assert (await world.start()).phase == "serving"
    await events.aclose()  # type: ignore[attr-defined]


def told(seen: ServiceSnapshot) -> tuple[str, str | None, str | None]:
    assert not seen.answers
    return seen.phase, seen.last_exit, seen.container.state if seen.container else None


async def test_a_stopped_container_is_removed_by_stop(world: DockerWorld) -> None:
    await world.start()
    await command("stop", "--time", "1", world.container())
    report = await world.backend.stop("qwen", world.port, silent)
    assert (report.was_running, report.port_free, world.containers()) == (False, True, [])


async def test_an_image_whose_name_means_another_by_now_is_told(world: DockerWorld) -> None:
    image = f"{world.project.name}:tag"
    await command("tag", world.project.image, image)
    backend = world.another(image=image)
    try:
        seen = await backend.start(world.spec(), silent)
        assert seen.container is not None
        assert not seen.container.image_is_old
        newer = docker("commit", "--change", "LABEL newer=1", world.container(), image).strip()
        (seen,) = await backend.inspect([("qwen", world.port)])
        assert seen.container is not None
        assert (seen.container.image_is_old, seen.container.tag_image_id) == (True, newer)
        renewed = await backend.restart(world.spec(), silent)
        assert renewed.container is not None
        assert (renewed.container.image_id, renewed.container.image_is_old) == (newer, False)
        await backend.stop("qwen", world.port, silent)
    finally:
        await command("rmi", "--force", image)


async def test_settings_changed_by_hand_show_in_the_hash(world: DockerWorld) -> None:
    seen = await world.start()
    assert seen.settings_hash == world.backend.settings_hash(world.spec())
    world.override(environment={"OLLAMA_CONTEXT_LENGTH": "1234"})
    await command("rm", "--force", world.container())
    with pytest.raises(Exception, match="context_differs"):
        await world.backend.start(world.spec(), silent)
    assert (await world.seen()).settings_hash != world.backend.settings_hash(world.spec())


async def test_logs_are_followed_into_the_next_container(world: DockerWorld) -> None:
    await world.start()
    await world.say("first")
    lines = world.another().logs("qwen", tail=100, follow=True)
    await until_line(lines, "first")
    await world.backend.restart(world.spec(), silent)
    await world.say("second")
    assert "first" not in await until_line(lines, "second")
    await lines.aclose()  # type: ignore[attr-defined]


async def until_line(lines: AsyncIterator[str], wanted: str) -> list[str]:
    """What came up to that line."""
    seen: list[str] = []
    async with asyncio.timeout(40):
        while (line := await anext(lines)) != wanted:
            seen.append(line)
    return seen


async def test_a_long_line_comes_through(world: DockerWorld) -> None:
    """Engines cut it at 16 KiB and send the pieces one by one (and 20.10 forgets the end of the line after them)."""
    await world.start()
    await world.say("x" * 100_000)

    async def there() -> list[str]:
        lines = [line async for line in world.backend.logs("qwen", tail=10, follow=False)]
        return [line for line in lines if line == "x" * 100_000]

    await until(there)


async def test_a_start_that_is_cancelled_leaves_no_compose_behind(world: DockerWorld) -> None:
    task = asyncio.create_task(world.start())
    await world.until_begun()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    found = await asyncio.to_thread(compose_processes, world.project.name)
    assert found == []


@pytest.mark.parametrize("moment", ["compose", "container"])
async def test_after_a_killed_start_the_next_command_finds_all_of_it(world: DockerWorld, moment: str) -> None:
    """Compose outlives whoever started it; what it makes is not made behind the next command's back."""
    environ = {**os.environ, "PYTHONPATH": ":".join(sys.path)}
    arguments = (str(world.folder), str(world.port), world.name)
    app = await asyncio.create_subprocess_exec(sys.executable, "-c", APP, *arguments, env=environ)
    if moment == "compose":
        await until(lambda: asyncio.to_thread(compose_processes, world.name), 40.0)
    else:
        await world.until_begun()
    app.kill()
    await app.wait()
    report = await world.backend.stop("qwen", world.port, silent)
    assert (report.port_free, report.leftovers) == (True, ())
    assert (compose_processes(world.name), world.containers()) == ([], [])
    assert (await world.start()).phase == "serving"


APP = """
import asyncio, pathlib, sys
from docker_slot import DockerWorld
asyncio.run(DockerWorld(pathlib.Path(sys.argv[1]), int(sys.argv[2]), name=sys.argv[3]).start())
"""


def _cmdline(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def compose_processes(project: str) -> list[str]:
    commands = [_cmdline(pid).replace(b"\0", b" ").decode() for pid in proc.every_pid()]
    return [command for command in commands if project in command and "compose" in command]
