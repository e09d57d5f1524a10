"""A layer of 200 MB, pushed and pulled with the usual settings by a process of its own, over a link that breaks."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import random
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from registry_faults import Reset, changed, fault_proxy
from registry_server import consistent, quick, stock_registry

from arriero.core.ids import Reference
from arriero.core.paths import SOURCE_ROOT
from arriero.registry.client import RegistryClient
from arriero.registry.manifests import MEDIA_TYPE
from arriero.registry.pushing import push
from arriero.registry.values import RegistrySettings

BIG = 200_000_000
MOST_RESIDENT = 120_000_000
RESET_EVERY = 30_000_000
PULLER = Path(__file__).with_name("registry_puller.py")


def write_layer(blobs: Path) -> str:
    """BIG bytes that are not all the same; their digest."""
    blobs.mkdir(parents=True)
    block, sha = bytearray(os.urandom(1_000_000)), hashlib.sha256()
    with (blobs / "new").open("wb") as file:
        for number in range(BIG // len(block)):
            block[:8] = number.to_bytes(8)
            sha.update(block)
            file.write(block)
    (blobs / "new").rename(blobs / f"sha256-{sha.hexdigest()}")
    return f"sha256:{sha.hexdigest()}"


def manifest_of(blobs: Path, digest: str) -> bytes:
    config = hashlib.sha256(b"{}").hexdigest()
    (blobs / f"sha256-{config}").write_bytes(b"{}")
    kind = "application/vnd.docker.container.image.v1+json"
    fields = {
        "schemaVersion": 2,
        "mediaType": MEDIA_TYPE,
        "config": {"mediaType": kind, "digest": f"sha256:{config}", "size": 2},
        "layers": [{"mediaType": "application/vnd.ollama.image.model", "digest": digest, "size": BIG}],
    }
    return json.dumps(fields).encode()


def breaking(dice: random.Random) -> object:
    async def body(source: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        left = dice.expovariate(1 / RESET_EVERY)
        async for chunk in source:
            yield chunk
            left -= len(chunk)
            if left < 0:
                raise Reset

    return body


async def test_two_hundred_megabytes_there_and_back(tmp_path: Path) -> None:
    source, here = tmp_path / "source" / "blobs", tmp_path / "models" / "blobs"
    digest = await asyncio.to_thread(write_layer, source)
    with stock_registry(tmp_path) as host:
        reference = Reference.parse(f"{host}/test/big:1")
        await push(RegistryClient(quick(host)), reference, manifest_of(source, digest), source)
        async with fault_proxy(host) as proxy:
            proxy.on_blob = changed(breaking(random.Random(3)))
            usual = RegistrySettings()
            words = (PULLER, proxy.at(reference), here, usual.part_bytes, usual.connections)
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *map(str, words),
                stdout=asyncio.subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": str(SOURCE_ROOT)},
            )
            told, _ = await process.communicate()
            requests = len(proxy.blob_requests())
    *_, resident, fetched = told.decode().splitlines()
    assert process.returncode == 0
    assert consistent(here) == {digest, f"sha256:{hashlib.sha256(b'{}').hexdigest()}"}
    assert int(fetched.split()[1]) == BIG + 2, "no byte twice"
    assert requests > 2, "it did break"
    assert int(resident.split()[1]) <= MOST_RESIDENT
