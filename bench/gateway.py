"""`python -m bench.gateway [SWAPS]`: the gateway against the slot it leads to, in the same run; and its swaps against
stopping and starting alone."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
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
        slot = Address(port=rig.ports["demo"])
        rows = [await added_time(rig.address, slot), await speed(rig.address, slot), await crowd(rig.address, slot)]
        rows += [memory(rig), await idle_load(rig)]
        through = await swap_times(rig, swaps)
    return [*rows, await swap_row(here, through)]


async def ask(address: Address, slot: str, tokens: int) -> Stream:
    options = {"num_predict": tokens, "temperature": 0, "seed": 1}
    body = {"model": MODELS[slot], "prompt": PROMPT, "raw": True, "stream": True, "options": options}
    return whole(await stream(address, "/api/generate", body))


async def added_time(through: Address, slot: Address, turns: int = 100) -> Row:
    ours, alone = [], []
    for _ in range(turns):
        ours.append((await ask(through, "demo", 2)).first_s * 1000)
        alone.append((await ask(slot, "demo", 2)).first_s * 1000)
    added = median(ours) - median(alone)
    shown = (f"{median(ours):.1f} ms", f"slot {median(alone):.1f} ms", added, f"{added:+.2f} ms")
    return Row("gateway: time to first token added", *shown, "<= 1 ms")


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


async def swap_times(rig: GatewayRig, swaps: int) -> list[float]:
    """Of a request for the model that is not there, less one for the model that is."""
    times = []
    for number in range(swaps):
        slot = ("second", "demo")[number % 2]
        began = time.perf_counter()
        await ask(rig.address, slot, 1)
        asked = time.perf_counter()
        await ask(rig.address, slot, 1)
        times.append((asked - began) - (time.perf_counter() - asked))
    return times


async def swap_row(here: Installation, through: list[float], turns: int = 12) -> Row:
    """Against the backend alone: it ends one slot's service and brings the other one up, with its model loaded."""
    with gateway(here) as rig:
        world = await asyncio.to_thread(_world, rig)
        alone = []
        for number in range(turns):
            old, new = ("demo", "second") if number % 2 else ("second", "demo")
            alone.append(await _exchanged(world, old, new))
    added_ms = (median(through) - median(alone[1:])) * 1000
    points = quantiles(through, n=100)
    ours = f"p50 {points[49]:.2f} s, p95 {points[94]:.2f} s, p99 {points[98]:.2f} s"
    told = (ours, f"stop and start {median(alone[1:]):.2f} s", added_ms, f"{added_ms:+.0f} ms")
    return Row(f"gateway: {len(through)} swaps, added", *told, "<= 100 ms")


async def _exchanged(world: World, old: str, new: str) -> float:
    began, slot = time.perf_counter(), world.slot(new)
    await world.backend.stop(old, world.slot(old).port, silent)
    await world.backend.start(world.service(slot, world.variant(slot, None)), silent)
    return time.perf_counter() - began


def _world(rig: GatewayRig) -> World:
    return open_world(load({"backend": "native"}, rig.here.environ, places(rig.here.environ)), environ=rig.here.environ)


def main(words: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is ended on the way out
    with installation() as here:
        print(render(asyncio.run(measure(here, int(words[0]) if words else SWAPS))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
