"""`validate`, on this machine as it is, and on one where nothing that is asked ever answers."""

from __future__ import annotations

import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from arriero.core.paths import PROJECT_ROOT
from bench.rig import Installation
from bench.table import Row

_PYTHON = PROJECT_ROOT / ".venv" / "bin" / "python"
_TOOLS = (
    *("apt-config", "aa-status", "dmesg", "docker", "dockerd", "docker-compose", "dpkg", "dpkg-query", "findmnt"),
    *("getent", "id", "ip", "journalctl", "lspci", "modinfo", "mokutil", "nvidia-ctk", "nvidia-smi", "ollama"),
    *("pgrep", "podman", "resolvectl", "snap", "ss", "sudo", "systemctl", "timedatectl", "ufw", "update-initramfs"),
)


def measure(here: Installation, turns: int = 5) -> list[Row]:
    answering = median(_seconds(here.environ) for _ in range(turns))
    with _silence(here.environ) as environ:
        silent = median(_seconds(environ) for _ in range(turns))
    return [
        Row("validate, everything answers", f"{answering:.2f} s", "-", answering, f"{answering:.2f} s", "<= 3 s"),
        Row("validate, nothing answers", f"{silent:.2f} s", "-", silent, f"{silent:.2f} s", "<= 5 s"),
    ]


def _seconds(environ: Mapping[str, str]) -> float:
    began = time.perf_counter()
    command = [str(_PYTHON), str(PROJECT_ROOT / "main.py"), "validate"]
    subprocess.run(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.perf_counter() - began


@contextmanager
def _silence(environ: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Every program that checks ask hangs, and so does a Docker engine that takes the connection."""
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as engine:
        for name in _TOOLS:
            tool = Path(folder, name)
            tool.write_text("#!/bin/sh\nexec /bin/sleep 1000\n")
            tool.chmod(0o755)
        engine.bind(f"{folder}/docker.sock")
        engine.listen(64)
        yield {**environ, "PATH": f"{folder}:{environ['PATH']}", "DOCKER_HOST": f"unix://{folder}/docker.sock"}
