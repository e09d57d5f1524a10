"""Pulling from a real registry: verified, resumable, shared with another pull and with Ollama's own partials."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiohttp import web
from registry_faults import FaultProxy, after, changed, fault_proxy
from registry_server import (
    Model,
    completed,
    consistent,
    files_in,
    make_model,
    part_files,
    plant_partial,
    publish,
    quick,
    stock_registry,
)

from arriero.core.ids import Reference
from arriero.core.progress import Progress
from arriero.registry.client import RegistryClient
from arriero.registry.control import PullControl
from arriero.registry.errors import DiskFull, FolderRefused
from arriero.registry.pulling import pull_blobs
from arriero.registry.values import PullResult, RemoteLayer
from arriero.registry.verifying import verify_file

BIG = 9_500_000
SMALL = 102 + 61 + 11_343 + 487


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with stock_registry(tmp_path_factory.mktemp("registry")) as host:
        yield host


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return make_model(tmp_path_factory.mktemp("source"), BIG)


@pytest.fixture
async def proxy(registry: str) -> AsyncIterator[FaultProxy]:
    async with fault_proxy(registry) as proxy:
        yield proxy


class Puller:
    """A published model, seen through the proxy, and an empty store for it."""

    def __init__(self, reference: Reference, layers: tuple[RemoteLayer, ...], blobs: Path) -> None:
        self.reference, self.layers, self.blobs = reference, layers, blobs
        self.reports: list[Progress] = []
        self._heard = asyncio.Event()

    def hear(self, progress: Progress) -> None:
        self.reports.append(progress)
        self._heard.set()

    async def next_report(self) -> Progress:
        self._heard.clear()
        await self._heard.wait()
        return self.reports[-1]

    async def pull(self, **changes: object) -> PullResult:
        """`control` and `again` go to pull_blobs, the rest changes the settings."""
        passed = {key: changes.pop(key) for key in ("control", "again") if key in changes}
        client = RegistryClient(quick(self.reference.host, **changes))
        return await pull_blobs(client, self.reference, self.layers, self.blobs, self.hear, **passed)  # type: ignore[arg-type]

    async def until(self, done: int, **changes: object) -> asyncio.Task[PullResult]:
        """A pull that has brought at least `done` bytes."""
        task = asyncio.create_task(self.pull(**changes))
        while ((await self.next_report()).done or 0) < done:
            assert not task.done(), task
        return task


@pytest.fixture
async def puller(registry: str, model: Model, proxy: FaultProxy, tmp_path: Path) -> Puller:
    reference = await publish(registry, model, "pulled")
    manifest = await RegistryClient(quick(registry)).manifest(reference)
    return Puller(proxy.at(reference), manifest.blobs, tmp_path / "models" / "blobs")


async def test_a_pull_is_every_byte_and_nothing_else(puller: Puller, model: Model, proxy: FaultProxy) -> None:
    result = await puller.pull()
    assert result == PullResult(BIG + SMALL, 0)
    assert consistent(puller.blobs) == set(model.digests)
    assert files_in(puller.blobs) == len(model.digests)
    assert list(puller.blobs.parent.iterdir()) == [puller.blobs]
    assert (puller.blobs / model.big.replace(":", "-")).stat().st_mode & 0o777 == 0o644
    sizes = [next(x.size_bytes for x in puller.layers if x.digest in seen.path) for seen in proxy.blob_requests()]
    assert sizes == sorted(sizes), "small layers come first"
    assert {seen.headers["User-Agent"].split(" ")[0] for seen in proxy.seen} == {"ollama/0.33.0"}
    last = puller.reports[-1]
    assert (last.step, last.done, last.total) == ("pull.layer", BIG + SMALL, BIG + SMALL)
    assert [p.done for p in puller.reports] == sorted(p.done or 0 for p in puller.reports)


async def test_a_second_pull_asks_for_nothing(puller: Puller, proxy: FaultProxy) -> None:
    await puller.pull()
    asked = len(proxy.seen)
    puller.reports.clear()
    assert await puller.pull() == PullResult(0, BIG + SMALL)
    assert len(proxy.seen) == asked
    whole = {
        str(p.params["digest"]) for p in puller.reports if p.params["layer_done_bytes"] == p.params["layer_total_bytes"]
    }
    assert whole == {layer.digest for layer in puller.layers}


@pytest.mark.parametrize(
    "parts",
    [
        [(0, BIG, 2_345_678)],
        [(0, BIG, 0)],
        [(0, BIG, BIG)],
        [(0, 4_000_000, 4_000_000), (4_000_000, 4_000_000, 1), (8_000_000, 1_500_000, 1_400_000)],
    ],
    ids=["cancelled", "killed", "all there", "several parts"],
)
async def test_what_ollama_began_is_finished(
    puller: Puller, model: Model, proxy: FaultProxy, parts: list[tuple[int, int, int]]
) -> None:
    plant_partial(puller.blobs, model.big, model.read(model.big), parts)
    there = sum(part[2] for part in parts)
    assert await puller.pull() == PullResult(BIG + SMALL - there, there)
    assert proxy.sent.get(model.big, 0) == BIG - there
    assert consistent(puller.blobs) == set(model.digests)
    assert files_in(puller.blobs) == len(model.digests)


async def test_part_files_that_make_no_table_are_worth_nothing(puller: Puller, model: Model) -> None:
    plant_partial(
        puller.blobs, model.big, model.read(model.big), [(0, 4_000_000, 4_000_000), (5_000_000, 4_500_000, 0)]
    )
    assert await puller.pull() == PullResult(BIG + SMALL, 0)
    assert consistent(puller.blobs) == set(model.digests)


async def test_an_empty_part_file_after_a_power_loss_costs_that_part(puller: Puller, model: Model) -> None:
    parts = [(0, 4_000_000, 4_000_000), (4_000_000, 4_000_000, 4_000_000), (8_000_000, 1_500_000, 1_500_000)]
    plant_partial(puller.blobs, model.big, model.read(model.big), parts)
    (puller.blobs / f"{model.big.replace(':', '-')}-partial-1").write_bytes(b"")
    assert (await puller.pull()).bytes_fetched == 4_000_000 + SMALL
    assert consistent(puller.blobs) == set(model.digests)


async def test_counted_bytes_that_are_wrong_are_found_and_fetched_again(puller: Puller, model: Model) -> None:
    plant_partial(puller.blobs, model.big, bytes(BIG), [(0, BIG, 5_000_000)])
    assert (await puller.pull()).bytes_fetched == (BIG - 5_000_000) + BIG + SMALL
    assert consistent(puller.blobs) == set(model.digests)


async def test_cancelled_it_counts_what_is_there_and_goes_on_from_there(
    puller: Puller, model: Model, proxy: FaultProxy
) -> None:
    task = await puller.until(3_000_000, control=PullControl(6_000_000))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    there = completed(puller.blobs, model.big)
    assert there >= 3_000_000 - SMALL
    data = model.read(model.big)
    with (puller.blobs / f"{model.big.replace(':', '-')}-partial").open("rb") as file:
        for part in part_files(puller.blobs, model.big):
            counted = slice(part["Offset"], part["Offset"] + part["Completed"])
            assert os.pread(file.fileno(), part["Completed"], part["Offset"]) == data[counted]
    assert (await puller.pull()).bytes_fetched == BIG - there
    assert consistent(puller.blobs) == set(model.digests)


async def test_two_pulls_of_the_same_fetch_it_once(puller: Puller, model: Model, proxy: FaultProxy) -> None:
    other = Puller(puller.reference, puller.layers, puller.blobs)
    first, second = await asyncio.gather(puller.pull(control=PullControl(8_000_000)), other.pull())
    assert first.bytes_fetched + second.bytes_fetched == BIG + SMALL
    assert proxy.sent[model.big] == BIG
    assert consistent(puller.blobs) == set(model.digests)
    for reports in (puller.reports, other.reports):
        assert reports[-1].done == BIG + SMALL
        assert [p.done for p in reports] == sorted(p.done or 0 for p in reports)


async def test_the_one_that_follows_takes_over(puller: Puller, model: Model, proxy: FaultProxy) -> None:
    task = await puller.until(2_000_000, control=PullControl(4_000_000))
    other = Puller(puller.reference, puller.layers, puller.blobs)
    follower = await other.until(1_000_000)
    assert not follower.done()
    task.cancel()
    result = await follower
    assert task.cancelled()
    assert 0 < result.bytes_fetched < BIG
    assert consistent(puller.blobs) == set(model.digests)


async def test_repair_fetches_only_what_is_bad(puller: Puller, model: Model, proxy: FaultProxy) -> None:
    await puller.pull()
    path = puller.blobs / model.big.replace(":", "-")
    with path.open("r+b") as file:
        os.pwrite(file.fileno(), b"\0" * 64, 1000)
    assert not await verify_file(path, model.big)
    with path.open("rb") as opened:
        assert (await puller.pull(again={model.big})).bytes_fetched == BIG
        assert os.pread(opened.fileno(), 64, 1000) == b"\0" * 64, "who has the old file open keeps the old bytes"
    assert await verify_file(path, model.big)
    assert consistent(puller.blobs) == set(model.digests)


async def test_a_file_of_another_size_is_not_believed(puller: Puller, model: Model) -> None:
    puller.blobs.mkdir(parents=True)
    (puller.blobs / model.big.replace(":", "-")).write_bytes(b"cut short")
    assert (await puller.pull()).bytes_fetched == BIG + SMALL
    assert consistent(puller.blobs) == set(model.digests)


async def test_verify(tmp_path: Path, model: Model) -> None:
    told: list[Progress] = []
    path = model.blobs / model.big.replace(":", "-")
    assert await verify_file(path, model.big, told.append)
    assert (told[-1].step, told[-1].done, told[-1].total) == ("verify.layer", BIG, BIG)
    assert not await verify_file(path, model.digests[1])
    assert not await verify_file(tmp_path / "nothing", model.big)
    with pytest.raises(FolderRefused):
        await verify_file(tmp_path, model.big)


async def test_an_empty_layer(puller: Puller) -> None:
    empty = RemoteLayer("t", "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", 0)
    puller.layers = (empty,)
    assert await puller.pull() == PullResult(0, 0)
    assert consistent(puller.blobs) == {empty.digest}


async def test_no_room_is_said_before_anything_is_fetched(puller: Puller, proxy: FaultProxy) -> None:
    puller.layers = (*puller.layers, RemoteLayer("t", "sha256:" + "0" * 64, 1 << 45))
    with pytest.raises(DiskFull) as full:
        await puller.pull()
    assert full.value.needed_bytes == (1 << 45) + BIG + SMALL
    assert 0 < full.value.free_bytes < full.value.needed_bytes
    assert proxy.seen == []
    assert list(puller.blobs.iterdir()) == []


async def test_a_disk_that_fills_up_keeps_what_arrived(
    needs_root: None, puller: Puller, model: Model, proxy: FaultProxy
) -> None:
    store = puller.blobs.parent
    store.mkdir()
    mount = await asyncio.create_subprocess_exec("mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", store)
    assert await mount.wait() == 0
    try:

        async def fill_up() -> None:
            if not (store / "somebody-elses").exists():
                room = os.statvfs(store)
                (store / "somebody-elses").write_bytes(bytes(room.f_bavail * room.f_frsize - 2_000_000))

        proxy.on_blob = changed(after(500_000, fill_up))
        with pytest.raises(DiskFull) as full:
            await puller.pull()
        assert full.value.needed_bytes > full.value.free_bytes
        there = completed(puller.blobs, model.big)
        assert there > 500_000
        (store / "somebody-elses").unlink()
        proxy.on_blob = None
        assert (await puller.pull()).bytes_fetched == BIG - there
        assert consistent(puller.blobs) == set(model.digests)
    finally:
        unmount = await asyncio.create_subprocess_exec("umount", store)
        assert await unmount.wait() == 0


async def test_a_folder_that_is_none(puller: Puller) -> None:
    puller.blobs.parent.mkdir()
    puller.blobs.write_bytes(b"")
    with pytest.raises(FolderRefused) as refused:
        await puller.pull()
    assert refused.value.path == puller.blobs


async def test_a_partial_that_leads_elsewhere_is_not_followed(puller: Puller, model: Model, tmp_path: Path) -> None:
    puller.blobs.mkdir(parents=True)
    target = tmp_path / "precious"
    target.write_bytes(b"precious")
    (puller.blobs / f"{model.big.replace(':', '-')}-partial").symlink_to(target)
    with pytest.raises(FolderRefused):
        await puller.pull()
    assert target.read_bytes() == b"precious"


async def test_a_limit_holds(puller: Puller) -> None:
    began = time.monotonic()
    await puller.pull(limit_bytes_per_s=8_000_000)
    assert time.monotonic() - began >= 0.9 * BIG / 8_000_000


async def test_paused_it_stands_still_and_resumed_it_goes_on(puller: Puller, model: Model) -> None:
    control = PullControl(8_000_000)
    task = await puller.until(2_000_000, control=control)
    control.pause()
    paused_at = puller.reports[-1].done or 0
    for _ in range(10):
        assert ((await puller.next_report()).done or 0) <= paused_at + 4 * control.chunk_bytes(1 << 20, 4)
    assert control.paused
    control.limit(None)
    control.resume()
    await task
    assert consistent(puller.blobs) == set(model.digests)


async def test_an_ollama_that_finishes_the_same_layer_first_does_no_harm(
    puller: Puller, model: Model, proxy: FaultProxy
) -> None:
    """Ollama takes no lock: it resumes from the same part files and renames the partial when it has it all."""
    partial = puller.blobs / f"{model.big.replace(':', '-')}-partial"

    async def ollama() -> None:
        if partial.exists():
            with partial.open("r+b") as file:
                file.write(model.read(model.big))
            partial.replace(partial.with_name(partial.name.removesuffix("-partial")))
            for path in partial.parent.glob(f"{partial.name}-*"):
                path.unlink()

    async def on_the_big_one(proxy: FaultProxy, request: web.Request) -> web.StreamResponse | None:
        return await proxy.forward(request, body=after(500_000, ollama)) if model.big in request.path else None

    proxy.on_blob = on_the_big_one
    await puller.pull()
    assert consistent(puller.blobs) == set(model.digests)
    assert files_in(puller.blobs) == len(model.digests)
