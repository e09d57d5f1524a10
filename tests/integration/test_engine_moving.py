"""`/api/pull` and `/api/push` between two engines and a real registry, through the `ollama` package.

The sequences of events are those recorded from Ollama 0.33 against this registry, but for the order of the layers of
a pull: small ones come first here, and each says at least once that it is whole.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from pathlib import Path

import httpx
import ollama
import pytest
from engine_process import DEMO, EngineProcess, demo_store, engine
from moving_world import client_of, forms, published, pulling, short
from registry_faults import FaultProxy, after, answering, at_pace, changed, fault_proxy, with_wrong_byte
from registry_server import completed, consistent, part_files, stock_registry

from arriero.core.ids import Reference
from arriero.store.aside import transfer_lock
from arriero.store.store import Store

BIG = 24_000_000
SLOW = 4_000_000


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with stock_registry(tmp_path_factory.mktemp("registry")) as host:
        yield host


@pytest.fixture
async def proxy(registry: str) -> AsyncIterator[FaultProxy]:
    async with fault_proxy(registry) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory, demo_gguf: Path) -> Iterator[EngineProcess]:
    with engine(demo_store(tmp_path_factory.mktemp("full"), demo_gguf)) as process:
        yield process


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("empty") / "models"


@pytest.fixture(scope="module")
def empty(models: Path) -> Iterator[EngineProcess]:
    with engine(models) as process:
        yield process


async def test_there_and_back(registry: str, full: EngineProcess, empty: EngineProcess, models: Path) -> None:
    name = f"{registry}/lib/demo:1"
    source, target = client_of(full), client_of(empty)
    await source.copy(DEMO, name)
    pushed = [e.model_dump(exclude_none=True) async for e in await source.push(name, insecure=True, stream=True)]
    pulled = [e async for e in pulling(target, Reference.parse(name))]
    installed = Store(models).get(Reference.parse(name))
    layers = [layer.digest for layer in (*installed.layers, installed.config_layer)]
    sizes = {layer.digest: layer.size_bytes for layer in (*installed.layers, installed.config_layer)}
    by_size = sorted(layers, key=lambda digest: sizes[digest])
    assert forms(pushed) == [
        *("retrieving manifest", *(f"pushing {short(digest)}" for digest in layers)),
        *("pushing manifest", "success"),
    ]
    assert forms(pulled) == [
        *("pulling manifest", *(f"pulling {short(digest)}" for digest in by_size)),
        *("verifying sha256 digest", "writing manifest", "success"),
    ]
    for events in (pushed, pulled):
        whole = {e["digest"]: (e["total"], e.get("completed")) for e in events if "digest" in e}
        assert whole == {digest: (size, size) for digest, size in sizes.items()}
    answer = await target.generate(name, "One, two,", options={"num_predict": 3, "temperature": 0})
    assert answer.eval_count == 3
    again = [e async for e in pulling(target, Reference.parse(name))]
    assert [(e["digest"], e["completed"]) for e in again if "digest" in e] == [(d, sizes[d]) for d in by_size]


async def test_the_manifest_is_kept_as_it_came(
    registry: str, empty: EngineProcess, models: Path, tmp_path: Path
) -> None:
    reference = await published(registry, tmp_path, "plain", 1000, seed=1)
    told = await client_of(empty).pull(str(reference), insecure=True)
    assert told.model_dump(exclude_none=True) == {"status": "success"}
    raw = Store(tmp_path).raw_manifest(reference).rstrip(b"\n")
    assert Store(models).raw_manifest(reference) == raw
    (listed,) = [m for m in (await client_of(empty).list()).models if m.model == str(reference)]
    assert listed.digest == hashlib.sha256(raw).hexdigest()


async def test_without_a_stream_only_the_last_is_told(registry: str, full: EngineProcess) -> None:
    client, name = client_of(full), f"{registry}/lib/once:1"
    await client.copy(DEMO, name)
    assert (await client.push(name, insecure=True)).status == "success"
    answer = await asyncio.to_thread(full.post, "/api/push", {"model": name, "insecure": True, "stream": False})
    assert (answer.status, answer.headers["Content-Type"], answer.json) == (
        200,
        "application/json",
        {"status": "success"},
    )


async def test_who_waits_for_the_end_and_hangs_up_stops_it_too(
    proxy: FaultProxy, empty: EngineProcess, models: Path, tmp_path: Path
) -> None:
    reference = proxy.at(await published(proxy.upstream, tmp_path, "waited", BIG, seed=8))
    big = Store(tmp_path).list()[0].layers[0].digest
    reached = asyncio.Event()

    async def tell() -> None:
        reached.set()

    proxy.on_blob = changed(lambda source: after(1_000_000, tell)(at_pace(SLOW, 65536)(source)))
    waiting = asyncio.create_task(client_of(empty).pull(str(reference), insecure=True))
    await reached.wait()
    waiting.cancel()
    await asyncio.wait({waiting})
    await asyncio.to_thread(_transfers_over, models)
    assert 500_000 < completed(models / "blobs", big) < BIG


async def test_who_hangs_up_stops_the_pull_and_the_next_goes_on(
    proxy: FaultProxy, empty: EngineProcess, models: Path, tmp_path: Path
) -> None:
    reference = proxy.at(await published(proxy.upstream, tmp_path, "cut", BIG, seed=2))
    big = Store(tmp_path).list()[0].layers[0].digest
    proxy.on_blob = changed(at_pace(SLOW, 65536))
    async with aclosing(pulling(client_of(empty), reference)) as events:
        async for event in events:
            if event.get("digest") == big and event.get("completed", 0) > 2_000_000:
                break
    await asyncio.to_thread(_transfers_over, models)
    there, parts = completed(models / "blobs", big), part_files(models / "blobs", big)
    assert 2_000_000 < there < BIG
    assert max(part["Size"] for part in parts) < BIG
    proxy.on_blob, before = None, proxy.sent[big]
    await client_of(empty).pull(str(reference), insecure=True)
    assert 0 <= proxy.sent[big] - before - (BIG - there) < 1_000_000  # the proxy may still have been sending
    assert big in consistent(models / "blobs")


async def test_of_two_who_pull_the_same_one_works_and_the_other_takes_over(
    proxy: FaultProxy, empty: EngineProcess, models: Path, tmp_path: Path
) -> None:
    reference = proxy.at(await published(proxy.upstream, tmp_path, "both", BIG, seed=3))
    big = Store(tmp_path).list()[0].layers[0].digest
    proxy.on_blob = changed(at_pace(SLOW, 65536))
    first, second = pulling(client_of(empty), reference), pulling(client_of(empty), reference)
    async with aclosing(first), aclosing(second):
        async for event in first:
            if event.get("completed", 0) > 1_000_000:
                break
        async for event in second:
            if event.get("completed", 0) > 1_000_000:
                break
        assert proxy.sent[big] < BIG
        await first.aclose()
        proxy.on_blob = None
        last = [event async for event in second][-1]
    assert last == {"status": "success"}
    assert proxy.sent[big] < 1.5 * BIG
    assert big in consistent(models / "blobs")


async def test_orphans_are_not_removed_meanwhile(
    proxy: FaultProxy, empty: EngineProcess, models: Path, tmp_path: Path
) -> None:
    reference = proxy.at(await published(proxy.upstream, tmp_path, "held", 4_000_000, seed=4))
    proxy.on_blob = changed(at_pace(SLOW, 65536))
    async for event in pulling(client_of(empty), reference):
        if event.get("completed", 0) > 1_000_000:
            assert not _unlocked(models)
            proxy.on_blob = None
    assert _unlocked(models)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (None, "^pull model manifest: file does not exist"),
        (answering(401), "^pull model manifest: unauthorized: access denied"),
        (answering(412, "needs a newer one"), "^pull model manifest: 412: needs a newer one"),
        (answering(200, "<html>hi", Content_Type="text/html"), "^pull model manifest: .* is not a registry"),
        (answering(200, "{}"), "^pull model manifest: invalid manifest"),
    ],
)
@pytest.mark.parametrize("stream", [True, False])
async def test_a_manifest_that_does_not_come(
    proxy: FaultProxy, empty: EngineProcess, fault: object, words: str, stream: bool
) -> None:
    proxy.on_manifest = fault  # type: ignore[assignment]
    before = [model.model for model in (await client_of(empty).list()).models]
    with pytest.raises(ollama.ResponseError, match=words) as refused:
        await _pull(empty, f"{proxy.host}/test/none:1", stream)
    assert refused.value.status_code == (-1 if stream else 500)  # the package has no status for a line of a stream
    assert [model.model for model in (await client_of(empty).list()).models] == before


async def test_wrong_bytes_are_not_kept(proxy: FaultProxy, empty: EngineProcess, models: Path, tmp_path: Path) -> None:
    reference = proxy.at(await published(proxy.upstream, tmp_path, "wrong", 5000, seed=5))
    proxy.on_blob = changed(lambda source: with_wrong_byte(source))
    with pytest.raises(ollama.ResponseError, match=r"^digest mismatch, file must be downloaded again: want sha256:"):
        await _pull(empty, str(reference), stream=False)
    consistent(models / "blobs")
    assert Store(models).find(reference) is None


async def test_plain_http_is_spoken_only_when_asked_for(registry: str, empty: EngineProcess) -> None:
    with pytest.raises(ollama.ResponseError, match="http: server gave HTTP response to HTTPS client"):
        await client_of(empty).pull(f"http://{registry}/test/plain:1")
    with pytest.raises(ollama.ResponseError, match="http: server gave HTTP response to HTTPS client"):
        await client_of(empty).create("mine", from_=f"{registry}/test/plain:9")


async def test_nobody_there(empty: EngineProcess, free_port: int) -> None:
    name = f"127.0.0.1:{free_port}/a/b:1"
    with pytest.raises(ollama.ResponseError, match=rf"^pull model manifest: dial tcp 127.0.0.1:{free_port}: .*refused"):
        await client_of(empty).pull(name, insecure=True)


async def test_a_push_of_what_is_not_here(empty: EngineProcess, models: Path) -> None:
    answer = empty.post("/api/push", {"model": "127.0.0.1:9/a/nope:x", "insecure": True})
    missing = models / "manifests" / "127.0.0.1:9" / "a" / "nope" / "x"
    assert (answer.status, answer.lines) == (
        200,
        [
            {"status": "retrieving manifest"},
            {"status": "couldn't retrieve manifest"},
            {"error": f"open {missing}: no such file or directory"},
        ],
    )


async def test_a_push_that_the_registry_refuses(proxy: FaultProxy, full: EngineProcess) -> None:
    name = f"{proxy.host}/lib/refused:1"
    await client_of(full).copy(DEMO, name)
    proxy.on_any = answering(403, "no")
    with pytest.raises(ollama.ResponseError, match=r"^unauthorized: access denied"):
        await client_of(full).push(name, insecure=True)


async def test_the_engine_ends_at_once_and_keeps_what_arrived(proxy: FaultProxy, tmp_path: Path) -> None:
    reference = proxy.at(await published(proxy.upstream, tmp_path / "source", "ended", BIG, seed=6))
    big = Store(tmp_path / "source").list()[0].layers[0].digest
    proxy.on_blob = changed(at_pace(SLOW, 65536))
    with engine(tmp_path / "models") as process:
        with pytest.raises(httpx.TransportError):
            await _end_in_mid_pull(process, reference)
        assert await asyncio.to_thread(process.process.wait, 10) == 0
    assert completed(tmp_path / "models" / "blobs", big) > 2_000_000


async def test_a_disk_that_is_full(needs_root: None, proxy: FaultProxy, tmp_path: Path) -> None:
    reference = proxy.at(await published(proxy.upstream, tmp_path / "source", "large", BIG, seed=7))
    models = tmp_path / "models"
    models.mkdir()
    await _run("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", models)
    try:
        with engine(models) as process:
            with pytest.raises(ollama.ResponseError, match=r"^write .*: no space left on device"):
                await _pull(process, str(reference), stream=True)
            assert (await client_of(process).list()).models == []
    finally:
        await _run("umount", models)
    assert proxy.blob_requests() == []


async def _pull(engine: EngineProcess, name: str, stream: bool) -> None:
    client = client_of(engine)
    if stream:
        async for _ in await client.pull(name, insecure=True, stream=True):
            pass
    else:
        await client.pull(name, insecure=True)


async def _end_in_mid_pull(process: EngineProcess, reference: Reference) -> None:
    async for event in pulling(client_of(process), reference):
        if event.get("completed", 0) > 2_000_000:
            os.kill(process.process.pid, signal.SIGTERM)


async def _run(*command: str | Path) -> None:
    process = await asyncio.create_subprocess_exec(*command)
    assert await process.wait() == 0


def _transfers_over(models: Path) -> None:
    """Returns once no pull holds the store: everything that arrived is counted by then."""
    with (models / ".arriero-transfer").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)


def _unlocked(models: Path) -> bool:
    with transfer_lock(models, alone=True) as alone:
        return alone
