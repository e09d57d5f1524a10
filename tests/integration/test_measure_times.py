"""What is measured of a server that takes known times: compared with what the server itself saw, by the same clock."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from arriero.core.clock import SystemClock
from arriero.core.progress import silent
from arriero.measure.asking import find_server
from arriero.measure.errors import ModelUnnamed, ServerSilent, UrlInvalid
from arriero.measure.sampling import Effort
from arriero.measure.sections import Extent
from arriero.measure.serving import Served, measure_server
from arriero.measure.values import Figure, FigureName, Mark
from arriero.measure.wire import Limits

SCRIPT = Path(__file__).parents[1] / "measure_server.py"
SMALL = Extent((128,), Effort(3, 3, 60.0), Effort(3, 3, 60.0), written=24, together=8)
LIMITS = Limits(connect_s=5.0, first_s=60.0, stall_s=1.0)
NEAR = 0.05
SOUND = (Mark.NONE, Mark.UNSTEADY, Mark.FEW)  # on a loaded machine a spread may be large; what broke is another matter


class Timed:
    """The stand-in in a process of its own. `seen`: what it says that its answers took, once it has ended."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        assert process.stdout
        self.url = f"http://127.0.0.1:{process.stdout.readline().strip()}"
        self.seen: list[dict[str, Any]] = []

    def end(self) -> None:
        self._process.terminate()
        out, _ = self._process.communicate()
        self.seen = [json.loads(line) for line in out.splitlines()]


@contextmanager
def timed(**settings: object) -> Iterator[Timed]:
    command = [sys.executable, str(SCRIPT), json.dumps(settings)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        server = Timed(process)
        try:
            yield server
        finally:
            server.end()


async def measured(server: Timed, extent: Extent = SMALL, path: str = "") -> Served:
    found = await find_server(server.url + path, None, limits=LIMITS)
    return await measure_server(found, extent, "timed", SystemClock(), silent)


def of(served: Served, name: FigureName, at: int = 0) -> Figure:
    return next(f for f in served.figures if (f.name, f.at) == (name, at))


def near(figure: Figure, expected: float) -> None:
    assert figure.median == pytest.approx(expected, rel=NEAR), figure


@pytest.mark.parametrize("path", ["", "/v1"], ids=["ollama", "openai"])
async def test_known_times_are_found(path: str) -> None:
    with timed(first_s=0.05, read_s=0.8, token_s=0.006) as server:
        served = await measured(server, path=path)
    assert served.whole
    assert not served.fault
    seen = server.seen[3:]  # the first three warm up
    long = [s for s in seen if s["max_tokens"] == SMALL.written]
    written, edited = long[:3], long[3:]
    near(of(served, FigureName.GENERATION), median((s["tokens"] - 1) / s["written_s"] for s in written))
    near(of(served, FigureName.EDIT), median((s["tokens"] - 1) / s["written_s"] for s in edited))
    near(of(served, FigureName.SHORT), median(s["over_s"] for s in seen[3:6]))
    pairs = [s for s in seen if s["max_tokens"] == 4]
    fresh, shared = pairs[::2], pairs[1::2]
    near(of(served, FigureName.TTFT_FRESH, 128), median(s["first_s"] for s in fresh))
    near(of(served, FigureName.READ_FRESH, 128), median(s["words"] / s["first_s"] for s in fresh))
    near(of(served, FigureName.TTFT_SHARED, 128), median(s["first_s"] for s in shared))
    assert median(s["first_s"] for s in shared) < 0.75 * median(s["first_s"] for s in fresh)
    assert {s["words"] for s in pairs} == {of(served, FigureName.TTFT_FRESH, 128).tokens}
    assert of(served, FigureName.TTFT_FRESH, 128).tokens == pytest.approx(128, rel=0.03)
    crowds = [s for s in seen if s["max_tokens"] == SMALL.together and "suffix" not in s][-12:]
    four = [crowds[i : i + 4] for i in range(0, 12, 4)]
    rates = [
        sum(s["tokens"] for s in group) / (max(s["over_at"] for s in group) - min(s["asked_at"] for s in group))
        for group in four
    ]
    near(of(served, FigureName.CROWD, 4), median(rates))
    fill = of(served, FigureName.FILL)
    assert fill.mark is Mark.UNABLE if path else fill.mark in SOUND


@pytest.mark.parametrize(("fault", "words"), [("break", "broken"), ("refuse", "HTTP 500"), ("stall", "silent for 1 s")])
async def test_what_breaks_in_the_middle_is_marked_and_the_rest_is_kept(fault: str, words: str) -> None:
    with timed(token_s=0.001, after=3 + 3 + 3, fault=fault) as server:  # warm, generation, short
        served = await measured(server)
    assert not served.whole
    assert words in served.fault
    assert of(served, FigureName.GENERATION).samples == 3
    assert of(served, FigureName.SHORT).mark in SOUND
    broken = of(served, FigureName.TTFT_FRESH, 128)
    assert (broken.mark, broken.median) == (Mark.BROKEN, None)
    assert of(served, FigureName.EDIT).mark is (Mark.GONE if fault == "stall" else Mark.BROKEN)


async def test_a_server_that_dies_ends_it_and_nothing_is_lost() -> None:
    with timed(token_s=0.001, after=5, fault="die") as server:
        served = await measured(server)
    assert not served.whole
    assert (of(served, FigureName.GENERATION).samples, of(served, FigureName.GENERATION).mark) == (2, Mark.BROKEN)
    assert of(served, FigureName.EDIT).mark is Mark.GONE
    assert served.fault


async def test_counts_that_cannot_be_are_not_believed() -> None:
    with timed(token_s=0.004, lie="written") as server:
        served = await measured(server)
    figure = of(served, FigureName.GENERATION)
    assert figure.mark is Mark.MISCOUNTED
    near(figure, median((s["max_tokens"] - 1) / s["written_s"] for s in server.seen[3:6]))
    with timed(first_s=0.05, lie="prompt") as server:
        served = await measured(server)
    figure = of(served, FigureName.READ_FRESH, 128)
    assert figure.mark is Mark.MISCOUNTED
    assert of(served, FigureName.GENERATION).mark in SOUND


async def test_a_context_that_the_server_has_not_is_told_and_not_asked() -> None:
    extent = Extent((128, 512), SMALL.effort, SMALL.short, SMALL.written, SMALL.together)
    with timed(context=256) as server:
        served = await measured(server, extent)
    beyond = of(served, FigureName.TTFT_FRESH, 512)
    assert (beyond.mark, beyond.detail, beyond.samples) == (Mark.BEYOND_CONTEXT, "256", 0)
    assert of(served, FigureName.TTFT_FRESH, 128).mark in SOUND
    assert max(s["words"] for s in server.seen) < 256


async def test_an_interruption_keeps_what_was_measured() -> None:
    with timed(token_s=0.001) as server:
        reached = asyncio.Event()

        def stop_at(progress: Any) -> None:
            if progress.step == "measure.context":
                reached.set()

        found = await find_server(server.url, None, limits=LIMITS)
        task = asyncio.create_task(measure_server(found, SMALL, "timed", SystemClock(), stop_at))
        await reached.wait()
        task.cancel()
        served = await task
    assert served.interrupted
    assert not served.whole
    assert of(served, FigureName.GENERATION).samples == 3
    assert of(served, FigureName.EDIT).mark is Mark.PARTIAL


async def test_who_cannot_be_measured(free_port: int) -> None:
    with pytest.raises(ServerSilent):
        await find_server(f"http://127.0.0.1:{free_port}", None, limits=LIMITS)
    with pytest.raises(UrlInvalid):
        await find_server("ftp://127.0.0.1", None, limits=LIMITS)
    with timed() as server, pytest.raises(ServerSilent):
        await find_server(f"{server.url}/nowhere", None, limits=LIMITS)
    assert ModelUnnamed("u", ("a", "b")).params()["models"] == ["a", "b"]
