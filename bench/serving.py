"""The engine against its own llama.cpp child: what our front adds to an answer."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from statistics import median
from typing import Any

import psutil

from arriero.core.ids import Reference
from arriero.engine.generation import Ask, completion_body
from arriero.engine.options import Options
from arriero.store import Store
from bench.rig import CONTEXT, MODEL, Installation, RunningEngine, bare_server, engine
from bench.table import Row
from bench.wire import Address, Stream, stream

PROMPT = "Once upon a time in the Andes there lived a mule driver who"
CLIENTS = 50


async def measure(here: Installation) -> list[Row]:
    with engine(here, "--keep-alive", "-1") as running:
        await ask_engine(running.address, 1)
        rows = [await added_time(running), await speed(running), await crowd(running)]
        rows += [front_memory(running), idle_load(running)]
    return [*rows, await cold_start(here)]


async def ask_engine(address: Address, tokens: int) -> Stream:
    options = {"num_predict": tokens, "temperature": 0, "seed": 1}
    body = {"model": MODEL, "prompt": PROMPT, "raw": True, "stream": True, "options": options}
    return whole(await stream(address, "/api/generate", body))


async def ask_child(address: Address, tokens: int) -> Stream:
    """The very request that the engine makes of it."""
    options = Options(num_predict=tokens, temperature=0, seed=1)
    body: dict[str, Any] = completion_body(Ask(PROMPT, options), PROMPT, CONTEXT)
    return whole(await stream(address, "/completion", body))


def whole(seen: Stream) -> Stream:
    """A comparison of broken answers would say nothing."""
    if seen.status != 200 or not seen.whole:
        raise RuntimeError(f"broken answer: {seen}")
    return seen


async def added_time(running: RunningEngine, turns: int = 60) -> Row:
    ours, alone = [], []
    for _ in range(turns):
        ours.append((await ask_engine(running.address, 2)).first_s * 1000)
        alone.append((await ask_child(running.child_address, 2)).first_s * 1000)
    added = median(ours) - median(alone)
    return Row(
        "time to first token added",
        f"{median(ours):.1f} ms",
        f"child {median(alone):.1f} ms",
        added,
        f"{added:+.1f} ms",
        "<= 3 ms",
    )


async def speed(running: RunningEngine, turns: int = 6, tokens: int = 200) -> Row:
    ours, alone = [], []
    for _ in range(turns):
        ours.append((await ask_engine(running.address, tokens)).tokens_per_s)
        alone.append((await ask_child(running.child_address, tokens)).tokens_per_s)
    ratio = median(ours) / median(alone)
    return Row(
        "streamed tokens per second",
        f"{median(ours):.1f}",
        f"child {median(alone):.1f}",
        ratio,
        f"{ratio:.3f}",
        ">= 0.98",
    )


async def crowd(running: RunningEngine, turns: int = 3) -> Row:
    """Everybody asks at once for 16 tokens; both sides answer one at a time."""
    ours, alone = [], []
    for _ in range(turns):
        ours.append(await _all_at_once(ask_engine, running.address))
        alone.append(await _all_at_once(ask_child, running.child_address))
    ratio = median(ours) / median(alone)
    return Row(
        f"{CLIENTS} clients at once, 16 tokens",
        f"{median(ours):.2f} s",
        f"child {median(alone):.2f} s",
        ratio,
        f"{ratio:.3f}",
        "<= 1.05",
    )


async def _all_at_once(ask: Any, address: Address) -> float:
    began = time.perf_counter()
    await asyncio.gather(*(ask(address, 16) for _ in range(CLIENTS)))
    return time.perf_counter() - began


def front_memory(running: RunningEngine) -> Row:
    mb = running.front.memory_info().rss / 1e6
    child_mb = running.child.memory_info().rss / 1e6
    return Row(
        "front's memory, after all that", f"{mb:.0f} MB", f"child {child_mb:.0f} MB", mb, f"{mb:.0f} MB", "<= 60 MB"
    )


def idle_load(running: RunningEngine, rest_s: float = 10) -> Row:
    """Processor time that front and child use while nobody asks."""
    before_s = _processor_s(running)
    time.sleep(rest_s)
    percent = (_processor_s(running) - before_s) / rest_s * 100
    return Row("idle processor time", f"{percent:.2f} %", "-", percent, f"{percent:.2f} %", "<= 0.1 %")


def _processor_s(running: RunningEngine) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in (running.front, running.child))


async def cold_start(here: Installation, turns: int = 6) -> Row:
    """From nothing loaded to the first token: the engine's first request against llama.cpp's server started by hand."""
    ours, alone = [], []
    with engine(here, "--keep-alive", "0") as running:
        for _ in range(turns):
            ours.append((await ask_engine(running.address, 1)).first_s)
            psutil.wait_procs(running.front.children())  # keep_alive 0: it ends with its answer
            alone.append(await _bare_start(here))
    ratio = median(ours) / median(alone)
    return Row(
        "load to first token",
        f"{median(ours):.2f} s",
        f"bare server {median(alone):.2f} s",
        ratio,
        f"{ratio:.2f}",
        "<= 1.3",
    )


async def _bare_start(here: Installation) -> float:
    began = time.perf_counter()
    with bare_server(here, model_file(here)) as address:
        await ask_child(address, 1)
        return time.perf_counter() - began


def model_file(here: Installation) -> Path:
    store = Store(here.models)
    return store.gguf_path(store.get(Reference.parse(MODEL)))
