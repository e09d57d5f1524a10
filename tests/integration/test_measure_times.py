"""What is measured of a server that takes known times: compared with what the server itself saw, by the same clock."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from arriero.cli.look import Look
from arriero.cli.render.measure import loss_text
from arriero.core.clock import SystemClock
from arriero.core.progress import silent
from arriero.i18n.es import ES
from arriero.measure.asking import find_server
from arriero.measure.errors import ModelUnnamed, ServerSilent, UrlInvalid
from arriero.measure.history import recall
from arriero.measure.measuring import Wish, measure
from arriero.measure.sampling import Effort
from arriero.measure.sections import Extent
from arriero.measure.serving import Served, measure_server
from arriero.measure.targets import Target, url_target
from arriero.measure.values import Environment, Figure, FigureName, Mark
from arriero.measure.wire import Limits
from ports import free_port
from stack_world import make_world

SCRIPT = Path(__file__).parents[1] / "measure_server.py"
SMALL = Extent((128,), Effort(3, 3, 60.0), Effort(3, 3, 60.0), written=16, together=6)
LIMITS = Limits(connect_s=5.0, first_s=60.0, stall_s=1.0)
NEAR, ATTEMPTS = 0.05, 6
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


@pytest.mark.parametrize("path", ["", "/v1"], ids=["ollama", "openai"])
async def test_known_times_are_found(path: str) -> None:
    """Each figure within 5 % of what the server itself saw. A loaded machine gives this process its turn late now and
    then, so what was off is measured again: what is wrong with a figure is wrong every time."""
    off: dict[FigureName, tuple[Figure, float]] = {}
    for _ in range(ATTEMPTS):
        with timed(first_s=0.04, read_s=0.8, token_s=0.006) as server:
            served = await measured(server, path=path)
        assert served.whole
        told = dict(expected(served, server.seen[3:]))  # the first three warm up
        off = {name: told[name] for name in off or told if not is_near(*told[name])}
        if not off:
            break
    assert off == {}
    fill = of(served, FigureName.FILL)
    assert fill.mark is Mark.UNABLE if path else fill.mark in SOUND


def is_near(figure: Figure, expected_value: float) -> bool:
    return figure.median == pytest.approx(expected_value, rel=NEAR)


def expected(served: Served, seen: list[dict[str, Any]]) -> Iterator[tuple[FigureName, tuple[Figure, float]]]:
    """Every figure with what the server saw, answer by answer."""
    long = [s for s in seen if s["max_tokens"] == SMALL.written]
    written, edited = ([(s["tokens"] - 1) / s["written_s"] for s in group] for group in (long[:3], long[3:]))
    yield FigureName.GENERATION, (of(served, FigureName.GENERATION), median(written))
    yield FigureName.EDIT, (of(served, FigureName.EDIT), median(edited))
    yield FigureName.SHORT, (of(served, FigureName.SHORT), median(s["over_s"] for s in seen[3:6]))
    pairs = [s for s in seen if s["max_tokens"] == 4]
    fresh, shared = pairs[::2], pairs[1::2]
    ttft = of(served, FigureName.TTFT_FRESH, 128)
    yield FigureName.TTFT_FRESH, (ttft, median(s["first_s"] for s in fresh))
    rates = median(s["words"] / s["first_s"] for s in fresh)
    yield FigureName.READ_FRESH, (of(served, FigureName.READ_FRESH, 128), rates)
    yield FigureName.TTFT_SHARED, (of(served, FigureName.TTFT_SHARED, 128), median(s["first_s"] for s in shared))
    assert {s["words"] for s in pairs} == {ttft.tokens}
    assert ttft.tokens == pytest.approx(128, rel=0.03)
    crowds = [s for s in seen if s["max_tokens"] == SMALL.together][-12:]
    yield FigureName.CROWD, (of(served, FigureName.CROWD, 4), median(map(rate, (crowds[:4], crowds[4:8], crowds[8:]))))


def rate(together: list[dict[str, Any]]) -> float:
    took_s = max(s["over_at"] for s in together) - min(s["asked_at"] for s in together)
    return float(sum(s["tokens"] for s in together) / took_s)


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
        served = await measured(server, replace(SMALL, only=frozenset({FigureName.GENERATION})))
    figure = of(served, FigureName.GENERATION)
    assert figure.mark is Mark.MISCOUNTED
    written = median((s["max_tokens"] - 1) / s["written_s"] for s in server.seen[3:6])
    assert figure.median == pytest.approx(written, rel=0.5)  # not ten times as much, as the server would have it
    wanted = frozenset({FigureName.GENERATION, FigureName.READ_FRESH})
    with timed(token_s=0.004, lie="prompt") as server:
        served = await measured(server, replace(SMALL, only=wanted))
    assert of(served, FigureName.READ_FRESH, 128).mark is Mark.MISCOUNTED
    assert of(served, FigureName.GENERATION).mark in SOUND


async def test_answers_too_brief_for_a_speed_say_so_and_end() -> None:
    """A model that says three words whatever it is asked: no speed can come of that, however often."""
    with timed(token_s=0.001, most=3) as server:
        served = await measured(server, replace(SMALL, only=frozenset({FigureName.GENERATION, FigureName.SHORT})))
    brief = of(served, FigureName.GENERATION)
    assert (brief.mark, brief.median, served.whole) == (Mark.BRIEF, None, True)
    assert of(served, FigureName.SHORT).samples == 3


class Jumping(SystemClock):
    """Its time of day goes back by a year whenever somebody looks."""

    looks = 0

    def now(self) -> datetime:
        self.looks += 1
        return super().now() - timedelta(days=365 * self.looks)


async def test_a_clock_that_jumps_moves_no_figure_and_no_order(tmp_path: Path) -> None:
    world = replace(make_world(tmp_path / "project", free_port()), clock=Jumping())
    wish = Wish(quick=True, only=frozenset({FigureName.SHORT}))
    began = time.monotonic()
    with timed(token_s=0.001) as server:
        target = Target(await find_server(server.url, None), Environment("qwen", server.url, "timed:1"), None)
        first, second = [await measure(world, target, wish, silent) for _ in range(2)]
    assert first.measurement.at > second.measurement.at  # as the clock had it
    assert 0 < first.measurement.took_s + second.measurement.took_s <= time.monotonic() - began
    assert recall(world, "qwen") == [second.measurement, first.measurement]
    assert not second.measurement.remarks or second.measurement.remarks[0].code != "slept"


async def test_a_context_that_the_server_has_not_is_told_and_not_asked() -> None:
    extent = Extent((128, 512), SMALL.effort, SMALL.short, SMALL.written, SMALL.together)
    with timed(context=256) as server:
        served = await measured(server, extent)
    beyond = of(served, FigureName.TTFT_FRESH, 512)
    assert (beyond.mark, beyond.detail, beyond.samples) == (Mark.BEYOND_CONTEXT, "256", 0)
    assert of(served, FigureName.TTFT_FRESH, 128).mark in SOUND
    assert max(s["words"] for s in server.seen) < 256


async def test_a_quick_one_begins_nothing_that_it_has_no_time_for() -> None:
    """A thousand tokens take five seconds here: the short prompt is read, the long one is not begun."""
    extent = replace(SMALL, contexts=(128, 2048), effort=Effort(1, 1, 1.0), short=Effort(1, 1, 1.0), limit_s=8.0)
    with timed(read_s=5.0) as server:
        served = await measured(server, extent)
    assert served.whole
    assert of(served, FigureName.TTFT_FRESH, 128).samples == 1
    assert of(served, FigureName.TTFT_FRESH, 2048).mark is Mark.NO_TIME
    assert max(s["words"] for s in server.seen) < 1024


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


async def test_a_loss_after_an_update_is_named_with_what_undoes_it(tmp_path: Path) -> None:
    """The slot's server is the stand-in, and its update is pretended: another version, five times as slow."""
    world = make_world(tmp_path / "project", free_port())
    wish = Wish(quick=True, only=frozenset({FigureName.GENERATION}))
    taken = []
    for version, token_s in (("aaa", 0.004), ("aaa", 0.004), ("bbb", 0.02)):
        with timed(token_s=token_s) as server:
            found = await find_server(server.url, None, limits=LIMITS)
            environment = Environment("qwen", server.url, "timed:1", version=version)
            taken.append(await measure(world, Target(found, environment, None), wish, silent))
    first, again, after = taken
    assert (first.loss, again.loss) == (None, None)
    assert after.loss is not None
    told = loss_text(after.loss, Look(ES))
    assert told.startswith("Desde que se actualizó qwen (aaa → bbb) es peor")
    assert told.endswith("./main.sh revertir qwen")


async def test_our_key_goes_to_no_other_machine(tmp_path: Path) -> None:
    """The stand-in listens on a second address of this machine's, which is as good as another's."""
    world = make_world(tmp_path / "project", free_port())
    (tmp_path / "key").write_text("secret\n")
    engine = replace(world.configuration.settings.engine, api_key_file=tmp_path / "key")
    settings = replace(world.configuration.settings, engine=engine)
    world = replace(world, configuration=replace(world.configuration, settings=settings))
    with timed(host="0.0.0.0") as server:
        here = await url_target(world, server.url, None)
        there = await url_target(world, server.url.replace("127.0.0.1", "user:word@127.0.0.2"), None)
    assert (here.server.address.key, there.server.address.key) == ("secret", "")
    assert there.environment.url == here.environment.url.replace("127.0.0.1", "127.0.0.2")
