"""Moving models over links as they are: slow, limited per connection, reset now and then."""

from __future__ import annotations

import asyncio
import random
import shutil
import time
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web
from registry_faults import (  # type: ignore[import-not-found]
    Body,
    FaultProxy,
    Reset,
    changed,
    fault_proxy,
)
from registry_server import (  # type: ignore[import-not-found]
    Model,
    consistent,
    make_model,
    publish,
)

from arriero.core.ids import Reference
from arriero.registry.client import RegistryClient
from arriero.registry.pulling import pull_blobs
from arriero.registry.values import RegistrySettings
from bench.table import Row

BIG = 200_000_000
DELAY_S = 0.05
PER_CONNECTION = 10_000_000
RESET_EVERY_BYTES = 40_000_000
LIMIT = 20_000_000


async def measure(host: str, folder: Path) -> list[Row]:
    model = make_model(folder / "source", BIG)
    reference = await publish(host, model, "links")
    rows = []
    for work in (bad_link, limited):
        async with fault_proxy(host) as proxy:
            rows += await work(proxy, proxy.at(reference), model, folder / "models")
        shutil.rmtree(folder / "models")
    return rows


def settings(reference: Reference, **changes: object) -> RegistrySettings:
    return RegistrySettings(insecure_hosts=frozenset({reference.host}), **changes)  # type: ignore[arg-type]


async def pull(reference: Reference, store: Path, **changes: object) -> float:
    """Seconds for the whole model."""
    client = RegistryClient(settings(reference, **changes))
    manifest = await client.manifest(reference)
    began = time.perf_counter()
    await pull_blobs(client, reference, manifest.blobs, store / "blobs")
    return time.perf_counter() - began


def as_the_world_is(chance: random.Random) -> Body:
    """At most PER_CONNECTION, and a reset every RESET_EVERY_BYTES or so."""

    async def body(source: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        began, passed, end = time.monotonic(), 0, chance.expovariate(1 / RESET_EVERY_BYTES)
        async for chunk in source:
            yield chunk
            passed += len(chunk)
            if passed > end:
                raise Reset
            await asyncio.sleep(began + passed / PER_CONNECTION - time.monotonic())

    return body


async def bad_link(proxy: FaultProxy, reference: Reference, model: Model, store: Path) -> list[Row]:
    chance = random.Random(6)

    async def delay(_: FaultProxy, __: web.Request) -> None:
        await asyncio.sleep(DELAY_S)

    proxy.on_any, proxy.on_blob = delay, changed(as_the_world_is(chance))
    took = await pull(reference, store)
    assert consistent(store / "blobs") == set(model.digests)
    alone = BIG / PER_CONNECTION
    what = "pull 200 MB, 50 ms away, 10 MB/s a connection, resets"
    twice = proxy.sent[model.big] - BIG
    return [
        Row(
            what,
            f"{took:.2f} s",
            f"one connection, no reset {alone:.0f} s",
            took / alone,
            f"{took / alone:.2f} x",
            "<= 0.3 x",
        ),
        Row(f"{what}: sent twice", f"{twice / 1e6:.1f} MB", "-", twice / BIG, f"{twice / BIG:.1%}", "<= 0.05 of it"),
    ]


async def limited(proxy: FaultProxy, reference: Reference, _: Model, store: Path) -> list[Row]:
    took = await pull(reference, store, limit_bytes_per_s=LIMIT)
    off = abs(sum(proxy.sent.values()) / took / LIMIT - 1)
    return [Row("pull --limit 20M", f"{BIG / took / 1e6:.1f} MB/s", "20 MB/s", off, f"{off:.1%} off", "<= 0.1 off")]
