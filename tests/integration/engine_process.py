"""A real engine in a process of its own, and a store with the demo model: for every test that talks to one."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import urllib.parse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from arriero.core.ids import Reference
from arriero.core.paths import SOURCE_ROOT
from arriero.store.importing import import_gguf
from arriero.store.store import Store

DEMO = "smollm2:135m-instruct-q4_1"
LISTENING = "listening on "
START_LIMIT_S = 30


def demo_store(folder: Path, gguf: Path) -> Path:
    """A fresh store in `folder` that holds the demo model; returns it, for `--models`."""
    import_gguf(Store(folder), gguf, Reference.parse(DEMO))
    return folder


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    data: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.data)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.data.splitlines()]


@dataclass
class EngineProcess:
    """A running engine. `log` holds what it has written so far, line by line."""

    process: subprocess.Popen[str]
    log: list[str] = field(default_factory=list)
    url: str = ""

    @property
    def port(self) -> int:
        port = urllib.parse.urlsplit(self.url).port
        assert port is not None
        return port

    def ask(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None, limit_s: float = 120
    ) -> Answer:
        """One request on a connection of its own. `body`: bytes are sent as they are, all else as JSON."""
        response = self.open(method, path, body, headers, limit_s)
        with response:
            return Answer(response.status, dict(response.getheaders()), response.read())

    def open(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None, limit_s: float = 120
    ) -> http.client.HTTPResponse:
        """The same, its answer still to be read; closing it hangs up."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=limit_s)
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        try:
            connection.request(method, path, data, {"Connection": "close", **(headers or {})})
            return connection.getresponse()
        except BaseException:
            connection.close()  # a client that gave up has hung up
            raise

    def post(self, path: str, body: Any) -> Answer:
        return self.ask("POST", path, body)

    def loaded(self) -> list[Any]:
        models: list[Any] = self.ask("GET", "/api/ps").json["models"]
        return models

    def child(self) -> psutil.Process | None:
        """The llama.cpp process, if one is there."""
        children = psutil.Process(self.process.pid).children()
        return children[0] if children else None

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(10)


@contextmanager
def engine(models: Path, *flags: str, environ: Mapping[str, str] | None = None) -> Iterator[EngineProcess]:
    """Starts an engine on a free port and yields it once it listens; nothing of it is left afterwards."""
    running = EngineProcess(spawn(models, *flags, environ=environ))
    listening = threading.Event()
    reader = threading.Thread(target=_read, args=(running, listening), daemon=True)
    reader.start()
    try:
        assert listening.wait(START_LIMIT_S), running.log
        assert running.url, running.log
        yield running
    finally:
        running.process.kill()
        running.process.wait(10)
        reader.join(10)


def spawn(models: Path, *flags: str, environ: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    """The bare process, its log on `stderr`."""
    return subprocess.Popen(
        [sys.executable, "-m", "arriero.engine", "--port", "0", "--models", str(models), *flags],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SOURCE_ROOT), **(environ or {})},
    )


def _read(running: EngineProcess, listening: threading.Event) -> None:
    assert running.process.stderr is not None
    with running.process.stderr as log:
        for line in log:
            running.log.append(line.rstrip())
            if LISTENING in line and not running.url:
                running.url = line.partition(LISTENING)[2].split(",")[0].strip()
                listening.set()
    listening.set()  # it ended without listening: whoever waits shall see the log
