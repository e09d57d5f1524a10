"""May this user talk to Docker, in this session already?"""

from __future__ import annotations

from arriero.doctor.changes import Command
from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.account import account
from arriero.doctor.facts.engine import engine
from arriero.doctor.fix import Afterwards, CannotFix, Fix, FixPlan
from arriero.doctor.install.step import Step, script
from arriero.doctor.site import Site

GROUP = "docker"


async def look(site: Site) -> Finding:
    if site.host.uid == 0:
        return saw("root")
    who = await site.fact(account)
    if who is None:
        return saw("no_account", uid=site.host.uid)
    if GROUP in who.session or (await site.fact(engine)) is not None:
        return saw("member", user=who.name)
    return saw("relogin" if GROUP in who.enrolled else "outside", user=who.name)


async def plan(_site: Site, finding: Finding) -> FixPlan | CannotFix:
    user = str(finding.params["user"])
    if finding.kind == "relogin":
        return CannotFix("relogin", (("user", user),), Afterwards.LOGIN)
    undo = (Command(("gpasswd", "-d", user, GROUP), root=True),)
    return FixPlan((script("group.sh", user),), undo, Afterwards.LOGIN)


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
FIX = Fix(CHECK.code, frozenset({"outside", "relogin"}), plan, reasons=frozenset({"relogin"}))
STEP = Step(CHECK, FIX)
