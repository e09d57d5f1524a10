"""A supervisor's command line: all that is fixed about one service, so that looking at the process tells it.

Invariant: `from_command` reads back what `to_command` wrote; records can be lost, command lines cannot.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

MODULE = "arriero.runtime.native.supervisor"
FOREGROUND = "--foreground"
EXIT_GAVE_UP = 3
EXIT_LOCKED = 75  # EX_TEMPFAIL of sysexits.h: another supervisor has the slot


class Limits(NamedTuple):
    """How patient a supervisor is. Times in seconds.

    Restarts wait `backoff_s`, twice that, four times… up to `backoff_max_s`; after `crashes` of them without serving
    for `healthy_s` in between it gives up. An engine gets `start_s` to answer and `stop_s` to end when told to.
    """

    backoff_s: float = 1.0
    backoff_max_s: float = 30.0
    healthy_s: float = 60.0
    crashes: int = 6
    start_s: float = 60.0
    stop_s: float = 3.0
    log_bytes: int = 10_000_000


class Options(NamedTuple):
    """One supervised service. `engine` is the engine's whole command, `api_key_file` empty without a key."""

    slot: str
    run_dir: Path
    log: Path
    host: str
    port: int
    settings_hash: str
    api_key_file: str
    limits: Limits
    engine: tuple[str, ...]

    def to_command(self, python: str, *, foreground: bool = False) -> list[str]:
        """`-S`: no site-packages, which a supervisor does not need and which would make it larger."""
        flags = [FOREGROUND] if foreground else []
        given = {
            "slot": self.slot,
            "run-dir": self.run_dir,
            "log": self.log,
            "host": self.host,
            "port": self.port,
            "settings-hash": self.settings_hash,
            "api-key-file": self.api_key_file,
            "limits": ",".join(map(str, self.limits)),
        }
        words = [word for key, value in given.items() for word in (f"--{key}", str(value))]
        return [python, "-S", "-m", MODULE, *words, *flags, "--", *self.engine]


def from_command(command: Sequence[str]) -> Options | None:
    """None when it is not the command of a supervisor."""
    if list(command[1:4]) != ["-S", "-m", MODULE] or "--" not in command:
        return None
    end = list(command).index("--")
    given = dict(zip(command[4:end:2], command[5:end:2], strict=False))
    try:
        return Options(
            slot=given["--slot"],
            run_dir=Path(given["--run-dir"]),
            log=Path(given["--log"]),
            host=given["--host"],
            port=int(given["--port"]),
            settings_hash=given["--settings-hash"],
            api_key_file=given["--api-key-file"],
            limits=_limits(given["--limits"]),
            engine=tuple(command[end + 1 :]),
        )
    except (KeyError, ValueError, TypeError):
        return None


def _limits(text: str) -> Limits:
    return Limits._make(int(word) if word.isdigit() else float(word) for word in text.split(","))
