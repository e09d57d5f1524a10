"""Commands killed with SIGKILL at random moments, and what the next command makes of it.

After each kill the next `status` must be able to tell what is, `apply` must bring about what was asked for, and nothing
may be left that is neither wished nor known: no second service of a slot, no drift, no damage in the database.
"""

from __future__ import annotations

import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from arriero.config.schema import variable
from arriero.core.paths import PROJECT_ROOT

COMMANDS = (("activate", "qwen"), ("activate", "mistral"), ("deactivate", "qwen"), ("down",), ("up",))


@dataclass(frozen=True)
class Arena:
    """An installation in which `qwen` and `mistral` have a model. `services`: how many of each slot are there."""

    environ: dict[str, str]
    database: Path
    services: Callable[[], Mapping[str, int]]

    def run(self, *words: str) -> dict[str, Any]:
        """The envelope of one command that is let through. Raises Broken with its words."""
        command = [*self._command(*words), "--json"]
        done = subprocess.run(command, env=self.environ, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Broken(f"{' '.join(words)} ended with {done.returncode}: {done.stdout}{done.stderr}")
        return dict(json.loads(done.stdout))

    def kill(self, words: tuple[str, ...], after_s: float) -> bool:
        """Starts a command and kills it, and it alone, so long after; False when it had come to its end before."""
        quiet = subprocess.DEVNULL
        with subprocess.Popen(self._command(*words), env=self.environ, stdout=quiet, stderr=quiet) as process:
            try:
                process.wait(after_s)
            except subprocess.TimeoutExpired:
                process.kill()
                return True
        return False

    @staticmethod
    def _command(*words: str) -> list[str]:
        return [sys.executable, str(PROJECT_ROOT / "main.py"), *words]


class Broken(Exception):
    """What was found after a kill and should not be."""


def environment(flags: Mapping[str, str], home: Path) -> dict[str, str]:
    """Settings by dotted key as a command's environment."""
    ours = {variable(tuple(key.split("."))): value for key, value in flags.items()}
    foreign = ("ARRIERO_", "OLLAMA_", "XDG_", "PYTHON")  # PYTHONDONTWRITEBYTECODE alone costs every start 100 ms
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    marks = {name: value for name, value in os.environ.items() if name == "ARRIERO_TEST_RUN"}
    return kept | marks | ours | {"HOME": str(home), "XDG_RUNTIME_DIR": str(home)}


def kill_and_mend(arena: Arena, kills: int, dice: random.Random, tell: Callable[[str], None]) -> int:
    """Until so many commands were killed; returns how many were started, some having ended before. Raises Broken.

    Each command is let through once, so that the kills are spread over the time that it takes on this machine.
    """
    lasts_s = {words: _time(arena, words) for words in COMMANDS}
    killed = started = 0
    while killed < kills:
        words = dice.choice(COMMANDS)
        after_s = dice.uniform(0.1, 0.9) * lasts_s[words]
        hit = arena.kill(words, after_s)
        killed, started = killed + hit, started + 1
        began = time.monotonic()
        found = check(arena)
        tell(
            f"{killed:3d} {' '.join(words):17s} {'killed' if hit else 'ended '} after {after_s:4.2f} s: "
            f"{found or 'nothing to mend'}, mended in {time.monotonic() - began:.1f} s"
        )
    return started


def _time(arena: Arena, words: tuple[str, ...]) -> float:
    began = time.monotonic()
    arena.run(*words)
    return time.monotonic() - began


def check(arena: Arena) -> str:
    """What the next `status` told; afterwards all is as it was asked for. Raises Broken."""
    before = _drift(arena.run("status"))
    arena.run("apply")
    after = arena.run("status")
    if left := _drift(after):
        raise Broken(f"not mended: {left}")
    for model in after["data"]["models"]:
        wished = bool(model["desired"] and model["desired"]["active"])
        if (model["state"] == "active") != wished:
            raise Broken(f"{model['id']} is {model['state']}, desired: {model['desired']}")
    active = {model["id"] for model in after["data"]["models"] if model["state"] == "active"}
    if {slot: count for slot, count in arena.services().items() if count} != dict.fromkeys(active, 1):
        raise Broken(f"services {arena.services()} where {active} are active")
    with sqlite3.connect(arena.database) as db:
        if (told := db.execute("PRAGMA quick_check").fetchone()[0]) != "ok":
            raise Broken(f"database: {told}")
    return before


def _drift(told: dict[str, Any]) -> str:
    return ", ".join(f"{m['id']} {d['code']}" for m in told["data"]["models"] for d in m["drift"])
