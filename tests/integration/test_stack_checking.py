"""`update --check`: what the registries have, asked side by side, in as few round trips as it takes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiohttp import web
from registry_faults import FaultProxy, answering, fault_proxy
from registry_server import stock_registry
from version_world import Publisher, make_world

from arriero.core.progress import silent
from arriero.stack.checking import check
from arriero.stack.pull import pull
from arriero.stack.version_results import Freshness
from arriero.stack.world import World
from ports import free_port
from tiny_gguf import tiny_gguf

TAGS = ("one", "two", "three", "four")
SETTINGS = """
[registry]
insecure = ["{host}"]

[slots.tiny]
port = {port}
priority = 1
context = 2048
default_variant = "one"
"""
VARIANT = """
[slots.tiny.variants.{tag}]
reference = "{reference}"
size_bytes = 1000
"""


@pytest.fixture(scope="module")
def publisher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Publisher]:
    folder = tmp_path_factory.mktemp("published")
    gguf = folder / "tiny.gguf"
    gguf.write_bytes(tiny_gguf())
    with stock_registry(folder) as host:
        yield Publisher.make(host, folder / "models", gguf)


@pytest.fixture
async def proxy(publisher: Publisher) -> AsyncIterator[FaultProxy]:
    async with fault_proxy(publisher.host) as proxy:
        yield proxy


@pytest.fixture
async def world(tmp_path: Path, publisher: Publisher, proxy: FaultProxy) -> World:
    """One slot with four variants, all of them pulled through the proxy."""
    root = tmp_path / "project"
    root.mkdir()
    text = SETTINGS.format(host=proxy.host, port=free_port())
    for number, tag in enumerate(TAGS):
        await publisher.publish(tag, seed=number)
        text += VARIANT.format(tag=tag, reference=proxy.at(publisher.reference(tag)))
    (root / "arriero.toml").write_text(text)
    world = make_world(root, proxy.at(publisher.reference("one")))
    for tag in TAGS:
        await pull(world, "tiny", silent, variant=tag)
    proxy.seen.clear()
    return world


async def test_all_are_asked_at_once_and_once_each(world: World, proxy: FaultProxy) -> None:
    together = asyncio.Barrier(len(TAGS))

    async def wait_for_the_others(proxy: FaultProxy, request: web.Request) -> None:
        await together.wait()

    proxy.on_manifest = wait_for_the_others
    async with asyncio.timeout(60):
        report = await check(world, None)
    assert {c.freshness for c in report.checks} == {Freshness.CURRENT}
    assert [seen.method for seen in proxy.seen] == ["HEAD"] * len(TAGS)


async def test_what_differs_is_read_over_the_same_connection(
    world: World, proxy: FaultProxy, publisher: Publisher
) -> None:
    peers = []

    async def note(proxy: FaultProxy, request: web.Request) -> web.StreamResponse | None:
        if request.path.endswith("/two"):
            assert request.transport
            peers.append((request.method, request.transport.get_extra_info("peername")))
        return None

    proxy.on_manifest = note
    await publisher.publish("two", seed=99)
    report = await check(world, "tiny")
    (outdated,) = [c for c in report.checks if c.freshness is not Freshness.CURRENT]
    assert (outdated.variant, outdated.changes) == ("two", ("params",))
    assert outdated.download_bytes is not None
    assert [method for method, _ in peers] == ["HEAD", "GET"]
    assert len({peer for _, peer in peers}) == 1


async def test_when_a_version_was_published_is_told(world: World, proxy: FaultProxy, publisher: Publisher) -> None:
    """Ollama's registry sends the time on HEAD alone."""
    new = await publisher.publish("three", seed=77)
    ollamas = answering(200, ollama_content_digest=new, ollama_push_time="1755705600")

    async def as_ollama(proxy: FaultProxy, request: web.Request) -> web.StreamResponse | None:
        return await ollamas(proxy, request) if request.method == "HEAD" and "/three" in request.path else None

    proxy.on_manifest = as_ollama
    report = await check(world, "tiny")
    told = {c.variant: (c.freshness, c.published_at) for c in report.checks}
    assert told["three"] == (Freshness.OUTDATED, "2025-08-20T16:00:00.000Z")
    await pull(world, "tiny", silent, variant="three")
    told = {c.variant: (c.freshness, c.published_at) for c in (await check(world, "tiny")).checks}
    assert told["three"] == (Freshness.CURRENT, "2025-08-20T16:00:00.000Z")


async def test_one_registry_that_fails_keeps_the_others_from_nothing(world: World, proxy: FaultProxy) -> None:
    async def fail(proxy: FaultProxy, request: web.Request) -> web.StreamResponse | None:
        return web.Response(status=403) if "/four" in request.path else None

    proxy.on_manifest = fail
    report = await check(world, None)
    told = {c.variant: c.freshness for c in report.checks}
    assert told.pop("four") is Freshness.UNKNOWN
    assert set(told.values()) == {Freshness.CURRENT}
    assert len(report.failures) == 1
