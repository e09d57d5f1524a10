"""What every backend owes: one body of tests, run over each of them with real processes and real HTTP."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psutil
import pytest

from arriero.core.files import CommandRunning
from arriero.core.progress import Progress, silent
from arriero.runtime.backend import Backend, EventKind, ServiceEvent
from arriero.runtime.errors import ContextDiffers, LoadFailed, PortTaken, PortUnusable, ServiceFailed
from docker_slot import DockerWorld
from native_world import MODEL, World, until

AnyWorld = World | DockerWorld


@pytest.fixture(params=["native", "docker"])
async def world(request: pytest.FixtureRequest, tmp_path: Path, free_port: int) -> AsyncIterator[AnyWorld]:
    if request.param == "docker":
        request.getfixturevalue("needs_docker")
    built = (DockerWorld if request.param == "docker" else World)(tmp_path, free_port)
    yield built
    await built.end()


@pytest.fixture
def stranger(free_port: int) -> Iterator[socket.socket]:
    """Somebody else on the slot's port: this very process."""
    with socket.create_server(("127.0.0.1", free_port)) as listener:
        yield listener


async def until_told(events: AsyncIterator[ServiceEvent], kind: EventKind) -> str | None:
    """The slot that the next event of this kind is about."""
    async with asyncio.timeout(20):
        while (event := await anext(events)).kind is not kind:
            pass
    return event.slot


def connects(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


async def test_nothing_is_absent(world: AnyWorld) -> None:
    seen = await world.seen()
    assert (seen.phase, seen.pid, seen.answers, seen.holder, seen.memory_bytes) == ("absent", None, False, None, None)


async def test_what_belongs_to_no_slot_any_more_is_swept_away(world: AnyWorld) -> None:
    assert await world.backend.sweep(["qwen"], silent) == []
    await world.start()
    assert await world.backend.sweep(["mistral", "qwen"], silent) == []
    assert (await world.seen()).phase == "serving"
    (ended,) = await world.backend.sweep(["mistral"], silent)
    assert (ended.slot, ended.was_running, ended.port_free, ended.leftovers) == ("qwen", True, True, ())
    assert ended.memory_freed_bytes > 0
    assert (await world.seen()).phase == "absent"


async def test_it_is_a_backend(world: AnyWorld) -> None:
    backend: Backend = world.backend
    assert backend.kind == world.kind


async def test_start_serves_loads_and_tells(world: AnyWorld) -> None:
    steps: list[Progress] = []
    seen = await world.backend.start(world.spec(), steps.append)
    assert (seen.phase, seen.port, seen.answers, seen.version) == ("serving", world.port, True, "0.33.0")
    assert [(model.name, model.context) for model in seen.loaded] == [(MODEL, 4096)]
    assert seen.models == (MODEL,)
    assert seen.settings_hash == world.backend.settings_hash(world.spec())
    assert seen.memory_bytes is not None
    assert seen.memory_bytes > 5_000_000
    assert (seen.restarts, seen.last_exit, seen.holder) == (0, None, None)
    assert [step.step for step in steps] == [*world.first_steps, "backend.start", "backend.wait_ready", "backend.load"]


async def test_another_command_sees_and_ends_it(world: AnyWorld) -> None:
    started = await world.start()
    (seen,) = await world.another().inspect([("qwen", world.port)])
    assert (seen.phase, seen.pid, seen.started_at) == ("serving", started.pid, started.started_at)
    report = await world.another().stop("qwen", world.port, silent)
    assert (report.was_running, report.port_free, report.leftovers) == (True, True, ())
    assert report.memory_freed_bytes > 5_000_000
    assert not connects(world.port)
    assert (await world.seen()).phase == "absent"


async def test_starting_what_runs_changes_nothing(world: AnyWorld) -> None:
    first = await world.start()
    second = await world.start()
    assert (second.pid, second.phase) == (first.pid, "serving")


async def test_other_settings_restart_it(world: AnyWorld) -> None:
    first = await world.start()
    second = await world.start(context=2048)
    assert second.pid != first.pid
    assert [model.context for model in second.loaded] == [2048]
    assert second.settings_hash != first.settings_hash


async def test_restart_gives_a_new_process(world: AnyWorld) -> None:
    first = await world.start()
    second = await world.backend.restart(world.spec(), silent)
    assert second.pid != first.pid
    assert second.phase == "serving"


async def test_restart_starts_what_did_not_run(world: AnyWorld) -> None:
    assert (await world.backend.restart(world.spec(), silent)).phase == "serving"


async def test_stopping_nothing_is_no_error(world: AnyWorld) -> None:
    report = await world.backend.stop("qwen", world.port, silent)
    assert (report.was_running, report.port_free, report.memory_freed_bytes) == (False, True, 0)


async def test_a_taken_port_is_named_and_nothing_is_started(world: AnyWorld, stranger: socket.socket) -> None:
    with pytest.raises(PortTaken) as caught:
        await world.start()
    assert (caught.value.port, caught.value.pid) == (world.port, os.getpid())
    assert caught.value.process in psutil.Process().name()
    seen = await world.seen()
    assert seen.phase == "blocked"
    assert seen.holder is not None
    assert seen.holder.pid == os.getpid()
    assert not seen.answers
    assert world.family() == []


async def test_moving_to_a_taken_port_leaves_what_runs(world: AnyWorld) -> None:
    first = await world.start()
    with socket.create_server(("127.0.0.1", 0)) as listener, pytest.raises(PortTaken):
        await world.start(port=listener.getsockname()[1])
    assert (await world.seen()).pid == first.pid


async def test_an_address_of_another_machine_is_refused(world: AnyWorld) -> None:
    with pytest.raises(PortUnusable) as caught:
        await world.start(host="192.0.2.1")
    assert caught.value.host == "192.0.2.1"


async def test_stop_does_not_touch_a_stranger_on_the_port(world: AnyWorld, stranger: socket.socket) -> None:
    report = await world.backend.stop("qwen", world.port, silent)
    assert (report.was_running, report.port_free) == (False, False)
    assert connects(world.port)


async def test_an_engine_that_cannot_start_is_told_with_its_words(
    world: AnyWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STANDIN_EXIT", "7")
    with pytest.raises(ServiceFailed) as caught:
        await world.start()
    assert caught.value.last_exit == "exit 7"
    assert "stand-in ends with 7" in caught.value.tail
    seen = await world.seen()
    assert (seen.phase, seen.last_exit) == ("failed", "exit 7")
    monkeypatch.delenv("STANDIN_EXIT")
    assert (await world.start()).phase == "serving"


async def test_a_failed_service_is_cleared_by_stop(world: AnyWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STANDIN_EXIT", "7")
    with pytest.raises(ServiceFailed):
        await world.start()
    await world.backend.stop("qwen", world.port, silent)
    assert (await world.seen()).phase == "absent"


async def test_a_model_that_is_not_there_is_a_failed_load(world: AnyWorld) -> None:
    with pytest.raises(LoadFailed) as caught:
        await world.start(model="qwen2.5-coder:7b")
    assert caught.value.detail == "model 'qwen2.5-coder:7b' not found"
    assert (await world.seen()).phase == "serving"


async def test_another_context_than_asked_for_is_told(world: AnyWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STANDIN_CONTEXT", "1024")
    with pytest.raises(ContextDiffers) as caught:
        await world.start()
    assert (caught.value.wanted, caught.value.served) == (4096, 1024)


@pytest.mark.parametrize("world", ["native"], indirect=True)  # Ollama has no key: a container is never behind one
async def test_a_service_behind_a_key_is_loaded_and_seen(world: AnyWorld, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("secreto\n")
    seen = await world.start(api_key_file=key)
    assert (seen.phase, seen.version, seen.models) == ("serving", "0.33.0", (MODEL,))
    key.write_text("another\n")
    seen = await world.seen()
    assert (seen.phase, seen.answers, seen.version) == ("serving", True, None)


async def test_two_starts_at_once_give_one_service(world: AnyWorld) -> None:
    outcomes = await asyncio.gather(
        world.backend.start(world.spec(), silent),
        world.another().start(world.spec(), silent),
        return_exceptions=True,
    )
    winners = [outcome for outcome in outcomes if not isinstance(outcome, BaseException)]
    losers = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert [type(loser) for loser in losers] == [CommandRunning]
    assert [winner.phase for winner in winners] == ["serving"]
    assert len(world.family()) == world.processes


async def test_a_start_that_is_cancelled_goes_on_by_itself(world: AnyWorld) -> None:
    task = asyncio.create_task(world.start())
    await world.until_recorded()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await world.seen()).phase in ("starting", "serving")
    await world.until_phase("serving")
    assert [model.name for model in (await world.start()).loaded] == [MODEL]


async def test_a_start_that_is_cancelled_at_its_very_beginning_is_in_nobodys_way(world: AnyWorld) -> None:
    task = asyncio.create_task(world.start())
    await world.until_begun()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await world.seen()).phase in ("absent", "starting", "serving")
    assert (await world.start()).phase == "serving"


async def test_inspect_looks_at_every_slot(world: AnyWorld) -> None:
    await world.start()
    seen = await world.backend.inspect([("mistral", 1), ("qwen", world.port)])
    assert [(one.slot, one.phase) for one in seen] == [("mistral", "absent"), ("qwen", "serving")]


async def test_logs_are_the_services_own_lines(world: AnyWorld) -> None:
    await world.start()
    for number in range(5):
        await world.say(f"línea {number}")

    async def all_there() -> list[str]:
        lines = [line async for line in world.backend.logs("qwen", tail=3, follow=False)]
        return lines if lines[-1] == "línea 4" else []

    assert await until(all_there) == ["línea 2", "línea 3", "línea 4"]


async def test_logs_of_a_service_that_never_ran_are_empty(world: AnyWorld) -> None:
    assert [line async for line in world.backend.logs("mistral", tail=10, follow=False)] == []


async def test_followed_logs_bring_what_comes(world: AnyWorld) -> None:
    await world.start()
    await world.say("first")
    lines = world.backend.logs("qwen", tail=100, follow=True)
    while await asyncio.wait_for(anext(lines), 20) != "first":
        pass
    await world.say("second")
    assert await asyncio.wait_for(anext(lines), 20) == "second"
    await lines.aclose()  # type: ignore[attr-defined]


async def test_stats_are_those_of_what_runs(world: AnyWorld) -> None:
    assert await world.backend.stats(["qwen"]) == []
    await world.start()
    first, second = [(await world.backend.stats(["mistral", "qwen"]))[0] for _ in range(2)]
    assert first.slot == "qwen"
    assert first.memory_bytes > 5_000_000
    assert 0 < first.cpu_s <= second.cpu_s


async def test_events_tell_of_a_start_and_of_an_end(world: AnyWorld) -> None:
    events = world.another().events(["qwen"])
    first = await asyncio.wait_for(anext(events), 20)
    assert (first.slot, first.kind) == (None, EventKind.LISTENING)
    await world.start()
    assert await until_told(events, EventKind.STARTED) == "qwen"
    await world.backend.stop("qwen", world.port, silent)
    assert await until_told(events, EventKind.ENDED) == "qwen"
    await events.aclose()  # type: ignore[attr-defined]


@pytest.mark.parametrize("backend", ["native", "docker"])
def test_nothing_heavy_is_imported(backend: str) -> None:
    code = (
        f"import sys, arriero.runtime.{backend}.backend;"
        "print([name for name in ('aiohttp', 'psutil', 'xllamacpp') if name in sys.modules])"
    )
    environment = {"PYTHONPATH": ":".join(sys.path)}
    assert subprocess.check_output([sys.executable, "-c", code], text=True, env=environment) == "[]\n"
