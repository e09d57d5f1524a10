"""Which of the listed programs run, and whether somebody has asked for GameMode.

GameMode (Feral Interactive; seen with 1.7): a game asks the session's daemon `gamemoded` for it, and `gamemoded -s`
says "gamemode is active" or "gamemode is inactive". Where no daemon runs, asking would start one: it is not asked.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Collection, Iterable

from arriero.runtime import proc

GAMEMODE = "GameMode"
_DAEMON = "gamemoded"
_ANSWER_LIMIT_S = 2.0


def running(names: Collection[str]) -> str:
    """The first that was found, as `blender (4711)`; empty when none runs. Looks at this user's processes."""
    table = proc.own_processes().values()
    found = next((f"{name} ({seen.process.pid})" for seen in table if (name := program(seen.command)) in names), "")
    return found or (GAMEMODE if _gamemode(program(seen.command) for seen in table) else "")


def program(command: tuple[str, ...]) -> str:
    """A process's program: its first word without folder (Wine writes them with `\\`) and `.exe`."""
    return re.split(r"[/\\]", command[0])[-1].removesuffix(".exe") if command else ""


def _gamemode(programs: Iterable[str]) -> bool:
    """A daemon that does not answer has not said yes."""
    if _DAEMON not in programs:
        return False
    try:
        asked = subprocess.run([_DAEMON, "-s"], capture_output=True, text=True, timeout=_ANSWER_LIMIT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return "is active" in asked.stdout
