"""`bench` measured: what it costs beside the model, whether it moves what it measures, how long the quick one takes."""

from __future__ import annotations

import time
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

_TOKENS = 128


async def measure(here: Installation) -> list[Row]:
    with engine(here, "--keep-alive", "-1") as running:
        server = await find_server(f"http://127.0.0.1:{running.address.port}", MODEL)
        await server.ask(prompts.short())
        return [await moved(server, running), *await cost(server, running, here)]


async def moved(server: Server, running: RunningEngine, turns: int = 12) -> Row:
    """The same question by our client and by a bare one, taking turns."""
    ours, bare = [], []
    for _ in range(turns):
        body = _body()
        answer = await server.generate(body)
        assert answer.tokens
        ours.append((answer.tokens - 1) / (answer.last_s - answer.first_s))
        seen = await stream(running.address, "/api/generate", body | {"prompt": _body()["prompt"]})
        bare.append(seen.tokens_per_s)
    off = abs(median(ours) / median(bare) - 1) * 100
    told = f"{median(ours):.1f} tokens/s", f"bare client {median(bare):.1f}"
    return Row("bench: moves generation by", *told, off, f"{off:.2f} %", "<= 1 %")


def _body() -> dict[str, object]:
    options = {"num_predict": _TOKENS, "temperature": 0, "seed": 1}
    return {"model": MODEL, "prompt": prompts.story(_TOKENS).user, "stream": True, "options": options}


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
        Row("bench: its own processor time", f"{percent:.2f} %", "-", percent, f"{percent:.2f} %", "<= 2 %"),
        Row("bench demo --quick", f"{took_s:.1f} s", busy or "-", took_s, f"{took_s:.1f} s", "<= 30 s"),
    ]
