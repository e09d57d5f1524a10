"""What `guard` writes down about itself, for `status` and for the guard after it; and what is told of it.

Invariant: notes are believed for the process that wrote them; of one that is gone only `yielded` counts, because what
it had ended is still to be brought back.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from arriero.core.files import write_atomic


@dataclass(frozen=True)
class Trouble:
    """A model that is not on the card although it belongs there. `cause`: its DriftCode; `pid`: of its service.

    `tries`: how often its service was started anew in vain, `next_try_at` when again (RFC 3339); None: not any more, or
    not while the cause is one that a restart does not mend. `fault`: the code of what the last try failed with.
    """

    slot: str
    cause: str
    since: str
    pid: int | None
    tries: int = 0
    next_try_at: str | None = None
    fault: str | None = None


@dataclass(frozen=True)
class Yielded:
    """The card was given to `program` at `since`; `slots` were ended for it. `resting_since`: as the database had it
    then: whoever activates anything meanwhile changes it, and then nothing is brought back."""

    program: str
    since: str
    slots: tuple[str, ...]
    resting_since: str | None


@dataclass(frozen=True, eq=False, repr=False)
class GuardNotes:
    pid: int
    seen_at: str
    gpu: str
    troubles: tuple[Trouble, ...] = ()
    yielded: Yielded | None = None


@dataclass(frozen=True, eq=False, repr=False)  # compared and shown by nobody: less for every command to import
class GuardStatus:
    """`wanted`: it was asked for. `running`: it is there. `gave_up`: its supervisor does not start it any more.

    `pid` to `seen_at` (moments RFC 3339) are of the running process, None without one; so are `troubles`. `yielded`: to
    whom it has given the card, or had when it ended. `programs`: those it gives the card to, as its settings have them.
    `at_login`: the user's systemd starts it at every login.
    """

    wanted: bool
    running: bool
    gave_up: bool
    pid: int | None
    started_at: str | None
    restarts: int | None
    last_exit: str | None
    seen_at: str | None
    programs: tuple[str, ...]
    troubles: tuple[Trouble, ...]
    yielded: Yielded | None
    at_login: bool
    log: str


def save_notes(run_dir: Path, notes: GuardNotes) -> None:
    run_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_atomic(_path(run_dir), json.dumps(asdict(notes)).encode())


def load_notes(run_dir: Path) -> GuardNotes | None:
    """None when there are none, or none in today's form."""
    try:
        raw = json.loads(_path(run_dir).read_bytes())
        troubles = tuple(Trouble(**one) for one in raw.pop("troubles"))
        given = raw.pop("yielded")
        yielded = Yielded(**{**given, "slots": tuple(given["slots"])}) if given else None
        return GuardNotes(**raw, troubles=troubles, yielded=yielded)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _path(run_dir: Path) -> Path:
    return run_dir / "_guard.notes"
