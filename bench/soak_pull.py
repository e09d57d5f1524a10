"""`pull` killed with -9 at random moments, and then let through: every byte right, and how much of it came twice.

`python -m bench.soak_pull [KILLS]`. It is the command as it is typed, with its usual settings, in front of a real
registry (Debian's docker-registry). First a large layer over a slow link, so that the kills fall into the transfer;
then a small one over a fast link, so that they fall into the beginning and the end: the last rename, the manifest, the
database. Ends with 1 if a byte is wrong, or if more came twice than one part per connection.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from arriero.core.ids import Reference
from arriero.core.paths import PROJECT_ROOT
from arriero.registry.client import RegistryClient
from arriero.registry.pushing import push
from arriero.registry.values import RegistrySettings
from bench.registry import make
from bench.table import Row, render

sys.path.insert(0, str(PROJECT_ROOT / "tests" / "integration"))
from registry_faults import FaultProxy, at_pace, changed, fault_proxy  # type: ignore[import-not-found]
from registry_server import stock_registry  # type: ignore[import-not-found]
from store_reader import read_store  # type: ignore[import-not-found]

LARGE, SMALL = 400_000_000, 3_000_000
PER_CONNECTION, PIECE = 800_000, 40_000
ALLOWED = RegistrySettings().connections * RegistrySettings().part_bytes


@dataclass
class Home:
    """One user's home, in which the command runs again and again."""

    folder: Path
    reference: Reference
    dice: random.Random
    heard: asyncio.Event

    @property
    def store(self) -> Path:
        return self.folder / "models"

    async def pull(self, kill_within_s: float | None = None) -> bool:
        """Whether it came to its end. Killed, it is at a random moment after its first request."""
        self.heard.clear()
        ours = {"HOME": self.folder, "OLLAMA_MODELS": self.store, "ARRIERO_DATABASE": self.folder / "models.db"}
        process = await asyncio.create_subprocess_exec(
            PROJECT_ROOT / "main.sh",
            *("pull", str(self.reference), "--insecure", "--quiet"),
            env=os.environ | {name: str(value) for name, value in ours.items()},
            stdout=asyncio.subprocess.DEVNULL,
        )
        ended = asyncio.create_task(process.wait())
        if kill_within_s is not None:
            heard = asyncio.create_task(self.heard.wait())
            await asyncio.wait({ended, heard}, return_when=asyncio.FIRST_COMPLETED)
            heard.cancel()
            await asyncio.wait({ended}, timeout=self.dice.uniform(0, kill_within_s))
            if not ended.done():
                process.kill()
        return await ended == 0

    def counted(self, digest: str, source: Path) -> int:
        """What the part files say is there, each byte of it compared with the layer's own."""
        partial = self.store / "blobs" / f"{digest.replace(':', '-')}-partial"
        parts = [json.loads(path.read_bytes()) for path in partial.parent.glob(f"{partial.name}-*")]
        if parts:
            with partial.open("rb") as mine, source.open("rb") as theirs:
                for part in parts:
                    mine.seek(part["Offset"])
                    theirs.seek(part["Offset"])
                    assert mine.read(part["Completed"]) == theirs.read(part["Completed"]), part
        return sum(part["Completed"] for part in parts)


async def published(host: str, folder: Path, name: str, size_bytes: int) -> tuple[Reference, Path, str]:
    """In the registry; the layer's file and digest."""
    blobs, manifest, digest = make(folder / name, size_bytes)
    reference = Reference.parse(f"{host}/soak/{name}:1")
    await push(RegistryClient(RegistrySettings(insecure_hosts=frozenset({host}))), reference, manifest, blobs)
    return reference, blobs / digest.replace(":", "-"), digest


def hear(proxy: FaultProxy) -> asyncio.Event:
    """Set by every request."""
    heard = asyncio.Event()

    async def note(_: FaultProxy, __: web.Request) -> None:
        heard.set()

    proxy.on_any = note
    return heard


async def mid_transfer(proxy: FaultProxy, folder: Path, kills: int) -> list[Row]:
    reference, source, digest = await published(proxy.upstream, folder, "large", LARGE)
    home = Home(folder / "home-large", proxy.at(reference), random.Random(7), hear(proxy))
    proxy.on_blob = changed(at_pace(PER_CONNECTION, PIECE))
    worst, there = 0, 0
    for number in range(kills):
        sent = proxy.sent.get(digest, 0)
        assert not await home.pull(kill_within_s=2), "too fast to be killed"
        before, there = there, home.counted(digest, source)
        lost = proxy.sent.get(digest, 0) - sent - (there - before)
        worst = max(worst, lost)
        print(f"kill {number + 1:2}: {there / 1e6:6.1f} MB counted, {lost / 1e6:5.2f} MB for nothing", flush=True)
    proxy.on_blob = None
    assert await home.pull()
    assert read_store(home.store).rest == frozenset()
    return [
        Row(
            f"{LARGE / 1e6:.0f} MB pulled, killed {kills} times: most sent twice by one",
            f"{worst / 1e6:.1f} MB",
            f"a part per connection {ALLOWED / 1e6:.0f} MB",
            worst / ALLOWED,
            f"{worst / ALLOWED:.2f} x",
            "<= 1 x",
        ),
    ]


async def at_the_ends(proxy: FaultProxy, folder: Path, kills: int) -> list[Row]:
    reference, _, _ = await published(proxy.upstream, folder, "small", SMALL)
    home = Home(folder / "home-small", proxy.at(reference), random.Random(8), hear(proxy))
    whole, killed = 0, 0
    while killed < kills:
        ended = await home.pull(kill_within_s=0.3)
        killed += not ended
        if home.store.exists() and (home.store / "blobs").exists():
            installed = bool(read_store(home.store).models)
            assert installed or not ended
            if installed:
                whole += 1
                shutil.rmtree(home.store)
    assert await home.pull()
    assert read_store(home.store).rest == frozenset()
    what = f"{SMALL / 1e6:.0f} MB pulled, killed {kills} times: stores with a manifest, each whole"
    return [Row(what, str(whole), "-", 0, "0 damaged", "<= 0")]


async def run(kills: int) -> None:
    with tempfile.TemporaryDirectory(prefix="arriero-soak-") as name, stock_registry(Path(name)) as host:
        rows = []
        for work in (mid_transfer, at_the_ends):
            async with fault_proxy(host) as proxy:
                rows += await work(proxy, Path(name), kills)
    print(f"\n{render(rows)}")
    if not all(row.reached for row in rows):
        sys.exit(1)


if __name__ == "__main__":
    asyncio.run(run(int(sys.argv[1]) if sys.argv[1:] else 20))
