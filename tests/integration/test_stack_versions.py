"""Versions of a model on real parts: a registry, the store, the engine, the demo model."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from registry_faults import answering, fault_proxy
from registry_server import consistent, stock_registry
from version_world import Publisher, digests, make_world, reference

from arriero.core.ids import Reference
from arriero.core.paths import SOURCE_ROOT
from arriero.core.progress import Progress, silent
from arriero.planner import ActionKind, DriftCode
from arriero.registry.errors import ManifestNotFound, RegistryDenied
from arriero.runtime.errors import LoadFailed, PortTaken
from arriero.runtime.http import ask
from arriero.stack.activate import activate
from arriero.stack.checking import check
from arriero.stack.deactivate import deactivate
from arriero.stack.errors import NoPreviousVersion, VersionStranded, VersionUndone
from arriero.stack.prune import prune
from arriero.stack.pull import pull
from arriero.stack.rollback import rollback
from arriero.stack.status import status
from arriero.stack.update import update
from arriero.stack.version_results import Freshness
from arriero.stack.world import World
from arriero.store.errors import BlobMissing, ModelNotInstalled
from stack_world import all_down

CHILD = Path(__file__).with_name("version_child.py")
TAGS = iter(f"v{number}" for number in range(1000))


@pytest.fixture(scope="module")
def publisher(tmp_path_factory: pytest.TempPathFactory, demo_gguf: Path) -> Iterator[Publisher]:
    folder = tmp_path_factory.mktemp("published")
    with stock_registry(folder) as host:
        yield Publisher.make(host, folder / "models", demo_gguf)


@pytest.fixture
def tag() -> str:
    """One of its own for each test, in the one repository."""
    return next(TAGS)


@pytest.fixture
async def world(tmp_path: Path, publisher: Publisher, tag: str) -> AsyncIterator[World]:
    """Nothing installed; version one of the slot's model is published."""
    await publisher.publish(tag)
    made = make_world(tmp_path / "project", publisher.reference(tag))
    yield made
    await all_down(made)


async def served(world: World) -> str:
    options = {"num_predict": 3}
    body: dict[str, object] = {"model": "another-name:1", "prompt": "Hi", "stream": False, "options": options}
    told = await ask("127.0.0.1", world.slot("tiny").port, "/api/generate", post=body, limit_s=60)
    assert told.status == 200
    return str(told.json()["response"])


async def test_a_pulled_model_is_the_registrys_byte_for_byte(world: World, publisher: Publisher) -> None:
    seen: list[Progress] = []
    pulled = await pull(world, "tiny", seen.append)
    assert (pulled.changed, pulled.before, pulled.slot) == (True, None, "tiny")
    assert digests(world)[0].startswith(pulled.version)
    assert len(consistent(world.store.blobs)) == 4
    assert world.store.find(Reference.parse("another-name:1")).digest == digests(world)[0]
    done = [p.done for p in seen if p.step == "pull.layer"]
    assert done == sorted(done)
    assert done[-1] == pulled.size_bytes == pulled.download_bytes
    (version,) = world.state.versions(str(reference(world)))
    assert (version.digest, version.source) == (digests(world)[0], publisher.host)

    again = await pull(world, "tiny", silent)
    assert (again.changed, again.download_bytes, again.before) == (False, 0, pulled.version)


async def test_a_dry_run_downloads_nothing(world: World) -> None:
    told = await pull(world, "tiny", silent, dry_run=True)
    assert (told.dry_run, told.changed, told.download_bytes > 98_362_432) == (True, True, True)
    assert world.store.list() == []
    planned = await activate(world, "tiny", silent, dry_run=True)
    assert [a.kind for a in planned.plan.actions] == [ActionKind.INSTALL, ActionKind.START]
    assert planned.plan.actions[0].reason.params == {"size_bytes": 98_362_432}


async def test_a_model_is_pulled_by_its_name_without_any_slot(world: World, publisher: Publisher) -> None:
    digest = await publisher.publish(other := next(TAGS), top_k=3)
    pulled = await pull(world, str(publisher.reference(other)), silent)
    assert (pulled.slot, digest.startswith(pulled.version)) == (None, True)
    with pytest.raises(ManifestNotFound):
        await pull(world, f"{publisher.host}/test/tiny:nothing", silent)


async def test_activating_what_is_not_installed_downloads_it(world: World) -> None:
    seen: list[Progress] = []
    outcome = await activate(world, "tiny", seen.append)
    assert [a.kind for a in outcome.plan.actions] == [ActionKind.INSTALL, ActionKind.START]
    assert {"pull.layer", "action.install"} <= {p.step for p in seen}
    assert await served(world)


async def test_others_may_be_stopped_while_a_model_is_on_its_way(
    world: World, publisher: Publisher, tmp_path: Path
) -> None:
    async with fault_proxy(publisher.host) as proxy:
        asked, go_on = asyncio.Event(), asyncio.Event()

        async def hold(*_: object) -> None:
            asked.set()
            await go_on.wait()

        proxy.on_blob = hold
        slow = make_world(tmp_path / "slow", proxy.at(reference(world)))
        activating = asyncio.create_task(activate(slow, "tiny", silent))
        await asked.wait()
        assert (await deactivate(slow, "demo", silent)).plan.empty  # it was not refused: nobody holds the lock
        go_on.set()
        await activating
        await all_down(slow)


async def test_check_tells_what_is_new_in_one_round_trip_and_downloads_nothing(
    world: World, publisher: Publisher, tag: str, tmp_path: Path
) -> None:
    async with fault_proxy(publisher.host) as proxy:
        world = make_world(tmp_path / "checking", proxy.at(reference(world)))
        await pull(world, "tiny", silent)
        proxy.seen.clear()
        (current,) = (await check(world, None)).checks
        assert (current.freshness, current.changes) == (Freshness.CURRENT, ())
        assert [seen.method for seen in proxy.seen] == ["HEAD"]

        new = await publisher.publish(tag, temperature=0.5)
        (outdated,) = (await check(world, "tiny")).checks
        assert (outdated.freshness, outdated.changes) == (Freshness.OUTDATED, ("params",))
        assert new.startswith(outdated.available)
        assert 0 < outdated.download_bytes < 200
        assert proxy.blob_requests() == []

        proxy.on_any = answering(403)
        report = await check(world, None)
        assert [c.freshness for c in report.checks] == [Freshness.UNKNOWN]
        assert len(report.failures) == 1


async def test_an_update_of_a_serving_slot_and_back(world: World, publisher: Publisher, tag: str) -> None:
    await activate(world, "tiny", silent)
    old = digests(world)[0]
    assert await served(world)
    new = await publisher.publish(tag, seed=7)

    report = await update(world, "tiny", silent)
    (pulled,) = report.pulled
    assert (report.failures, pulled.changed, pulled.download_bytes < 200) == ((), True, True)
    assert digests(world) == (new, old)
    assert pulled.down_s is not None
    assert await served(world)

    switched = await rollback(world, "tiny", silent)
    assert digests(world) == (old, new)
    assert (switched.before, switched.after) == (new[:12], old[:12])
    assert await served(world)
    await rollback(world, "tiny", silent)
    assert digests(world) == (new, old)

    told = [(t.command, t.from_state, t.to_state, t.outcome) for t in world.state.transitions("tiny", limit=6)]
    assert ("update", old[:12], new[:12], "done") in told
    assert ("rollback", new[:12], old[:12], "done") in told
    assert [v.digest for v in world.state.versions(str(reference(world))) if v.current] == [new]
    (model,) = [m for m in (await status(world)).models if m.id == "tiny"]
    assert (model.drift, model.variants[0].previous) == ((), old[:12])


async def test_what_somebody_loaded_by_an_alias_is_the_model(world: World) -> None:
    """As an editor does that keeps asking while the slot starts: the one runner goes by the name that came first."""
    await activate(world, "tiny", silent)
    slot = world.slot("tiny")
    unload: dict[str, object] = {"model": str(reference(world)), "keep_alive": 0}
    await ask("127.0.0.1", slot.port, "/api/generate", post=unload, limit_s=60)
    assert await served(world)
    running = (await ask("127.0.0.1", slot.port, "/api/ps", limit_s=60)).json()["models"]
    assert [model["name"] for model in running] == ["another-name:1"]
    await world.backend.start(world.service(slot, slot.variants[0]), silent)


async def test_a_version_that_does_not_work_rolls_itself_back(world: World, publisher: Publisher, tag: str) -> None:
    await activate(world, "tiny", silent)
    old = digests(world)[0]
    await publisher.publish_garbage(tag)
    report = await update(world, None, silent)
    (failure,) = report.failures
    assert isinstance(failure, VersionUndone)
    assert [type(part) for part in failure.parts] == [LoadFailed]
    assert digests(world) == (old, "")
    assert await served(world)
    (model,) = [m for m in (await status(world)).models if m.id == "tiny"]
    assert model.drift == ()
    with pytest.raises(NoPreviousVersion):
        await rollback(world, "tiny", silent)


async def test_a_version_before_survives_an_update_that_fails(world: World, publisher: Publisher, tag: str) -> None:
    await pull(world, "tiny", silent)
    first = digests(world)[0]
    second = await publisher.publish(tag, seed=1)
    await update(world, "tiny", silent)
    await activate(world, "tiny", silent)
    await publisher.publish_garbage(tag)
    assert len((await update(world, "tiny", silent)).failures) == 1
    assert digests(world) == (second, first)


async def test_a_slot_that_is_off_is_updated_and_stays_off(world: World, publisher: Publisher, tag: str) -> None:
    await pull(world, "tiny", silent)
    old = digests(world)[0]
    new = await publisher.publish(tag, seed=2)
    (pulled,) = (await update(world, "tiny", silent)).pulled
    assert (pulled.down_s, digests(world)) == (None, (new, old))
    assert (await status(world)).models[0].url is None


async def test_what_cannot_be_rolled_back_to_is_refused_before_anything_stops(
    world: World, publisher: Publisher, tag: str
) -> None:
    await activate(world, "tiny", silent)
    old = world.store.get(reference(world))
    await publisher.publish(tag, seed=3)
    await update(world, "tiny", silent)
    before = digests(world)
    world.store.blob_path(old.layer("params").digest).unlink()
    with pytest.raises(BlobMissing):
        await rollback(world, "tiny", silent)
    assert digests(world) == before
    assert await served(world)


async def test_a_registry_that_fails_leaves_everything_as_it_is(
    world: World, publisher: Publisher, tmp_path: Path
) -> None:
    with pytest.raises(ModelNotInstalled):
        await update(world, "tiny", silent)
    async with fault_proxy(publisher.host) as proxy:
        world = make_world(tmp_path / "failing", proxy.at(reference(world)))
        proxy.on_blob = answering(403, "no")
        with pytest.raises(RegistryDenied):
            await pull(world, "tiny", silent)
        assert world.store.list() == []


@pytest.mark.parametrize(
    ("point", "serving"),
    [("version.switch", True), ("version.prove", True), ("write 1", False), ("write 2", False), ("write 3", False)],
)
async def test_an_update_that_is_killed_leaves_what_the_next_command_understands(
    world: World, publisher: Publisher, tag: str, point: str, *, serving: bool
) -> None:
    await (activate if serving else pull)(world, "tiny", silent)
    old = digests(world)[0]
    new = await publisher.publish(tag, seed=11)
    await killed(world, "update", point)

    names = installed(world)
    assert old in names
    assert digests(world)[0] in (old, new)
    assert all(world.store.is_whole(m) for m in world.store.list())
    assert (DriftCode.UNPROVEN in await drift(world)) == (point != "write 1")
    if digests(world)[0] == new:
        await rollback(world, "tiny", silent)
        assert digests(world) == (old, new)
    else:
        with pytest.raises(NoPreviousVersion):
            await rollback(world, "tiny", silent)
        await update(world, "tiny", silent)
        assert digests(world) == (new, old)
    assert len(installed(world)) == 3, "both versions and the alias"
    if serving:
        await activate(world, "tiny", silent)
        assert await served(world)
    assert await drift(world) == set()


@pytest.mark.parametrize(
    ("point", "mended_by"),
    [("write 1", "update"), ("write 2", "rollback"), ("write 2", "update"), ("write 2", "prune"), ("write 3", "prune")],
)
async def test_a_rollback_that_is_killed_loses_neither_version(
    world: World, publisher: Publisher, tag: str, point: str, mended_by: str
) -> None:
    await pull(world, "tiny", silent)
    old = digests(world)[0]
    new = await publisher.publish(tag, seed=21)
    await update(world, "tiny", silent)
    await killed(world, "rollback", point)
    assert {old, new} <= set(installed(world))
    rolled_back = point != "write 1"
    assert digests(world)[0] == (old if rolled_back else new)

    told = await rollback(world, "tiny", silent, dry_run=True)
    assert (told.before, told.after) == ((old[:12], new[:12]) if rolled_back else (new[:12], old[:12]))
    if mended_by == "rollback":
        await rollback(world, "tiny", silent)
        assert digests(world) == ((new, old) if rolled_back else (old, new))
    elif mended_by == "update":
        await update(world, "tiny", silent)
        assert digests(world) == (new, old)
    else:
        await prune(world)
        assert digests(world) == ((old, new) if rolled_back else (new, old))
    assert len(installed(world)) == 3, "both versions and the alias"


def installed(world: World) -> list[str]:
    """The digest of every manifest that is there."""
    return [model.digest for model in world.store.list()]


async def killed(world: World, command: str, point: str) -> None:
    arguments = (world.configuration.settings.database.parent, reference(world), command, point)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(SOURCE_ROOT), str(CHILD.parents[1])))}
    child = await asyncio.create_subprocess_exec(sys.executable, CHILD, *map(str, arguments), env=environment)
    assert await child.wait() == -signal.SIGKILL


async def drift(world: World) -> set[DriftCode]:
    (model,) = [m for m in (await status(world)).models if m.id == "tiny"]
    return {d.code for d in model.drift}


async def test_an_update_that_is_interrupted_puts_everything_back(world: World, publisher: Publisher, tag: str) -> None:
    await activate(world, "tiny", silent)
    old = digests(world)[0]
    await publisher.publish(tag, seed=12)

    def interrupt(progress: Progress) -> None:
        if progress.step == "version.prove":
            updating.cancel()

    updating = asyncio.create_task(update(world, "tiny", interrupt))
    with pytest.raises(asyncio.CancelledError):
        await updating
    assert digests(world) == (old, "")
    assert await served(world)
    assert await drift(world) == set()


async def test_an_old_version_that_does_not_start_again_is_told_with_both_reasons(
    world: World, publisher: Publisher, tag: str
) -> None:
    await activate(world, "tiny", silent)
    old = digests(world)[0]
    await publisher.publish_garbage(tag)
    with contextlib.ExitStack() as taken:

        def take_the_port(progress: Progress) -> None:
            if progress.step == "version.undo":
                stop_the_service(world)
                taken.enter_context(socket.create_server(("127.0.0.1", world.slot("tiny").port)))

        report = await update(world, "tiny", take_the_port)
    (failure,) = report.failures
    assert isinstance(failure, VersionStranded)
    assert [type(part) for part in failure.parts] == [LoadFailed, PortTaken]
    assert digests(world) == (old, "")
    assert DriftCode.UNPROVEN in await drift(world)
    await activate(world, "tiny", silent)
    assert await served(world)


def stop_the_service(world: World) -> None:
    """From inside a report, which cannot wait: in a thread with a loop of its own."""
    stopping = world.backend.stop("tiny", world.slot("tiny").port, silent)
    thread = threading.Thread(target=asyncio.run, args=(stopping,))
    thread.start()
    thread.join()
