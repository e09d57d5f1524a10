"""What a fix does to the machine, as data: it is shown before it is done, and done as it was shown.

Invariant: a change that needs root says so, and nothing else is done as root.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from arriero.core.progress import Report


@dataclass(frozen=True)
class Command:
    """A program is run. `root`: through sudo, unless we are root already. `limit_s`: packages take their time.

    `preview`: what to run, changing nothing and without root, for the lines that the program would run in its turn.
    """

    argv: tuple[str, ...]
    root: bool = False
    limit_s: float = 60.0
    preview: tuple[str, ...] = ()


@dataclass(frozen=True)
class FileWritten:
    """A file gets this text, whole; None takes it away. What it had goes to a copy beside it."""

    path: Path
    text: str | None
    root: bool = False
    mode: int = 0o644


@dataclass(frozen=True)
class OwnAct:
    """A use case of ours. `name`: its key among the texts, with `params`."""

    name: str
    run: Callable[[Report], Awaitable[object]]
    params: tuple[tuple[str, object], ...] = ()


Change = Command | FileWritten | OwnAct
