"""Two engines and a registry between them, for the tests that move models: one is full, the other begins empty."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

import ollama
from engine_process import EngineProcess
from registry_server import quick

from arriero.core.ids import Reference
from arriero.registry.client import RegistryClient
from arriero.registry.pushing import push
from arriero.store import config_blob, media
from arriero.store.config_blob import ModelConfig
from arriero.store.store import Store

Event = dict[str, Any]


def client_of(engine: EngineProcess) -> ollama.AsyncClient:
    return ollama.AsyncClient(engine.url, timeout=60)


async def published(registry: str, folder: Path, name: str, size_bytes: int, seed: int) -> Reference:
    """A model of random bytes in the registry: small layers, a big one and a config that can be read."""
    store, source = Store(folder), random.Random(seed)
    layers = [
        store.add_bytes(source.randbytes(size_bytes), media.MODEL),
        store.add_bytes(source.randbytes(100), media.TEMPLATE),
    ]
    config = store.add_bytes(config_blob.render(ModelConfig(format="gguf", family=name)), media.CONFIG)
    reference = Reference.parse(f"{registry}/test/{name}:1")
    store.write_manifest(reference, config, layers)
    await push(RegistryClient(quick(registry)), reference, store.raw_manifest(reference), store.blobs)
    return reference


async def pulling(client: ollama.AsyncClient, reference: Reference) -> AsyncIterator[Event]:
    """The events of a pull; leaving the iteration hangs up."""
    answer = await client.pull(str(reference), insecure=True, stream=True)
    async with aclosing(answer) as events:
        async for event in events:
            yield event.model_dump(exclude_none=True)


def forms(events: Sequence[Event]) -> list[str]:
    """The statuses in order, equal neighbours once."""
    told: list[str] = []
    for event in events:
        if not told or told[-1] != event["status"]:
            told.append(event["status"])
    return told


def short(digest: str) -> str:
    return digest.removeprefix("sha256:")[:12]
