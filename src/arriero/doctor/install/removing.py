"""Taking back what was added to the machine: what the database says that we added, and nothing else.

The newest first, each by itself. What runs is ended before; models are only deleted where that was asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from arriero.core.errors import ArrieroError
from arriero.core.progress import Report
from arriero.doctor.applying import Hands
from arriero.doctor.changes import Change
from arriero.doctor.journal import open_journal
from arriero.doctor.showing import ChangeView, views
from arriero.doctor.site import Site
from arriero.doctor.undoing import from_text


class Removal(StrEnum):
    PLANNED = "planned"
    DECLINED = "declined"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class Addition:
    """`step`: the code of the check that asked for it; `changes`: what takes it back."""

    id: int
    step: str
    at: datetime
    changes: tuple[Change, ...]
    shown: tuple[ChangeView, ...]


@dataclass(frozen=True)
class TakenBack:
    step: str
    shown: tuple[ChangeView, ...]
    removal: Removal
    fault: ArrieroError | None = None
    copies: tuple[Path, ...] = ()


async def additions(site: Site) -> tuple[Addition, ...]:
    """Raises what keeps the database from being read."""
    kept = [(row, from_text(row.undo)) for row in site.world.writable_state().additions()]
    return tuple([Addition(r.id, r.step, r.at, changes, await views(site.host, changes)) for r, changes in kept])


async def take_back(site: Site, addition: Addition, report: Report, *, terminal: bool) -> TakenBack:
    """What fails is told, and stays among the additions. Raises CommandRunning."""
    state = site.world.writable_state()
    stamp = site.world.clock.now().strftime("%Y%m%dT%H%M%SZ")
    hands = Hands(site.host, open_journal(site.settings.state_dir), report, stamp, terminal)
    copies: list[Path] = []
    try:
        with site.world.command("uninstall"):
            for change in addition.changes:
                copies += [copy for copy in [await hands.do(change)] if copy]
    except ArrieroError as fault:
        state.record_transition("uninstall", outcome=f"failed: {fault.code}", reason=addition.step)
        return TakenBack(addition.step, addition.shown, Removal.FAILED, fault, tuple(copies))
    state.take_back(addition.id)
    state.record_transition("uninstall", outcome="done", reason=addition.step)
    return TakenBack(addition.step, addition.shown, Removal.DONE, copies=tuple(copies))
