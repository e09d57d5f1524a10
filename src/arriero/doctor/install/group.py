"""May this user talk to Docker, in this session already?

A new member's session began without the group. What is typed next can have it all the same: sg(1) gives a member the
group for one command, without a password. As the main group, too: files that are made then belong to it.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Sequence

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.checks.docker.group import GROUP
from arriero.doctor.facts.account import account
from arriero.doctor.facts.engine import engine
from arriero.doctor.fix import Fix
from arriero.doctor.fixes.docker.group import REASONS, plan
from arriero.doctor.install.step import Step
from arriero.doctor.site import Site


async def look(site: Site) -> Finding:
    if site.host.uid == 0:
        return saw("root")
    who = await site.fact(account)
    if who is None:
        return saw("no_account", uid=site.host.uid)
    if GROUP in who.session or (await site.fact(engine)) is not None:
        return saw("member", user=who.name)
    return saw("relogin" if GROUP in who.enrolled else "outside", user=who.name)


async def as_member(site: Site, command: Sequence[str]) -> tuple[str, ...] | None:
    """`command`, with the group already. None where it would not have it."""
    tried = await site.host.run(*_with_group(("id", "-Gn")))
    return _with_group(command) if tried and tried.ok and GROUP in tried.out.split() else None


def _with_group(command: Sequence[str]) -> tuple[str, ...]:
    return ("sg", GROUP, "-c", shlex.join(command))


def waits_for_login(site: Site) -> bool:
    """Whether this terminal's own shell, the leader of the session (proc(5)), began without the group that we have."""
    there = re.search(rf"^{GROUP}:[^:]*:(\d+):", site.host.read("/etc/group") or "", re.MULTILINE)
    leader = re.search(r"^Groups:(.*)$", site.host.read(f"/proc/{os.getsid(0)}/status") or "", re.MULTILINE)
    if site.host.uid == 0 or not (there and leader):
        return False
    return there[1] not in leader[1].split()


CHECK = Check(
    "install.group",
    Subject.DOCKER,
    {
        "root": Grade.SKIPPED,
        "member": Grade.GOOD,
        "outside": Grade.ERROR,
        "relogin": Grade.ERROR,
        "no_account": Grade.ERROR,
    },
    look,
)
STEP = Step(CHECK, Fix(CHECK.code, frozenset({"outside", "relogin"}), plan, REASONS))
