"""`validate --fix`: what is wrong and can be mended is shown, asked for one by one, done, and looked at again."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from arriero.cli.asking import answers_yes
from arriero.cli.call import Call, Reply
from arriero.cli.render.mending import render_mended, render_proposal, render_summary, tell
from arriero.core.errors import ArrieroError
from arriero.doctor import examine_all, open_site
from arriero.doctor.check import Check, Checked, Grade
from arriero.doctor.errors import FixRefused, NobodyToAsk, NotMendable
from arriero.doctor.examining import ALL, select
from arriero.doctor.fix import CannotFix, Fix
from arriero.doctor.mending import Ending, Mended, Proposal, fix_of, mend, propose, waits
from arriero.doctor.site import Site
from arriero.i18n.mending_texts import mending_texts


def fix(call: Call) -> Reply:
    """Named checks, or every one whose finding can be mended: what is more than a hint, with `all` the hints, too."""
    vars(call.args).update(changes=True)  # an interruption is told: something may be left to do
    site, words = open_site(call.world(), call.environ), mending_texts(call.texts)
    named = [word for word in call.args.fix if word != ALL]
    mendable = () if named else asyncio.run(_mendable(site))
    checks = select(named) if named else tuple(c.check for c in mendable if ALL in call.args.fix or _pressing(c))
    healing = Healing(call, "validate --fix", lambda: site)
    every = [healing.treat(check) for check in checks]
    text = "\n".join(["", render_summary(every, call.look)] if every else [words.nothing_to_mend])
    hints = [words.hints_left] if len(mendable) > len(checks) else []
    return reply_on(call, every, "\n".join([text, *hints, *([words.dry_run] if every and call.args.dry_run else [])]))


async def _mendable(site: Site) -> tuple[Checked, ...]:
    return tuple(one for one in await examine_all(site) if not one.grade.ok and fix_of(one))


def _pressing(seen: Checked) -> bool:
    return seen.grade.rank > Grade.UNKNOWN.rank


def reply_on(call: Call, every: Iterable[Mended], text: str) -> Reply:
    ended = tuple(every)
    faults = tuple(done.fault for done in ended if done.fault)
    data = {"steps": tuple(tell(done, call.texts) for done in ended), "dry_run": call.args.dry_run}
    done_well = any(done.ending in (Ending.FIXED, Ending.WAITS) for done in ended)
    return Reply(data, text, faults, nothing_done=not done_well)


@dataclass(frozen=True)
class Healing:
    """Takes one check after another from what it sees to the end. `command`: the verb, for the audit and for texts.

    `site` gives the place anew: a step may have changed what the next one stands on.
    """

    call: Call
    command: str
    site: Callable[[], Site]

    def treat(self, check: Check, fixes: tuple[Fix, ...] | None = None) -> Mended:
        """Raises NobodyToAsk where there is something to ask."""
        site = self.site()
        proposal = asyncio.run(propose(site, check, fixes))
        done = self._finish(site, proposal)
        self.say(render_mended(done, self.call.look))
        return done

    def _finish(self, site: Site, proposal: Proposal) -> Mended:
        if proposal.ending is not Ending.PLANNED:
            return Mended(proposal, proposal.ending, fault=_fault(proposal))
        self.say(render_proposal(proposal, self.call.look))
        if self.call.args.dry_run:
            return Mended(proposal, Ending.PLANNED)
        if not self.agrees():
            return Mended(proposal, Ending.DECLINED)
        doing = mend(site, proposal, self.call.narrate, command=self.command, terminal=_terminal())
        return asyncio.run(doing)

    def agrees(self) -> bool:
        """Raises NobodyToAsk."""
        if self.call.args.yes:
            return True
        if self.call.args.json or not _terminal():
            raise NobodyToAsk(self.command)
        words = mending_texts(self.call.texts)
        return answers_yes(words.yes_or_no, words.again)

    def say(self, text: str) -> None:
        """As it goes; with --json the result tells it all."""
        if not self.call.args.json:
            self.call.out.write(f"{text}\n")
            self.call.out.flush()


def _fault(proposal: Proposal) -> ArrieroError | None:
    """Of what nothing is to be done about by us."""
    code = proposal.checked.check.code
    match proposal.ending:
        case Ending.NO_FIX:
            return NotMendable(code)
        case Ending.CANNOT:
            return FixRefused(code)
        case Ending.WAITS if isinstance(proposal.plan, CannotFix):
            return waits(code, proposal.plan.afterwards)
    return None


def _terminal() -> bool:
    return sys.stdin.isatty()
