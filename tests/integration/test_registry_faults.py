"""Faults between us and a registry that take more than one answer to tell: counted bytes, direct URLs, tokens, lies.

The others are in `fault_cases`, and struck at a whole `pull`.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiohttp import web
from registry_faults import (
    FaultProxy,
    after,
    answering,
    changed,
    fault_proxy,
    limited,
    only,
    redirecting,
    reset,
    silence,
    with_wrong_byte,
)
from registry_server import Model, completed, consistent, files_in, make_model, publish, quick, stock_registry

from arriero.core.ids import Reference
from arriero.core.progress import Progress, Report, silent
from arriero.registry.client import RegistryClient
from arriero.registry.errors import (
    LayerCorrupt,
    LayerMissing,
    LayerSizeWrong,
    RedirectRefused,
    RegistryDenied,
    RegistryUnreachable,
    TransferBroken,
)
from arriero.registry.pulling import pull_blobs
from arriero.registry.values import PullResult, RemoteLayer

BIG = 9_500_000
SMALL = 102 + 61 + 11_343 + 487
PARTS = 10


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with stock_registry(tmp_path_factory.mktemp("registry")) as host:
        yield host


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return make_model(tmp_path_factory.mktemp("source"), BIG, seed=2)


@pytest.fixture
async def proxy(registry: str) -> AsyncIterator[FaultProxy]:
    async with fault_proxy(registry) as proxy:
        yield proxy


@pytest.fixture
async def published(registry: str, model: Model) -> Reference:
    return await publish(registry, model, "faulty")


@pytest.fixture
def blobs(tmp_path: Path) -> Path:
    return tmp_path / "models" / "blobs"


async def pull(
    proxy: FaultProxy, published: Reference, blobs: Path, report: Report = silent, **changes: object
) -> PullResult:
    client = RegistryClient(quick(proxy.host, **changes))
    manifest = await client.manifest(proxy.at(published))
    return await pull_blobs(client, proxy.at(published), manifest.blobs, blobs, report)


async def test_a_reset_costs_no_byte_twice(proxy: FaultProxy, published: Reference, model: Model, blobs: Path) -> None:
    proxy.on_blob = only(model.big, limited(changed(after(300_000, reset)), 4))
    assert (await pull(proxy, published, blobs)).bytes_fetched == BIG + SMALL


async def test_no_handful_of_bytes_counts_as_progress(
    proxy: FaultProxy, published: Reference, model: Model, blobs: Path
) -> None:
    proxy.on_blob = only(model.big, changed(after(10, reset)))
    with pytest.raises(TransferBroken):
        await pull(proxy, published, blobs)
    assert len(proxy.blob_requests()) < 40


async def test_going_round_in_circles(proxy: FaultProxy, published: Reference, model: Model, blobs: Path) -> None:
    async def strike(proxy: FaultProxy, request: web.Request) -> web.StreamResponse:
        return web.Response(status=307, headers={"Location": request.path_qs})

    proxy.on_blob = strike
    with pytest.raises(RedirectRefused):
        await pull(proxy, published, blobs)


async def test_a_corrupt_layer_leaves_nothing_behind(
    proxy: FaultProxy, published: Reference, model: Model, blobs: Path
) -> None:
    proxy.on_blob = only(model.big, changed(with_wrong_byte))
    with pytest.raises(LayerCorrupt) as corrupt:
        await pull(proxy, published, blobs)
    assert corrupt.value.digest == model.big
    assert corrupt.value.got != model.big
    assert files_in(blobs) == len(model.digests) - 1
    assert proxy.sent[model.big] == 2 * BIG, "once more, and no third time"


async def test_a_connection_that_dies_for_good_keeps_what_arrived(
    proxy: FaultProxy, published: Reference, model: Model, blobs: Path
) -> None:
    async def strike(proxy: FaultProxy, request: web.Request) -> web.StreamResponse | None:
        return None if proxy.sent.get(model.big, 0) < BIG // 2 else await changed(after(0, reset))(proxy, request)

    shown: list[Progress] = []
    proxy.on_blob = only(model.big, strike)
    with pytest.raises(TransferBroken):
        await pull(proxy, published, blobs, shown.append)
    there = completed(blobs, model.big)
    assert BIG // 2 <= there < BIG
    assert max(progress.done or 0 for progress in shown) <= there + SMALL
    assert there == proxy.sent[model.big], "each byte that was sent is counted"
    proxy.on_blob = None
    assert (await pull(proxy, published, blobs)).bytes_fetched == BIG - there
    assert consistent(blobs) == set(model.digests)


async def test_a_direct_url_is_used_for_all_parts_and_renewed_when_it_expires(
    registry: str, proxy: FaultProxy, published: Reference, model: Model, blobs: Path
) -> None:
    """As Ollama's own registry does it: a redirect to another host, signed, good for a while, no token sent along."""
    async with fault_proxy(registry) as cdn:
        granted, used = 0, 0

        async def grant(proxy: FaultProxy, request: web.Request) -> web.StreamResponse:
            nonlocal granted, used
            granted, used = granted + 1, 0
            return web.Response(
                status=307, headers={"Location": f"http://{cdn.host}{request.path}?signature={granted}"}
            )

        async def honour(cdn: FaultProxy, request: web.Request) -> web.StreamResponse | None:
            nonlocal used
            used += 1
            current = request.query.get("signature") == str(granted)
            return None if current and used <= 6 else web.Response(status=403)

        proxy.on_blob, cdn.on_blob = only(model.big, grant), honour
        await pull(proxy, published, blobs, connections=2)
        assert consistent(blobs) == set(model.digests)
        assert 2 <= granted < PARTS
        assert all("Authorization" not in seen.headers for seen in cdn.seen)


async def test_a_direct_url_that_never_works(
    registry: str, proxy: FaultProxy, published: Reference, model: Model, blobs: Path
) -> None:
    async with fault_proxy(registry) as cdn:
        cdn.on_blob = answering(403)
        proxy.on_blob = only(model.big, redirecting(f"http://{cdn.host}/v2/x/blobs/{model.big}"))
        with pytest.raises(RegistryDenied):
            await pull(proxy, published, blobs)
        assert len(cdn.seen) < 50


async def test_a_manifest_that_promises_another_size(
    proxy: FaultProxy, published: Reference, model: Model, blobs: Path
) -> None:
    for lie in (BIG - 1000, BIG + 1000, 1000):
        layer = RemoteLayer("application/vnd.ollama.image.model", model.big, lie)
        client = RegistryClient(quick(proxy.host))
        with pytest.raises(LayerSizeWrong) as wrong:
            await pull_blobs(client, proxy.at(published), [layer], blobs)
        assert (wrong.value.promised_bytes, wrong.value.offered_bytes) == (lie, BIG)
        assert consistent(blobs) == set()


async def test_a_manifest_with_another_digest(
    proxy: FaultProxy, published: Reference, model: Model, blobs: Path
) -> None:
    wrong = RemoteLayer("t", "sha256:" + hashlib.sha256(b"another").hexdigest(), BIG)
    with pytest.raises(LayerMissing):
        await pull_blobs(RegistryClient(quick(proxy.host)), proxy.at(published), [wrong], blobs)


async def test_a_token_challenge(proxy: FaultProxy, published: Reference, model: Model, blobs: Path) -> None:
    tokens: list[str] = []

    async def guard(proxy: FaultProxy, request: web.Request) -> web.StreamResponse | None:
        if request.path == "/token":
            tokens.append(f"token-{len(tokens)}")
            assert dict(request.query) == {"service": "test", "scope": "repository:test/faulty:pull"}
            return web.json_response({"token": tokens[-1]})
        if tokens and request.headers.get("Authorization") == f"Bearer {tokens[-1]}":
            return None
        scope = f'realm="http://{proxy.host}/token",service="test",scope="repository:test/faulty:pull"'
        return web.Response(status=401, headers={"WWW-Authenticate": f"Bearer {scope}"})

    proxy.on_any = guard
    await pull(proxy, published, blobs)
    assert consistent(blobs) == set(model.digests)
    assert len(tokens) == 2, "one for the manifest, one for all layers"


@pytest.mark.parametrize("challenge", ["", 'Basic realm="x"', 'Bearer realm="http://127.0.0.1:1/token"'])
async def test_a_challenge_that_leads_nowhere(challenge: str, proxy: FaultProxy, published: Reference) -> None:
    proxy.on_any = answering(401, WWW_Authenticate=challenge)
    with pytest.raises((RegistryDenied, RegistryUnreachable)):
        await RegistryClient(quick(proxy.host)).manifest(proxy.at(published))
    assert len(proxy.seen) == 1


async def test_cancelling_a_silent_transfer_does_not_wait_for_it(
    proxy: FaultProxy, published: Reference, model: Model, blobs: Path
) -> None:
    heard = asyncio.Event()

    async def mute() -> None:
        heard.set()
        await silence()

    proxy.on_blob = only(model.big, changed(after(9_000, mute)))
    task = asyncio.create_task(pull(proxy, published, blobs, stall_s=3600.0, answer_s=3600.0))
    await heard.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert consistent(blobs) == set(model.digests) - {model.big}
