"""From what a check saw to what was done about it: look, plan, show; then, if the user agrees, do it and look again.

Invariant: nothing is changed that was not in the proposal. Whether it is mended is what the check says afterwards. The
audit has the beginning before the first change, and with it what would take everything back.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from arriero.core.clock import iso
from arriero.core.errors import ArrieroError
from arriero.core.files import CommandRunning, command_lock
from arriero.core.progress import Report
from arriero.doctor.applying import Hands
from arriero.doctor.changes import Change, OwnAct
from arriero.doctor.check import Check, Checked
from arriero.doctor.errors import (
    NotMended,
    ProgramMissing,
    SudoAsks,
    SudoMissing,
    SudoRefused,
    WaitsForLogin,
    WaitsForReboot,
)
from arriero.doctor.examining import examine
from arriero.doctor.fix import Afterwards, CannotFix, Fix, FixPlan
from arriero.doctor.fixes import FIXES
from arriero.doctor.journal import Journal, open_journal
from arriero.doctor.recording import Record
from arriero.doctor.showing import ChangeView, views
from arriero.doctor.site import Site

NOT_BEGUN = (SudoMissing, SudoAsks, SudoRefused, ProgramMissing, CommandRunning)
"""Faults that come before a change does anything."""


class Ending(StrEnum):
    """`NO_FIX`: nothing that we do mends it. `WAITS`: done, and takes effect after a login or a reboot."""

    NOT_NEEDED = "not_needed"
    NO_FIX = "no_fix"
    CANNOT = "cannot"
    PLANNED = "planned"
    DECLINED = "declined"
    FIXED = "fixed"
    WAITS = "waits"
    FAILED = "failed"


@dataclass(frozen=True)
class Proposal:
    """What one check saw, and what would be done about it; `shown` and `undo` are its plan as people see it."""

    checked: Checked
    plan: FixPlan | CannotFix | None
    shown: tuple[ChangeView, ...] = ()
    undo: tuple[ChangeView, ...] = ()

    @property
    def ending(self) -> Ending:
        """How it ends where nobody is to be asked; PLANNED where there is something to ask."""
        if self.checked.grade.ok:
            return Ending.NOT_NEEDED
        if isinstance(self.plan, FixPlan):
            return Ending.PLANNED
        if self.plan is None:
            return Ending.NO_FIX
        return Ending.CANNOT if self.plan.afterwards is Afterwards.NOTHING else Ending.WAITS


@dataclass(frozen=True)
class Mended:
    """How it ended. `after`: what the check saw when it looked again. `copies`: of what files had.

    `unrecorded`: why the audit or the log has nothing of it; None where they have.
    """

    proposal: Proposal
    ending: Ending
    after: Checked | None = None
    fault: ArrieroError | None = None
    copies: tuple[Path, ...] = ()
    log: str = ""
    unrecorded: str = ""


def fix_of(checked: Checked, fixes: tuple[Fix, ...] | None = None) -> Fix | None:
    """The one that knows what to do about what was seen. `fixes`: others than all there are."""
    known = FIXES if fixes is None else fixes
    return next((f for f in known if f.check == checked.check.code and checked.finding.kind in f.mends), None)


async def propose(site: Site, check: Check, fixes: tuple[Fix, ...] | None = None) -> Proposal:
    """Looks anew, and plans. Changes nothing."""
    place = site.fresh()
    (checked,) = await examine(place, (check,))
    fix = None if checked.grade.ok else fix_of(checked, fixes)
    if fix is None:
        return Proposal(checked, None)
    plan = await fix.plan(place, checked.finding)
    if isinstance(plan, CannotFix):
        return Proposal(checked, plan)
    return Proposal(checked, plan, await views(site.host, plan.changes), await views(site.host, plan.undo))


async def mend(site: Site, proposal: Proposal, report: Report, *, command: str, terminal: bool) -> Mended:
    """Does what was proposed, in order, and lets the check look again. `command`: the verb, for the audit.

    What fails ends it and is told in the result, not raised. After Ctrl-C the audit says that it was interrupted.
    """
    assert isinstance(proposal.plan, FixPlan)
    record = Record(site, command, proposal.checked, proposal.plan)
    hands = Hands(site.host, open_journal(site.settings.state_dir), report, record.stamp, terminal)
    copies, changed = list[Path](), False
    record.write("begun")
    try:
        for change in proposal.plan.changes:
            copies += [copy for copy in [await _do(site, hands, change, command)] if copy]
            changed = True
    except ArrieroError as fault:
        record.write(f"failed: {fault.code}")
        if not changed and isinstance(fault, NOT_BEGUN):
            record.nothing_added()
        (after,) = await examine(site.fresh(), (proposal.checked.check,))
        return _mended(proposal, Ending.FAILED, hands.journal, record, copies, after, fault)
    except BaseException:
        record.write("interrupted")
        raise
    (after,) = await examine(site.fresh(), (proposal.checked.check,))
    ending, open_end = _judge(proposal, after)
    record.write("done" if ending is not Ending.FAILED else f"failed: {NotMended.code}")
    return _mended(proposal, ending, hands.journal, record, copies, after, open_end)


def _judge(proposal: Proposal, after: Checked) -> tuple[Ending, ArrieroError | None]:
    assert isinstance(proposal.plan, FixPlan)
    if after.grade.ok:
        return Ending.FIXED, None
    if proposal.plan.afterwards is not Afterwards.NOTHING:
        return Ending.WAITS, waits(after.check.code, proposal.plan.afterwards)
    return Ending.FAILED, NotMended(after.check.code, after.finding.kind)


def waits(check: str, afterwards: Afterwards) -> ArrieroError:
    """What is told while something of the user's is missing."""
    return WaitsForReboot(check) if afterwards is Afterwards.REBOOT else WaitsForLogin(check)


def _mended(
    proposal: Proposal,
    ending: Ending,
    journal: Journal,
    record: Record,
    copies: list[Path],
    after: Checked | None = None,
    fault: ArrieroError | None = None,
) -> Mended:
    return Mended(proposal, ending, after, fault, tuple(copies), journal.told, record.fault or journal.fault)


async def _do(site: Site, hands: Hands, change: Change, command: str) -> Path | None:
    """A use case of ours takes the command lock itself."""
    if isinstance(change, OwnAct):
        return await hands.do(change)
    with _turn(site, command):
        return await hands.do(change)


@contextmanager
def _turn(site: Site, command: str) -> Iterator[None]:
    """One changing command at a time. Where the lock cannot even be made, that may be what is being mended."""
    with ExitStack() as held:
        try:
            lock = site.settings.state_dir / "command.lock"
            held.enter_context(command_lock(lock, command, iso(site.world.clock.now())))
        except PermissionError:
            held.pop_all()
        yield
