"""Pushing to a real registry: what is there is not sent, what breaks goes on, and what comes back is what went in."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiohttp import web
from registry_faults import FaultProxy, answering, fault_proxy, hang_up
from registry_server import Model, make_model, quick, stock_registry

from arriero.core.ids import Reference
from arriero.core.progress import Progress
from arriero.registry.client import RegistryClient
from arriero.registry.control import PullControl
from arriero.registry.errors import FolderRefused, LayerSizeWrong, ManifestInvalid, RegistryDenied, RegistryRefused
from arriero.registry.pulling import pull_blobs
from arriero.registry.pushing import push

BIG = 3_000_000


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with stock_registry(tmp_path_factory.mktemp("registry")) as host:
        yield host


@pytest.fixture
def model(tmp_path: Path, request: pytest.FixtureRequest) -> Model:
    """Another one for each test: the registry remembers blobs."""
    seed = int.from_bytes(hashlib.sha256(request.node.name.encode()).digest()[:4], "big")
    return make_model(tmp_path / "source", BIG, seed)


@pytest.fixture
async def proxy(registry: str) -> AsyncIterator[FaultProxy]:
    async with fault_proxy(registry) as proxy:
        yield proxy


def reference(proxy: FaultProxy, name: str) -> Reference:
    return Reference.parse(f"{proxy.host}/test/{name}:1")


async def test_there_and_back(proxy: FaultProxy, model: Model, tmp_path: Path) -> None:
    client, name = RegistryClient(quick(proxy.host)), reference(proxy, "whole")
    told: list[Progress] = []
    pushed = await push(client, name, model.manifest, model.blobs, told.append)
    assert pushed == hashlib.sha256(model.manifest.rstrip(b"\n")).hexdigest()
    manifest = await client.manifest(name)
    assert (manifest.digest, manifest.raw) == (pushed, model.manifest.rstrip(b"\n"))
    await pull_blobs(client, name, manifest.blobs, tmp_path / "models" / "blobs")
    for blob in manifest.blobs:
        assert (tmp_path / "models" / "blobs" / blob.file_name).read_bytes() == model.read(blob.digest)
    total = sum(blob.size_bytes for blob in manifest.blobs)
    *layers, last = told
    assert (layers[-1].step, layers[-1].done, layers[-1].total) == ("push.layer", total, total)
    assert (last.step, last.done) == ("push.manifest", None)
    assert [p.done for p in layers] == sorted(p.done or 0 for p in layers)


async def test_the_wire_is_ollamas(proxy: FaultProxy, model: Model) -> None:
    """As recorded between Ollama 0.33 and this registry: per layer in the manifest's order, the config last."""
    await push(RegistryClient(quick(proxy.host)), reference(proxy, "wire"), model.manifest, model.blobs)
    assert [seen.method for seen in proxy.seen] == ["HEAD", "POST", "PATCH", "PUT"] * len(model.digests) + ["PUT"]
    assert [seen.path.rpartition("/")[2] for seen in proxy.seen[:-1:4]] == list(model.digests)
    patch = next(seen for seen in proxy.seen if seen.method == "PATCH")
    assert patch.headers["Content-Range"] == f"0-{BIG - 1}"
    assert patch.headers["Content-Length"] == str(BIG)
    put = proxy.seen[-1]
    assert put.path == "/v2/test/wire/manifests/1"
    assert put.headers["Content-Type"] == "application/vnd.docker.distribution.manifest.v2+json"


async def test_what_is_there_is_not_sent(proxy: FaultProxy, model: Model) -> None:
    client, name = RegistryClient(quick(proxy.host)), reference(proxy, "twice")
    await push(client, name, model.manifest, model.blobs)
    proxy.seen.clear()
    await push(client, name, model.manifest, model.blobs)
    assert [seen.method for seen in proxy.seen] == ["HEAD"] * len(model.digests) + ["PUT"]


async def test_a_neighbours_layer_is_mounted(proxy: FaultProxy, model: Model) -> None:
    client = RegistryClient(quick(proxy.host))
    await push(client, reference(proxy, "base"), model.manifest, model.blobs)
    fields = json.loads(model.manifest)
    fields["layers"][0]["from"] = f"{proxy.host}/test/base:1"
    proxy.seen.clear()
    await push(client, reference(proxy, "derived"), json.dumps(fields).encode(), model.blobs)
    first = next(seen for seen in proxy.seen if seen.method in ("POST", "PATCH"))
    assert "mount=" in first.path
    assert "from=test%2Fbase" in first.path
    assert not any(seen.method == "PATCH" and seen.headers["Content-Length"] == str(BIG) for seen in proxy.seen)


async def test_in_parts_along_the_locations(proxy: FaultProxy, model: Model, tmp_path: Path) -> None:
    client, name = RegistryClient(quick(proxy.host, upload_part_bytes=1_000_000)), reference(proxy, "parts")
    await push(client, name, model.manifest, model.blobs)
    ranges = [seen.headers["Content-Range"] for seen in proxy.seen if seen.method == "PATCH"][:3]
    assert ranges == ["0-999999", "1000000-1999999", "2000000-2999999"]
    manifest = await client.manifest(name)
    await pull_blobs(client, name, manifest.blobs, tmp_path / "models" / "blobs")


@pytest.mark.parametrize("method", ["HEAD", "POST", "PATCH", "PUT"])
async def test_a_broken_connection_is_taken_up_again(method: str, proxy: FaultProxy, model: Model) -> None:
    struck: list[str] = []

    async def strike(proxy: FaultProxy, request: web.Request) -> web.StreamResponse | None:
        if request.method != method or struck.count(request.method) >= 2:
            return None
        struck.append(request.method)
        if request.can_read_body:
            await request.content.readany()
        hang_up(request)
        return web.Response()

    proxy.on_any = strike
    client, name = (
        RegistryClient(quick(proxy.host, upload_part_bytes=1_000_000)),
        reference(proxy, f"broken-{method.lower()}"),
    )
    await push(client, name, model.manifest, model.blobs)
    assert len(struck) == 2
    assert (await client.manifest(name)).layers


async def test_a_part_that_the_registry_has_is_not_sent_again(proxy: FaultProxy, model: Model) -> None:
    """The answer to the second part is lost, not the part."""
    lost = 0

    async def strike(proxy: FaultProxy, request: web.Request) -> web.StreamResponse | None:
        nonlocal lost
        if request.method == "PATCH" and request.headers["Content-Range"].startswith("1000000-"):
            lost += 1
            return web.Response(status=503, headers={"Retry-After": "0"}) if lost == 1 else None
        return None

    proxy.on_any = strike
    client, name = RegistryClient(quick(proxy.host, upload_part_bytes=1_000_000)), reference(proxy, "again")
    await push(client, name, model.manifest, model.blobs)
    ranges = [seen.headers["Content-Range"] for seen in proxy.seen if seen.method == "PATCH"]
    assert ranges[:4] == ["0-999999", "1000000-1999999", "1000000-1999999", "2000000-2999999"]


async def test_an_endless_no_ends(proxy: FaultProxy, model: Model) -> None:
    async def strike(proxy: FaultProxy, request: web.Request) -> web.StreamResponse | None:
        return web.Response(status=500, text="no disk") if request.method == "PATCH" else None

    proxy.on_any = strike
    with pytest.raises(RegistryRefused) as refused:
        await push(RegistryClient(quick(proxy.host)), reference(proxy, "no"), model.manifest, model.blobs)
    assert refused.value.detail == "no disk"


async def test_who_may_not_push_is_told_so(proxy: FaultProxy, model: Model) -> None:
    proxy.on_any = answering(401)
    with pytest.raises(RegistryDenied):
        await push(RegistryClient(quick(proxy.host)), reference(proxy, "denied"), model.manifest, model.blobs)


async def test_a_damaged_blob_is_not_accepted_by_the_registry(proxy: FaultProxy, model: Model) -> None:
    (model.blobs / model.big.replace(":", "-")).write_bytes(bytes(BIG))
    with pytest.raises(RegistryRefused):
        await push(RegistryClient(quick(proxy.host)), reference(proxy, "damaged"), model.manifest, model.blobs)


async def test_local_flaws_are_told_before_anything_is_sent(proxy: FaultProxy, model: Model) -> None:
    client, name = RegistryClient(quick(proxy.host)), reference(proxy, "flawed")
    with pytest.raises(ManifestInvalid):
        await push(client, name, b"{}", model.blobs)
    (model.blobs / model.big.replace(":", "-")).write_bytes(b"cut short")
    with pytest.raises(LayerSizeWrong):
        await push(client, name, model.manifest, model.blobs)
    (model.blobs / model.big.replace(":", "-")).unlink()
    with pytest.raises(FolderRefused):
        await push(client, name, model.manifest, model.blobs)
    assert {seen.method for seen in proxy.seen} <= {"HEAD", "POST"}


async def test_cancelled_it_stops(proxy: FaultProxy, model: Model) -> None:
    client, name, begun = RegistryClient(quick(proxy.host)), reference(proxy, "cancelled"), asyncio.Event()

    def hear(progress: Progress) -> None:
        if (progress.done or 0) > 100_000:
            begun.set()

    task = asyncio.create_task(push(client, name, model.manifest, model.blobs, hear, control=PullControl(1_000_000)))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
