"""Real processes to measure: an installation with a home of its own, an engine, and llama.cpp's server alone.

Invariant: everything that is started here is ended here, whatever happens in between.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from arriero.core.paths import PROJECT_ROOT
from arriero.engine.llama.threads import machine_threads, waiting_environment
from bench.wire import Address

MODEL = "smollm2:135m-instruct-q4_1"
GGUF_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
CONTEXT = 4096
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "arriero-bench"


@dataclass(frozen=True)
class Installation:
    """The program with folders of its own. The model store is kept between runs, in the user's cache."""

    environ: dict[str, str]
    folder: Path
    models: Path
    port: int

    @property
    def gguf(self) -> Path:
        """The demo model's weights."""
        return self.models / "blobs" / f"sha256-{GGUF_SHA256}"

    def command(self, *words: str) -> tuple[float, dict[str, object]]:
        """Runs one command with --json: its seconds from start to exit, and its data. Raises CalledProcessError."""
        began = time.perf_counter()
        done = subprocess.run(
            [PROJECT_ROOT / "main.sh", *words, "--json"], env=self.environ, stdout=subprocess.PIPE, check=True
        )
        took_s = time.perf_counter() - began
        return took_s, json.loads(done.stdout)["data"]


@contextmanager
def installation() -> Iterator[Installation]:
    """With the demo model in its store: the first time it is downloaded."""
    folder = Path(tempfile.mkdtemp(prefix="arb-"))  # short: sockets below it have 108 bytes for their path
    port = free_port()
    ours = {
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(folder),
        "OLLAMA_MODELS": str(CACHE / "models"),
        "ARRIERO_DATABASE": str(folder / "models.db"),
        "ARRIERO_SLOTS__DEMO__PORT": str(port),
        "ARRIERO_DOCKER__PROJECT": folder.name.lower(),
    }
    foreign = ("XDG_", "OLLAMA_", "ARRIERO_", "PYTHON")  # PYTHONDONTWRITEBYTECODE alone costs every start 100 ms
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    here = Installation(kept | ours, folder, CACHE / "models", port)
    try:
        here.command("activate", "demo")
        here.command("deactivate", "demo")
        yield here
    finally:
        with suppress(subprocess.CalledProcessError):  # it was never active, or is already down
            here.command("down")
        shutil.rmtree(folder)


@dataclass(frozen=True)
class RunningEngine:
    """An engine without a supervisor, and its child once a model is loaded."""

    process: subprocess.Popen[bytes]
    address: Address
    folder: Path

    @property
    def front(self) -> psutil.Process:
        return psutil.Process(self.process.pid)

    @property
    def child(self) -> psutil.Process:
        (child,) = self.front.children()
        return child

    @property
    def child_address(self) -> Address:
        """The private socket between front and child: what a comparison with the child alone talks to."""
        (path,) = self.folder.glob(f"arriero-engine-{self.process.pid}-*/*.sock")
        return Address(socket=path)


@contextmanager
def engine(here: Installation, *flags: str, **variables: str) -> Iterator[RunningEngine]:
    port = free_port()
    command = [sys.executable, "-m", "arriero.engine", "--port", str(port), "--models", str(here.models), *flags]
    environ = here.environ | {"PYTHONPATH": str(PROJECT_ROOT / "src")} | variables
    with _process(command, environ) as process:
        wait_until_listening(port, process)
        yield RunningEngine(process, Address(port=port), here.folder)


@contextmanager
def bare_server(here: Installation, model_file: Path) -> Iterator[Address]:
    """llama.cpp's own server from the same wheel and with the child's parameters, nothing of ours around it."""
    path = here.folder / f"bare-{time.monotonic_ns()}.sock"
    script = str(Path(__file__).with_name("bare_server.py"))
    command = [sys.executable, script, str(model_file), str(path), str(machine_threads())]
    with _process(command, here.environ | waiting_environment(here.environ), subprocess.PIPE) as process:
        assert process.stdout
        if process.stdout.readline() != b"ready\n":
            raise RuntimeError(f"{command} ended with {process.wait()}")
        yield Address(socket=path)


@contextmanager
def _process(
    command: list[str], environ: dict[str, str], stdout: int = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, env=environ, stdout=stdout, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_listening(port: int, process: subprocess.Popen[bytes]) -> None:
    """Looks every 2 ms. Raises RuntimeError when the process ends first."""
    while process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.002)
    raise RuntimeError(f"{process.args!r} ended with {process.returncode}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
