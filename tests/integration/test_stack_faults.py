"""`pull` over every fault of the way: recovered, or refused with the store as it was, as another reader sees it.

A version is installed and a newer one, with a big layer more, is in the registry.
"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path

import pytest
from fault_cases import ANSWERS, BIG, RECOVERED, REFUSED
from registry_faults import FaultProxy, fault_proxy, only
from registry_server import stock_registry
from store_reader import Contents, read_store
from version_world import LOCAL, Publisher, make_world

from arriero.core.ids import Reference
from arriero.core.progress import silent
from arriero.registry.client import RegistryClient
from arriero.registry.pushing import push
from arriero.registry.values import RegistrySettings
from arriero.stack import remote
from arriero.stack.pull import pull
from arriero.stack.world import World
from arriero.store import media
from arriero.store.manifest import Layer
from tiny_gguf import tiny_gguf

TAGS = iter(f"f{number}" for number in range(1000))
QUICK = {"connections": 4, "part_bytes": 1 << 20, "backoff_s": 0.01, "answer_s": 10.0, "stall_s": 10.0}


@pytest.fixture(scope="module")
def publisher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Publisher]:
    folder = tmp_path_factory.mktemp("published")
    gguf = folder / "tiny.gguf"
    gguf.write_bytes(tiny_gguf())
    with stock_registry(folder) as host:
        yield Publisher.make(host, folder / "models", gguf)


@pytest.fixture(scope="module")
def big(publisher: Publisher) -> Layer:
    return publisher.store.add_bytes(random.Random(8).randbytes(BIG), media.LICENSE)


@pytest.fixture
async def proxy(publisher: Publisher) -> AsyncIterator[FaultProxy]:
    async with fault_proxy(publisher.host) as proxy:
        yield proxy


@pytest.fixture
async def world(
    tmp_path: Path, publisher: Publisher, proxy: FaultProxy, big: Layer, monkeypatch: pytest.MonkeyPatch
) -> World:
    await publisher.publish(tag := next(TAGS))
    world = make_world(tmp_path / "project", proxy.at(publisher.reference(tag)))
    hurry(monkeypatch)
    await pull(world, "tiny", silent)
    await publish_bigger(publisher, tag, big)
    proxy.seen.clear()
    return world


def hurry(monkeypatch: pytest.MonkeyPatch, **changes: object) -> None:
    monkeypatch.setattr(remote, "RegistrySettings", partial(RegistrySettings, **(QUICK | changes)))


async def publish_bigger(publisher: Publisher, tag: str, big: Layer) -> None:
    base = publisher.store.get(LOCAL)
    made = publisher.store.write_manifest(Reference.parse("made:bigger"), base.config_layer, [*base.layers, big])
    settings = RegistrySettings(insecure_hosts=frozenset({publisher.host}))
    raw = publisher.store.raw_manifest(made.reference)
    await push(RegistryClient(settings), publisher.reference(tag), raw, publisher.store.blobs)


def path_of(world: World, suffix: str = "") -> str:
    return "/".join(world.slot("tiny").variants[0].reference.parts) + suffix


async def check_arrived(world: World, before: Contents) -> None:
    """The newer version is there, the older one kept, and nothing else."""
    now = read_store(world.store.root)
    assert now.models[path_of(world, "-prev")] == before.models[path_of(world)] != now.models[path_of(world)]
    assert len(now.models) == 3, "both versions and the alias"
    assert now.rest == frozenset()


@pytest.mark.parametrize("name", RECOVERED)
async def test_recovered(name: str, world: World, proxy: FaultProxy, big: Layer) -> None:
    before = read_store(world.store.root)
    proxy.on_blob = only(big.digest, RECOVERED[name])
    pulled = await pull(world, "tiny", silent)
    assert pulled.download_bytes >= BIG
    await check_arrived(world, before)


@pytest.mark.parametrize("name", REFUSED)
async def test_refused(name: str, world: World, proxy: FaultProxy, big: Layer, monkeypatch: pytest.MonkeyPatch) -> None:
    fault, error, changes = REFUSED[name]
    before = read_store(world.store.root)
    proxy.on_blob = only(big.digest, fault)
    hurry(monkeypatch, **changes)
    with pytest.raises(error):
        await pull(world, "tiny", silent)
    assert read_store(world.store.root).models == before.models
    assert proxy.sent.get(big.digest, 0) <= 2 * (BIG + 50_000_000)
    proxy.on_blob = None
    await pull(world, "tiny", silent)
    await check_arrived(world, before)


@pytest.mark.parametrize("name", ANSWERS)
async def test_an_answer_that_is_no_manifest(
    name: str, world: World, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault, error, changes = ANSWERS[name]
    before = read_store(world.store.root)
    proxy.on_manifest = fault
    hurry(monkeypatch, **changes)
    with pytest.raises(error) as refused:
        await pull(world, "tiny", silent)
    assert read_store(world.store.root) == before
    assert len(proxy.seen) <= 3
    assert all("\x1b" not in str(value) and len(str(value)) <= 400 for value in refused.value.params().values())
