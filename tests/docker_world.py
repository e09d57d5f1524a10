"""What tests stand on that type `docker compose` by hand: the Compose files as a fresh clone has them, in a folder.

The files are those that users get, byte for byte; image, ports and project come in through the settings' own variables.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import tempfile
import urllib.request
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from arriero.core.ids import Reference
from arriero.core.paths import PROJECT_ROOT
from arriero.runtime.docker.compose import CPU, MAIN, OVERRIDE
from arriero.store.importing import import_gguf
from arriero.store.store import Store
from ports import free_ports

TEST_PROJECT = "arriero-test-"
SERVICES = {"qwen": "ollama-qwen", "deepseek": "ollama-deepseek", "mistral": "ollama-mistral"}
MODELS = {
    "qwen": "qwen2.5-coder:7b-instruct-q4_K_M",
    "deepseek": "deepseek-coder-v2:16b-lite-instruct-q4_K_M",
    "mistral": "mistral:7b-instruct-v0.3-q4_K_M",
}
"""The slots' own names; in tests the demo model is behind them."""


@dataclass
class Clone:
    """A folder with the Compose files, and the environment of the shell that types there.

    `names`: of the containers, by slot. `ports`: where they are published.
    """

    folder: Path
    environ: dict[str, str]
    names: dict[str, str]
    ports: dict[str, int]

    @property
    def project(self) -> str:
        return self.environ["COMPOSE_PROJECT_NAME"]

    def compose(self, *words: str, check: bool = True) -> str:
        """`docker compose WORDS`, as typed in the folder; what it says on both streams."""
        done = subprocess.run(
            ["docker", "compose", *words],
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert not check or done.returncode == 0, done.stdout
        return done.stdout

    def containers(self) -> dict[str, dict[str, Any]]:
        """By slot, as the engine describes them."""
        label = f"label=com.docker.compose.project={self.project}"
        ids = docker("ps", "--all", "--quiet", "--filter", label).split()
        found = json.loads(docker("inspect", *ids)) if ids else []
        return {one["Config"]["Labels"]["arriero.slot"]: one for one in found}

    def ask(self, slot: str, path: str, body: Mapping[str, object] | None = None) -> Any:
        """Of the slot's port on this machine."""
        url = f"http://127.0.0.1:{self.ports[slot]}{path}"
        request = urllib.request.Request(url, json.dumps(body).encode() if body else None)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)


@contextmanager
def clone(folder: Path, image: str, *, real_names: bool = False) -> Iterator[Clone]:
    """A fresh clone's Compose files on a machine without a graphics card; nothing of it is left afterwards.

    Containers are called after the project, through the user's own override, so that stacks do not get in each other's
    way; with `real_names` they are called as users have them, and one such stack is up at a time.
    """
    folder.mkdir()
    for name in (MAIN, CPU):
        shutil.copy(PROJECT_ROOT / name, folder)
    project = f"{TEST_PROJECT}{uuid.uuid4().hex[:8]}"
    names = SERVICES if real_names else {slot: f"{project}-{slot}" for slot in SERVICES}
    if not real_names:
        services = {SERVICES[slot]: {"container_name": name} for slot, name in names.items()}
        (folder / OVERRIDE).write_text(json.dumps({"services": services}))  # JSON is YAML
    with _only_one() if real_names else nullcontext():
        ports = free_ports(SERVICES)
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": os.environ["HOME"],
            "COMPOSE_PROJECT_NAME": project,
            "COMPOSE_FILE": ":".join([MAIN, *([] if real_names else [OVERRIDE]), CPU]),
            "ARRIERO_DOCKER__IMAGE": image,
            **{f"ARRIERO_SLOTS__{slot.upper()}__PORT": str(port) for slot, port in ports.items()},
        }
        made = Clone(folder, environ, names, ports)
        try:
            yield made
        finally:
            made.compose("down", "--volumes", "--timeout", "1", check=False)
            assert made.containers() == {}


@contextmanager
def _only_one() -> Iterator[None]:
    """Containers called `ollama-qwen` exist once on an engine. A killed test's are removed, a user's are left alone."""
    with (Path(tempfile.gettempdir()) / "arriero-container-names.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for name, project in _taken().items():
            if not project.startswith(TEST_PROJECT):
                pytest.skip(f"a container called {name} is here already")
            docker("rm", "--force", name)
        yield


def _taken() -> dict[str, str]:
    """The containers that have a name of ours, and the Compose project of each."""
    listed = docker("ps", "--all", "--format", '{{.Names}}={{.Label "com.docker.compose.project"}}').splitlines()
    pairs = (line.partition("=")[::2] for line in listed)
    return {name: project for name, project in pairs if name in SERVICES.values()}


def models_folder(folder: Path, gguf: Path, *references: str) -> Path:
    """A store in which the demo model answers to these names; its bytes are there once."""
    for reference in references:
        import_gguf(Store(folder), gguf, Reference.parse(reference))
    return folder


def docker(*words: str) -> str:
    """What the docker command says; fails when it fails."""
    return subprocess.run(["docker", *words], check=True, capture_output=True, text=True).stdout
