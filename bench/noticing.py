"""How soon the app tells what was done to an engine or a container in another terminal, with its drift."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

import psutil

from bench.containers import arriero, docker_stack, ensure_image  # type: ignore[attr-defined]  # tests' own
from bench.killing import environment
from bench.rig import Installation
from bench.table import Row, median
from bench.terminal import Screened, app

TURNS = 5
SETTLED_S = 4.0
GONE = (b"should be active and is not there",)


def measure(here: Installation) -> list[Row]:
    return [*killed(here), *removed(here)]


def killed(here: Installation) -> list[Row]:
    """The front with -9, which is started anew; then front and supervisor, which nobody starts anew."""
    front, both = [], []
    with app(here) as (screened, _):
        for _ in range(TURNS):
            pid = _engine(here)
            screened.read_for(SETTLED_S)
            os.kill(pid, signal.SIGKILL)
            front.append(screened.until(b"starting"))
            pid = _engine(here)
            screened.read_for(SETTLED_S)
            supervisor = psutil.Process(pid).parent()
            assert supervisor is not None
            supervisor.kill()
            both.append(screened.until(*GONE))
    here.command("deactivate", "demo")
    return [_row("app, an engine killed elsewhere", front), _row("app, its supervisor killed too", both)]


def _engine(here: Installation) -> int:
    here.command("activate", "demo")
    _, told = here.command("status")
    models: list[dict[str, object]] = told["models"]  # type: ignore[assignment]
    return int(str(next(model["pid"] for model in models if model["id"] == "demo")))


def removed(here: Installation) -> list[Row]:
    """`docker rm -f`; nothing where no engine answers."""
    if subprocess.run(["docker", "info"], capture_output=True, check=False).returncode:
        return []
    took = []
    with (
        tempfile.TemporaryDirectory(prefix="arn-") as name,
        docker_stack(Path(name) / "stack", ensure_image(), here.gguf) as stack,
        app(replace(here, environ=environment(stack.flags, Path(name)))) as (screened, _),
    ):
        for _ in range(TURNS):
            arriero(stack, "activate", "qwen")
            screened.read_for(SETTLED_S)
            took.append(_from_rm(screened, stack.clone.names["qwen"]))
        arriero(stack, "down")
    return [_row("app, a container removed elsewhere", took)]


def _from_rm(screened: Screened, name: str) -> float:
    """From the moment at which the engine says that it is gone."""
    with subprocess.Popen(["docker", "rm", "--force", name], stdout=subprocess.PIPE) as typed:
        assert typed.stdout
        typed.stdout.readline()
        return screened.until(*GONE)


def _row(what: str, took_s: list[float]) -> Row:
    worst = max(took_s)
    return Row(what, f"median {median(took_s):.2f} s", "-", worst, f"worst {worst:.2f} s", "<= 1 s")
