"""`python -m bench.gateway [SWAPS]`: the gateway against the slot it leads to, in the same run; and its swaps, each
beside one that the backend does alone."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from statistics import median, quantiles

from arriero.config.loading import load
from arriero.core.paths import places
from arriero.core.progress import silent
from arriero.stack.world import World, open_world
from bench.gateway_rig import MODELS, GatewayRig, gateway
from bench.rig import Installation, installation
from bench.serving import CLIENTS, PROMPT, whole
from bench.table import Row, render
from bench.wire import Address, Stream, stream

SWAPS = 100


async def measure(here: Installation, swaps: int = SWAPS) -> list[Row]:
    with gateway(here) as rig:
        await ask(rig.address, "demo", 1)  # it is brought up
        slot = rig.slot("demo")
        rows = [await added_time(rig.address, slot), await added_to_nothing(rig.address, slot)]
        rows += [await speed(rig.address, slot), await crowd(rig.address, slot), memory(rig), await idle_load(rig)]
        return [*rows, await swap_row(rig, swaps)]


async def ask(address: Address, slot: str, tokens: int) -> Stream:
    options = {"num_predict": tokens, "temperature": 0, "seed": 1}
    body = {"model": MODELS[slot], "prompt": PROMPT, "raw": True, "stream": True, "options": options}
    return whole(await stream(address, "/api/generate", body))


async def added_time(through: Address, slot: Address, turns: int = 200) -> Row:
    async def first_s(address: Address) -> float:
        return (await ask(address, "demo", 2)).first_s

    return await _added("gateway: time to first token added", first_s, through, slot, turns)


async def added_to_nothing(through: Address, slot: Address, turns: int = 1000) -> Row:
    """A prompt of nothing, which a slot answers without its model: the gateway's own time, without a model's noise."""

    async def answer_s(address: Address) -> float:
        return await _took_s(stream(address, "/api/generate", {"model": MODELS["demo"], "prompt": ""}))

    return await _added("gateway: added to an answer of no tokens", answer_s, through, slot, turns)


async def _added(
    what: str, timed: Callable[[Address], Awaitable[float]], through: Address, slot: Address, turns: int
) -> Row:
    """The median difference of pairs, so that whatever else the machine does meets both."""
    pairs = [(await timed(through) * 1000, await timed(slot) * 1000) for _ in range(turns)]
    ours, alone = (median(times) for times in zip(*pairs, strict=True))
    added = median(one - other for one, other in pairs)
    return Row(what, f"{ours:.1f} ms", f"slot {alone:.1f} ms", added, f"{added:+.2f} ms", "<= 1 ms")


async def speed(through: Address, slot: Address, turns: int = 10, tokens: int = 200) -> Row:
    ours, alone = [], []
    for _ in range(turns):
        ours.append((await ask(through, "demo", tokens)).tokens_per_s)
        alone.append((await ask(slot, "demo", tokens)).tokens_per_s)
    ratio = median(ours) / median(alone)
    shown = (f"{median(ours):.1f}", f"slot {median(alone):.1f}", ratio, f"{ratio:.3f}")
    return Row("gateway: tokens per second", *shown, ">= 0.99")


async def crowd(through: Address, slot: Address, turns: int = 4) -> Row:
    """Everybody asks at once for 16 tokens; what counts is how many come in a second from all of them together."""
    ours, alone = [], []
    for _ in range(turns):
        ours.append(await _all_at_once(through))
        alone.append(await _all_at_once(slot))
    ratio = median(alone) / median(ours)
    shown = (f"{median(ours):.2f} s", f"slot {median(alone):.2f} s", ratio, f"{ratio:.3f}")
    return Row(f"gateway: {CLIENTS} streams at once", *shown, ">= 0.95")


async def _all_at_once(address: Address) -> float:
    began = time.perf_counter()
    await asyncio.gather(*(ask(address, "demo", 16) for _ in range(CLIENTS)))
    return time.perf_counter() - began


def memory(rig: GatewayRig) -> Row:
    mb = rig.process.memory_info().rss / 1e6
    return Row("gateway: memory, after all that", f"{mb:.0f} MB", "-", mb, f"{mb:.0f} MB", "<= 60 MB")


async def idle_load(rig: GatewayRig, rest_s: float = 10) -> Row:
    process = rig.process
    before_s = sum(process.cpu_times()[:2])
    await asyncio.sleep(rest_s)
    percent = (sum(process.cpu_times()[:2]) - before_s) / rest_s * 100
    return Row("gateway: idle processor time", f"{percent:.2f} %", "-", percent, f"{percent:.2f} %", "<= 0.1 %")


async def swap_row(rig: GatewayRig, swaps: int) -> Row:
    """One request through the gateway, for which it goes from one model to the other; then the backend alone goes back,
    with the request straight to the slot. Both in turn, so that whatever else the machine does meets both."""
    world = await asyncio.to_thread(_world, rig)
    old, new = "second", "third"
    await ask(rig.address, old, 1)
    through, alone = [], []
    for _ in range(swaps):
        through.append(await _took_s(ask(rig.address, new, 1)))
        alone.append(await _took_s(_exchanged(world, new, old)) + await _took_s(ask(rig.slot(old), old, 1)))
        await asyncio.to_thread(rig.until_active, old)
    added = [(ours - theirs) * 1000 for ours, theirs in zip(through, alone, strict=True)]
    told = (_points(through), f"stop, start, ask {_points(alone)}", median(added), f"{median(added):+.0f} ms")
    return Row(f"gateway: {swaps} swaps, p50 p95 p99, added", *told, "<= 100 ms")


async def _took_s(work: Awaitable[object]) -> float:
    began = time.perf_counter()
    await work
    return time.perf_counter() - began


async def _exchanged(world: World, old: str, new: str) -> None:
    """Stops one service, waits until what it held is free, starts the other and loads its model."""
    slot = world.slot(new)
    await world.backend.stop(old, world.slot(old).port, silent)
    await world.backend.start(world.service(slot, world.variant(slot, None)), silent)


def _points(times: list[float]) -> str:
    points = quantiles(times, n=100, method="inclusive")
    return " ".join(f"{points[at - 1]:.2f}" for at in (50, 95, 99)) + " s"


def _world(rig: GatewayRig) -> World:
    return open_world(load({"backend": "native"}, rig.here.environ, places(rig.here.environ)), environ=rig.here.environ)


def main(words: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is ended on the way out
    with installation() as here:
        print(render(asyncio.run(measure(here, int(words[0]) if words else SWAPS))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
