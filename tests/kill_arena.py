"""Installations in which commands are killed, for either backend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from bench.killing import Arena, environment

from docker_stack import DockerStack
from docker_world import MODELS, models_folder
from ports import free_ports

SLOTS = ("qwen", "mistral")


@contextmanager
def native_arena(folder: Path, gguf: Path) -> Iterator[Arena]:
    """The folder's path must be short: sockets lie below it. Nothing of it runs afterwards."""
    folder.mkdir()
    models = models_folder(folder / "models", gguf, *(MODELS[slot] for slot in SLOTS))
    ports = free_ports(SLOTS)
    flags = {f"slots.{slot}.port": str(port) for slot, port in ports.items()}
    flags |= {f"slots.{slot}.context": "2048" for slot in SLOTS}
    flags |= {"backend": "native", "docker.project": "arriero-of-no-test", "models_dir": str(models)}
    flags |= {"database": str(folder / "models.db"), "state_dir": str(folder / "state"), "run_dir": str(folder / "run")}
    arena = Arena(environment(flags, folder), folder / "models.db", lambda: _fronts(folder / "run"))
    try:
        yield arena
    finally:
        arena.run("down")


def _fronts(run_dir: Path) -> Counter[str]:
    """Engines below this run folder, whoever started them, by slot."""
    found: Counter[str] = Counter()
    for process in psutil.process_iter():
        try:
            command, mark = process.cmdline(), process.environ().get("ARRIERO_SERVICE", "")
        except psutil.Error:
            continue
        if command[1:3] == ["-m", "arriero.engine"] and mark.endswith(f"@{run_dir}"):
            found[mark.partition("@")[0]] += 1
    return found


def docker_arena(stack: DockerStack) -> Arena:
    """What runs is ended with the stack."""
    environ = environment(stack.flags, stack.root)
    return Arena(environ, stack.root / "models.db", lambda: Counter(stack.clone.containers().keys()))
