"""A process that pulls one model and writes how far it is: something to kill. Arguments: reference, blobs folder, part
size, connections. At its end it says how much memory it took at most, in bytes."""

from __future__ import annotations

import asyncio
import re
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
    print("resident", most_resident(), flush=True)
    print("fetched", result.bytes_fetched, flush=True)


def most_resident() -> int:
    """Of this program alone: getrusage's figure begins with that of the parent, from before exec."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) * 1024


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
