"""Every fault between us and a registry: recovered from or refused, in bounded time, the store consistent."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiohttp import web
from registry_faults import (
    Fault,
    FaultProxy,
    after,
    answering,
    at_pace,
    changed,
    fault_proxy,
    limited,
    reset,
    silence,
    with_more,
    with_wrong_byte,
)
from registry_server import Model, completed, consistent, files_in, make_model, publish, quick, stock_registry

from arriero.core.errors import ArrieroError
from arriero.core.ids import Reference
from arriero.core.progress import Progress, Report, silent
from arriero.registry.client import RegistryClient
from arriero.registry.errors import (
    LayerCorrupt,
    LayerMissing,
    LayerSizeWrong,
    NotARegistry,
    RedirectRefused,
    RegistryDenied,
    RegistryRefused,
    RegistryUnreachable,
    TransferBroken,
    TransferStalled,
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


def on_the_big_one(model: Model, fault: Fault) -> Fault:
    async def strike(proxy: FaultProxy, request: web.Request) -> web.StreamResponse | None:
        return await fault(proxy, request) if model.big in request.path else None

    return strike


RECOVERED: dict[str, Fault] = {
    "reset mid-body": limited(changed(after(300_000, reset)), 7),
    "reset before the body": limited(changed(after(0, reset)), 3),
    "short body": limited(changed(after(300_000, reset), promise=-1), 5),
    "server error": limited(answering(500, "oops"), 5),
    "too many requests": limited(answering(429, "slow down", Retry_After="0"), 5),
    "unavailable": limited(answering(503, "later", Retry_After="0"), 5),
    "a date to retry after": limited(answering(503, Retry_After="Sun, 22 Nov 2020 12:00:00 GMT"), 2),
    "one wrong byte": limited(changed(with_wrong_byte), 1),
    "ignores ranges": changed(lambda source: source, ranged=False),
    "ignores ranges and says no length": changed(lambda source: source, ranged=False, promise=-1),
    "ignores ranges and breaks": limited(changed(after(5_000_000, reset), ranged=False), 6),
    "says no length": changed(lambda source: source, promise=-1),
    "slow connections": changed(at_pace(2_000_000, 50_000)),
}


@pytest.mark.parametrize("name", RECOVERED)
async def test_recovered(name: str, proxy: FaultProxy, published: Reference, model: Model, blobs: Path) -> None:
    proxy.on_blob = on_the_big_one(model, RECOVERED[name])
    result = await pull(proxy, published, blobs)
    assert consistent(blobs) == set(model.digests)
    assert files_in(blobs) == len(model.digests)
    assert result.bytes_fetched + result.bytes_reused >= BIG + SMALL


async def test_a_reset_costs_no_byte_twice(proxy: FaultProxy, published: Reference, model: Model, blobs: Path) -> None:
    proxy.on_blob = on_the_big_one(model, limited(changed(after(300_000, reset)), 4))
    assert (await pull(proxy, published, blobs)).bytes_fetched == BIG + SMALL


async def test_no_handful_of_bytes_counts_as_progress(
    proxy: FaultProxy, published: Reference, model: Model, blobs: Path
) -> None:
    proxy.on_blob = on_the_big_one(model, changed(after(10, reset)))
    with pytest.raises(TransferBroken):
        await pull(proxy, published, blobs)
    assert len(proxy.blob_requests()) < 40


def redirecting(target: str) -> Fault:
    async def strike(proxy: FaultProxy, request: web.Request) -> web.StreamResponse:
        return web.Response(status=307, headers={"Location": target})

    return strike


REFUSED: dict[str, tuple[Fault, type[ArrieroError], dict[str, object]]] = {
    "no connection lasts": (changed(after(0, reset)), TransferBroken, {}),
    "always unavailable": (answering(503, "later", Retry_After="0"), RegistryRefused, {}),
    "come back tomorrow": (answering(429, "tomorrow", Retry_After="86400"), RegistryRefused, {}),
    "the same byte is always wrong": (changed(with_wrong_byte), LayerCorrupt, {}),
    "one byte a second": (changed(at_pace(1, 1)), TransferStalled, {"stall_s": 0.3, "tries": 2}),
    "silence after the headers": (changed(after(0, silence)), TransferStalled, {"stall_s": 0.3, "tries": 2}),
    "silence mid-body": (changed(after(9_000, silence)), TransferStalled, {"stall_s": 0.3, "tries": 2}),
    "a web page": (answering(200, "<html>welcome</html>", Content_Type="text/html"), NotARegistry, {}),
    "gone": (answering(404), LayerMissing, {}),
    "forbidden": (answering(403), RegistryDenied, {}),
    "a teapot": (answering(418, "short and stout"), RegistryRefused, {}),
    "to a file": (redirecting("file:///etc/passwd"), RedirectRefused, {}),
    "to another scheme": (redirecting("ftp://127.0.0.1/x"), RedirectRefused, {}),
    "to nowhere": (redirecting(""), RedirectRefused, {}),
    "to a closed port": (redirecting("http://127.0.0.1:1/x"), RegistryUnreachable, {}),
    "longer than promised": (
        changed(with_more(50_000_000), ranged=False, promise=BIG + 50_000_000),
        LayerSizeWrong,
        {},
    ),
    "longer without a length": (changed(with_more(100), ranged=False, promise=-1), LayerSizeWrong, {}),
    "shorter than promised": (answering(200, "short"), LayerSizeWrong, {}),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_refused(name: str, proxy: FaultProxy, published: Reference, model: Model, blobs: Path) -> None:
    fault, error, changes = REFUSED[name]
    proxy.on_blob = on_the_big_one(model, fault)
    with pytest.raises(error):
        await pull(proxy, published, blobs, **changes)
    assert consistent(blobs) == set(model.digests) - {model.big}
    assert proxy.sent.get(model.big, 0) <= 2 * (BIG + 50_000_000)
    proxy.on_blob = None
    await pull(proxy, published, blobs)
    assert consistent(blobs) == set(model.digests)


async def test_going_round_in_circles(proxy: FaultProxy, published: Reference, model: Model, blobs: Path) -> None:
    async def strike(proxy: FaultProxy, request: web.Request) -> web.StreamResponse:
        return web.Response(status=307, headers={"Location": request.path_qs})

    proxy.on_blob = strike
    with pytest.raises(RedirectRefused):
        await pull(proxy, published, blobs)


async def test_a_corrupt_layer_leaves_nothing_behind(
    proxy: FaultProxy, published: Reference, model: Model, blobs: Path
) -> None:
    proxy.on_blob = on_the_big_one(model, changed(with_wrong_byte))
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
    proxy.on_blob = on_the_big_one(model, strike)
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

        proxy.on_blob, cdn.on_blob = on_the_big_one(model, grant), honour
        await pull(proxy, published, blobs, connections=2)
        assert consistent(blobs) == set(model.digests)
        assert 2 <= granted < PARTS
        assert all("Authorization" not in seen.headers for seen in cdn.seen)


async def test_a_direct_url_that_never_works(
    registry: str, proxy: FaultProxy, published: Reference, model: Model, blobs: Path
) -> None:
    async with fault_proxy(registry) as cdn:
        cdn.on_blob = answering(403)
        proxy.on_blob = on_the_big_one(model, redirecting(f"http://{cdn.host}/v2/x/blobs/{model.big}"))
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

    proxy.on_blob = on_the_big_one(model, changed(after(9_000, mute)))
    task = asyncio.create_task(pull(proxy, published, blobs, stall_s=3600.0, answer_s=3600.0))
    await heard.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert consistent(blobs) == set(model.digests) - {model.big}
