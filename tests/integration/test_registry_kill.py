"""Processes that pull and are killed: what they counted is there, and next to nothing of it comes twice."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from registry_faults import FaultProxy, at_pace, changed, fault_proxy
from registry_server import Model, completed, consistent, files_in, make_model, part_files, publish, stock_registry

from arriero.core.ids import Reference
from arriero.core.paths import SOURCE_ROOT

BIG = 9_500_000
PART = 250_000
CONNECTIONS = 4
KILLS = 6
PULLER = Path(__file__).with_name("registry_puller.py")


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with stock_registry(tmp_path_factory.mktemp("registry")) as host:
        yield host


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return make_model(tmp_path_factory.mktemp("source"), BIG, seed=4)


@pytest.fixture
async def proxy(registry: str) -> AsyncIterator[FaultProxy]:
    async with fault_proxy(registry) as proxy:
        proxy.on_blob = changed(at_pace(1_000_000, 25_000))
        yield proxy


async def start(reference: Reference, blobs: Path) -> Process:
    arguments = [str(PULLER), str(reference), str(blobs), str(PART), str(CONNECTIONS)]
    environment = {**os.environ, "PYTHONPATH": str(SOURCE_ROOT)}
    return await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=PIPE, env=environment)


async def said(process: Process) -> AsyncIterator[str]:
    assert process.stdout
    async for line in process.stdout:
        yield line.decode().strip()


async def run_until(process: Process, done: int) -> None:
    """Kills it as soon as it says that `done` bytes are there, or lets it end."""
    async for line in said(process):
        if line.isdecimal() and int(line) >= done:
            process.send_signal(signal.SIGKILL)
            break
    await process.wait()


def check_counted(blobs: Path, model: Model) -> int:
    """What the part files count, each byte of it compared."""
    data, name = model.read(model.big), model.big.replace(":", "-")
    parts = part_files(blobs, model.big)
    if parts:
        with (blobs / f"{name}-partial").open("rb") as file:
            for part in parts:
                start, length = part["Offset"], part["Completed"]
                assert os.pread(file.fileno(), length, start) == data[start : start + length], part
    return BIG if (blobs / name).exists() else completed(blobs, model.big)


async def test_killed_again_and_again(registry: str, proxy: FaultProxy, model: Model, tmp_path: Path) -> None:
    blobs, chance = tmp_path / "models" / "blobs", random.Random(5)
    reference = proxy.at(await publish(registry, model, "killed"))
    there, kills = 0, 0
    while there < BIG and kills < KILLS:
        sent_before, there_before = proxy.sent.get(model.big, 0), there
        await run_until(await start(reference, blobs), there + chance.randrange(1_000_000))
        kills += 1
        there = check_counted(blobs, model)
        consistent(blobs)
        twice = proxy.sent.get(model.big, 0) - sent_before - (there - there_before)
        assert twice <= CONNECTIONS * PART, f"kill {kills}: {twice} bytes for nothing"
    assert kills == KILLS
    process = await start(reference, blobs)
    assert [line async for line in said(process)][-1].startswith("fetched")
    assert consistent(blobs) == set(model.digests)
    assert files_in(blobs) == len(model.digests)
    assert proxy.sent[model.big] - BIG <= kills * CONNECTIONS * PART


async def test_a_killed_pullers_work_is_taken_over(
    registry: str, proxy: FaultProxy, model: Model, tmp_path: Path
) -> None:
    blobs = tmp_path / "models" / "blobs"
    reference = proxy.at(await publish(registry, model, "taken-over"))
    first = await start(reference, blobs)
    async for line in said(first):
        if int(line) >= 2_000_000:
            break
    second = await start(reference, blobs)
    following = said(second)
    async for line in following:
        if int(line) >= 1_000_000:
            break
    assert second.returncode is None
    first.send_signal(signal.SIGKILL)
    lines = [line async for line in following]
    assert 0 < int(lines[-1].removeprefix("fetched ")) < BIG
    await asyncio.gather(first.wait(), second.wait())
    assert consistent(blobs) == set(model.digests)
    assert proxy.sent[model.big] - BIG <= CONNECTIONS * PART


async def test_ctrl_c_puts_away_what_arrived(registry: str, proxy: FaultProxy, model: Model, tmp_path: Path) -> None:
    blobs = tmp_path / "models" / "blobs"
    reference = proxy.at(await publish(registry, model, "interrupted"))
    process = await start(reference, blobs)
    last = 0
    async for line in said(process):
        last = int(line)
        if last >= 3_000_000:
            break
    process.send_signal(signal.SIGINT)
    assert process.stdout
    await process.stdout.read()
    assert await process.wait() != 0
    assert check_counted(blobs, model) >= last - 20_000, "all that was shown but the small layers is counted"
