"""`bench` measured: what it costs beside the model, whether it moves what it measures, how long the quick one takes.

Two minutes on two cores. A loaded machine shows in the first two rows: they compare what happens one after the other.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from statistics import median

from arriero.core.clock import SystemClock
from arriero.core.progress import silent
from arriero.hardware.gpu import Gpu
from arriero.measure import prompts
from arriero.measure.asking import Server, find_server
from arriero.measure.sections import QUICK_EXTENT
from arriero.measure.serving import measure_server
from arriero.measure.watching import watching
from bench.rig import MODEL, Installation, RunningEngine, engine
from bench.table import Row
from bench.wire import stream

_TOKENS, _WORDS = 128, 200

_Taken = Callable[[], Awaitable[float]]


async def measure(here: Installation) -> list[Row]:
    with engine(here, "--keep-alive", "-1") as running:
        server = await find_server(f"http://127.0.0.1:{running.address.port}", MODEL)
        await server.ask(prompts.short())
        return [
            await moves_generation(server, running),
            await moves_first_token(server, running),
            *await cost(server, running, here),
        ]


async def moves_generation(server: Server, running: RunningEngine) -> Row:
    """How long the same answer takes to be written, from its first piece to its last."""
    written = _body(prompts.story(_TOKENS).user, _TOKENS)

    async def ours() -> float:
        answer = await server.generate(written)
        return answer.last_s - answer.first_s

    async def bare() -> float:
        seen = await stream(running.address, "/api/generate", written)
        return seen.at_s[-1] - seen.at_s[0]

    return await _compared("bench: moves generation by", ours, bare, turns=12)


async def moves_first_token(server: Server, running: RunningEngine) -> Row:
    """Of a fresh prompt."""

    def fresh() -> dict[str, object]:
        return _body(f"{prompts.nonce()} {prompts.text_of(_WORDS)}", 4)

    async def ours() -> float:
        return (await server.generate(fresh())).first_s

    async def bare() -> float:
        return (await stream(running.address, "/api/generate", fresh())).first_s

    return await _compared("bench: moves first token by", ours, bare, turns=12)


async def _compared(what: str, ours: _Taken, bare: _Taken, turns: int) -> Row:
    """By the middle of the pairs' ratios; who is first takes turns, so that a drift of the machine's cancels."""
    seen: list[tuple[float, float]] = []
    for turn in range(turns):
        first, second = (ours, bare) if turn % 2 else (bare, ours)
        took = await first(), await second()
        seen.append(took if turn % 2 else took[::-1])
    off = abs(median(one / other for one, other in seen) - 1) * 100
    told = (f"{1000 * median(side):.0f} ms" for side in zip(*seen, strict=True))
    mine, theirs = told
    return Row(what, mine, f"bare client {theirs}", off, f"{off:.2f} %", "<= 1 %")


def _body(prompt: str, tokens: int) -> dict[str, object]:
    options = {"num_predict": tokens, "temperature": 0, "seed": 1}
    return {"model": MODEL, "prompt": prompt, "stream": True, "options": options}


async def cost(server: Server, running: RunningEngine, here: Installation) -> list[Row]:
    """Of a whole `--quick`, the watch over the machine included."""
    began, used = time.perf_counter(), time.process_time()
    gpu = Gpu("", "", here.folder)
    try:
        async with watching(gpu, running.front.pid) as watch:
            served = await measure_server(server, QUICK_EXTENT, "demo", SystemClock(), silent)
    finally:
        gpu.close()
    took_s, used_s = time.perf_counter() - began, time.process_time() - used
    if not served.whole:
        raise RuntimeError(f"broken measurement: {served.fault}")
    percent = used_s / took_s * 100
    busy = ", ".join(f"{remark.code} {remark.params}" for remark in watch.remarks)
    return [
        Row("bench: its own processor time", f"{1000 * used_s:.0f} ms", "-", percent, f"{percent:.2f} %", "<= 2 %"),
        Row("bench demo --quick", f"{took_s:.1f} s", busy or "-", took_s, f"{took_s:.1f} s", "<= 30 s"),
    ]
