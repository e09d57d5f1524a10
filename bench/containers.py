"""Three slots as containers: Arriero's commands against `docker compose` typed by hand, on the same engine and image.

The image is the one that stands in for Ollama's, with the demo model in every slot: what is measured is what Arriero
adds, not how fast a model loads.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from statistics import median

import psutil

from arriero.core.paths import PROJECT_ROOT
from bench.killing import environment
from bench.table import Row

sys.path.insert(0, str(PROJECT_ROOT / "tests"))
from docker_stack import DockerStack, docker_stack  # type: ignore[import-not-found]
from docker_world import MODELS  # type: ignore[import-not-found]
from standin_image.build import ensure_image  # type: ignore[import-not-found]

TURNS = 3
LOOKS = 15
WATCHED_S = 20.0


def measure(gguf: Path) -> list[Row]:
    """Empty, and said so, where no engine answers."""
    if subprocess.run(["docker", "info"], capture_output=True, check=False).returncode:
        print("docker: no engine answers here, nothing was measured")
        return []
    with (
        tempfile.TemporaryDirectory(prefix="arc-") as name,
        docker_stack(Path(name) / "stack", ensure_image(), gguf, tuple(MODELS)) as stack,
    ):
        return [activation(stack), *everything(stack), look(stack), idle(stack), hanging(stack)]


def activation(stack: DockerStack) -> Row:
    """From stopped to the model loaded, each way in turn."""
    ours, theirs = [], []
    for _ in range(TURNS):
        ours.append(_seconds(lambda: arriero(stack, "activate", "qwen")))
        arriero(stack, "down")
        theirs.append(_seconds(lambda: _by_hand(stack)))
        stack.clone.compose("down", "--timeout", "5")
    return _against("activate (Docker)", ours, "compose up --wait, load", theirs, 1.2)


def everything(stack: DockerStack) -> list[Row]:
    for slot in MODELS:
        arriero(stack, "activate", slot, "--keep-others")
    down_s = _seconds(lambda: arriero(stack, "down"))
    up_s = _seconds(lambda: arriero(stack, "up"))
    return [
        Row("down of three", f"{down_s:.2f} s", "-", down_s, f"{down_s:.2f} s", "<= 10 s"),
        Row("up after down, three", f"{up_s:.2f} s", "-", up_s, f"{up_s:.2f} s", "<= 30 s"),
    ]


def look(stack: DockerStack) -> Row:
    """In turn, so that whatever else the machine does falls on both."""
    ours, theirs = [], []
    for _ in range(LOOKS):
        ours.append(_seconds(lambda: arriero(stack, "status")))
        theirs.append(_seconds(lambda: stack.clone.compose("ps", "--format", "json")))
    return _against("status (three containers)", ours, "compose ps --format json", theirs, 1.5)


def idle(stack: DockerStack) -> Row:
    """`status --watch` while nothing happens, all of it that has begun after its first look."""
    command = [sys.executable, str(PROJECT_ROOT / "main.py"), "status", "--watch"]
    environ = environment(stack.flags, stack.root)
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE) as watching:
        assert watching.stdout
        watching.stdout.readline()
        time.sleep(2)
        process = psutil.Process(watching.pid)
        before = process.cpu_times()
        time.sleep(WATCHED_S)
        after = process.cpu_times()
        watching.terminate()
    percent = 100 * (after.user + after.system - before.user - before.system) / WATCHED_S
    return Row("idle watch, of a core", f"{percent:.2f} %", "-", percent, f"{percent:.2f} %", "<= 1 %")


def hanging(stack: DockerStack) -> Row:
    """`down` of three servers that do not hear that they should end: each is killed once patience is at its end."""
    for container in stack.clone.containers().values():
        psutil.Process(container["State"]["Pid"]).suspend()
    down_s = _seconds(lambda: arriero(stack, "down"))
    return Row("down of three that hang", f"{down_s:.2f} s", "-", down_s, f"{down_s:.2f} s", "<= 10 s")


def arriero(stack: DockerStack, *words: str) -> None:
    command = [sys.executable, str(PROJECT_ROOT / "main.py"), *words]
    environ = environment(stack.flags, stack.root)
    subprocess.run(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)


def _by_hand(stack: DockerStack) -> None:
    stack.clone.compose("up", "--detach", "--wait", "ollama-qwen")
    asked = json.dumps({"model": MODELS["qwen"], "stream": False}).encode()
    with urllib.request.urlopen(f"http://127.0.0.1:{stack.clone.ports['qwen']}/api/generate", asked) as answer:
        answer.read()


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _against(what: str, ours: list[float], against: str, theirs: list[float], limit: float) -> Row:
    ratio = median(ours) / median(theirs)
    return Row(
        what, f"{median(ours):.2f} s", f"{against} {median(theirs):.2f} s", ratio, f"{ratio:.2f} x", f"<= {limit} x"
    )
