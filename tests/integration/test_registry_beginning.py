"""The first bytes of a layer from a real registry, through what the world does to answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from registry_faults import FaultProxy, after, changed, fault_proxy, limited, reset
from registry_server import Model, make_model, publish, quick, stock_registry

from arriero.core.ids import Reference
from arriero.registry.beginning import FIRST_BYTES, read_beginning
from arriero.registry.client import RegistryClient
from arriero.registry.errors import LayerMissing, LayerSizeWrong
from arriero.registry.values import RemoteLayer

SIZE = 9 << 20


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with stock_registry(tmp_path_factory.mktemp("registry")) as host:
        yield host


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return make_model(tmp_path_factory.mktemp("source"), SIZE, seed=5)


@pytest.fixture
async def published(registry: str, model: Model) -> Reference:
    return await publish(registry, model, "begun")


@pytest.fixture
async def proxy(registry: str) -> AsyncIterator[FaultProxy]:
    async with fault_proxy(registry) as proxy:
        yield proxy


async def begin(proxy: FaultProxy, reference: Reference, wanted: int, **limits: int) -> bytes:
    client = RegistryClient(quick(proxy.host))
    layer = (await client.manifest(proxy.at(reference))).layers[0]
    return await read_beginning(client, proxy.at(reference), layer, lambda _: wanted, **limits)


@pytest.mark.parametrize(
    ("wanted", "requests", "read"),
    [(100, 1, FIRST_BYTES), (3 << 20, 2, 4 << 20), (5 << 20, 2, 5 << 20), (SIZE + 1, 2, SIZE)],
)
async def test_ranges_grow_until_it_is_enough(
    proxy: FaultProxy, published: Reference, model: Model, wanted: int, requests: int, read: int
) -> None:
    data = await begin(proxy, published, wanted)
    assert data == model.read(model.big)[:read]
    assert len(proxy.blob_requests()) == requests


async def test_never_more_than_the_limit(proxy: FaultProxy, published: Reference, model: Model) -> None:
    data = await begin(proxy, published, SIZE, limit_bytes=2 << 20)
    assert data == model.read(model.big)[: 2 << 20]
    assert proxy.sent[model.big] == 2 << 20


async def test_a_server_without_ranges_is_left_when_there_is_enough(
    proxy: FaultProxy, published: Reference, model: Model
) -> None:
    proxy.on_blob = changed(lambda source: source, ranged=False)
    data = await begin(proxy, published, 2 << 20)
    assert data == model.read(model.big)[: 4 << 20]
    assert len(proxy.blob_requests()) <= 3


async def test_a_broken_connection_goes_on_where_it_was(proxy: FaultProxy, published: Reference, model: Model) -> None:
    proxy.on_blob = limited(changed(after(300_000, reset)), 2)
    data = await begin(proxy, published, FIRST_BYTES)
    assert len(data) >= FIRST_BYTES
    assert data == model.read(model.big)[: len(data)]
    starts = [seen.headers.get("Range", "") for seen in proxy.blob_requests()]
    assert starts[0].startswith("bytes=0-")
    assert not starts[-1].startswith("bytes=0-")


async def test_a_layer_that_is_not_there_or_of_another_size(proxy: FaultProxy, published: Reference) -> None:
    client = RegistryClient(quick(proxy.host))
    reference = proxy.at(published)
    layer = (await client.manifest(reference)).layers[0]
    lost = RemoteLayer(layer.media_type, "sha256:" + "0" * 64, layer.size_bytes)
    with pytest.raises(LayerMissing):
        await read_beginning(client, reference, lost, lambda _: 1)
    longer = RemoteLayer(layer.media_type, layer.digest, SIZE + 7)
    with pytest.raises(LayerSizeWrong):
        await read_beginning(client, reference, longer, lambda _: 1)
