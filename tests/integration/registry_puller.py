"""A process that pulls one model and writes how far it is: something to kill. Arguments: reference, blobs folder, part
size, connections."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from arriero.core.ids import Reference
from arriero.core.progress import Progress
from arriero.registry.client import RegistryClient
from arriero.registry.pulling import pull_blobs
from arriero.registry.values import RegistrySettings


def say(progress: Progress) -> None:
    print(progress.done, flush=True)


async def main(name: str, blobs: str, part_bytes: str, connections: str) -> None:
    reference = Reference.parse(name)
    settings = RegistrySettings(
        insecure_hosts=frozenset({reference.host}), part_bytes=int(part_bytes), connections=int(connections)
    )
    client = RegistryClient(settings)
    manifest = await client.manifest(reference)
    result = await pull_blobs(client, reference, manifest.blobs, Path(blobs), say)
    print("fetched", result.bytes_fetched, flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
