"""The terminal app: its first screen, what it takes while nothing happens, how soon it answers while much does."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

from arriero.core.paths import PROJECT_ROOT
from bench.rig import Installation
from bench.table import Row
from bench.terminal import app

IDLE_S = 30.0
SLOTS = 200
PRESSES = 60
PACE_BYTES_PER_S = 4_000_000  # of each connection of a pull
PAUSE_S = 0.1  # between two keys: a person's
DOWN = b"\x1b[B"


def measure(here: Installation, turns: int = 7) -> list[Row]:
    return [first(here, turns), idle(here), keys(here), many(here)]


def first(here: Installation, turns: int) -> Row:
    """Against a Python that imports Textual and draws nothing, which every app of it waits for on this machine."""
    shown, floor = [], []
    bare = [str(PROJECT_ROOT / ".venv" / "bin" / "python"), "-c", "import textual.app, textual.widgets"]
    for _ in range(turns):
        with app(here) as (_, first_s):
            shown.append(first_s * 1000)
        began = time.perf_counter()
        subprocess.run(bare, env=here.environ, check=True)
        floor.append((time.perf_counter() - began) * 1000)
    ms, against = median(shown), f"Textual imported {median(floor):.0f} ms"
    return Row("app, first screen", f"{ms:.0f} ms", against, ms, f"{ms:.0f} ms", "<= 600 ms")


def idle(here: Installation) -> Row:
    with app(here) as (screened, _):
        screened.read_for(12)  # what it does at its beginning is not idling: the doctor looks too
        before = screened.cpu_s()
        screened.read_for(IDLE_S)
        percent = (screened.cpu_s() - before) / IDLE_S * 100
    return Row("app, idle", f"{percent:.1f} % of a core", "-", percent, f"{percent:.1f} %", "<= 2 %")


def keys(here: Installation) -> Row:
    """From a letter's way into the terminal to its echo in the chat, while the model answers and a download runs."""
    here.command("activate", "demo")
    try:
        with paced_registry() as port, settings(here, pulled(port)), app(here) as (screened, _):
            screened.read_for(2)
            screened.type(b"g")
            screened.until(b"paced v")
            screened.type(b"\x1b[F\r")  # it is the last one
            screened.until(b"Would download")
            screened.type(b"\r")
            screened.until(b"MB/s")
            screened.type(b"8")
            screened.until(b"Chat with")
            screened.type(b"Tell me a very long story about a mule.\r")
            screened.read_for(1)
            answered = []
            for count in range(1, PRESSES + 1):
                screened.read_for(PAUSE_S)
                screened.type(b"Q")
                answered.append(screened.until(b"Q" * min(count, 40)) * 1000)
    finally:
        here.command("deactivate", "demo")
        for litter in (here.models / "blobs").glob(f"sha256-{'0' * 64}*"):
            litter.unlink()
    worst = quantiles(answered, n=20)[-1]
    middle = f"median {median(answered):.0f} ms"
    return Row("app, keys while it pulls and chats", middle, "-", worst, f"95 %: {worst:.0f} ms", "<= 50 ms")


def many(here: Installation) -> Row:
    """What the drawing thread computes for one step of the cursor."""
    with settings(here, slots()), app(here) as (screened, _):
        screened.read_for(5)
        before = screened.drawing_s()
        for _ in range(PRESSES):
            screened.type(DOWN)
            screened.read_for(PAUSE_S)
        ms = (screened.drawing_s() - before) / PRESSES * 1000
    return Row(f"app, a frame with {SLOTS} slots", f"{ms:.1f} ms", "-", ms, f"{ms:.1f} ms", "<= 16 ms")


def slots() -> str:
    return "\n".join(
        f'[slots.s{i:03d}]\nport = {20000 + i}\ntitle = "Slot {i}"\n[slots.s{i:03d}.variants.v]\nreference = "m{i}:1"\n'
        for i in range(SLOTS)
    )


def pulled(port: int) -> str:
    """A slot whose model comes slowly."""
    return (
        f'[registry]\ninsecure = ["127.0.0.1:{port}"]\n[slots.paced]\nport = 21999\ntitle = "Paced"\n'
        f'[slots.paced.variants.v]\nreference = "127.0.0.1:{port}/bench/paced:1"\n'
    )


@contextmanager
def settings(here: Installation, text: str) -> Iterator[None]:
    """The user's settings, for as long as this lasts."""
    folder = Path(here.environ["HOME"]) / ".config" / "arriero"
    folder.mkdir(parents=True)
    (folder / "arriero.toml").write_text(text)
    try:
        yield
    finally:
        shutil.rmtree(folder)


@contextmanager
def paced_registry() -> Iterator[int]:
    command = [sys.executable, str(Path(__file__).with_name("paced_registry.py")), str(PACE_BYTES_PER_S)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout
            yield int(process.stdout.readline())
        finally:
            process.kill()
