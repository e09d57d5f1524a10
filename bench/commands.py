"""What the user waits for: commands, from typing to the prompt's return."""

from __future__ import annotations

import subprocess
import time
from statistics import median

from arriero.core.paths import PROJECT_ROOT
from bench import card, doctor, screen
from bench.rig import Installation
from bench.table import Row


def measure(here: Installation) -> list[Row]:
    return [
        quick(here, "status", 250),
        quick(here, "--help", 150),
        *switching(here),
        *screen.measure(here),
        *card.measure(),
        *doctor.measure(here),
    ]


def quick(here: Installation, word: str, limit_ms: int, turns: int = 15) -> Row:
    """Against a Python that starts and does nothing, which is the floor on this machine."""
    ours, floor = [], []
    python = PROJECT_ROOT / ".venv" / "bin" / "python"
    for _ in range(turns):
        ours.append(_milliseconds(here, [str(PROJECT_ROOT / "main.sh"), word]))
        floor.append(_milliseconds(here, [str(python), "-c", "pass"]))
    ms = median(ours)
    return Row(word, f"{ms:.0f} ms", f"empty Python {median(floor):.0f} ms", ms, f"{ms:.0f} ms", f"<= {limit_ms} ms")


def _milliseconds(here: Installation, command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, env=here.environ, stdout=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - began) * 1000


def switching(here: Installation, turns: int = 5) -> list[Row]:
    up, down = [], []
    for _ in range(turns):
        up.append(here.command("activate", "demo")[0])
        down.append(here.command("deactivate", "demo")[0])
    return [
        Row("activate, installed", f"{median(up):.2f} s", "-", median(up), f"{median(up):.2f} s", "<= 3 s"),
        Row("deactivate", f"{median(down):.2f} s", "-", median(down), f"{median(down):.2f} s", "<= 1 s"),
    ]
