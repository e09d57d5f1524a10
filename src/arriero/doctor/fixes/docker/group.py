"""Takes the user into the group `docker`, whose members may become root: that is said before."""

from __future__ import annotations

from arriero.doctor.changes import Command
from arriero.doctor.check import Finding
from arriero.doctor.checks.docker.group import CHECK, GROUP
from arriero.doctor.fix import Afterwards, CannotFix, Fix, FixPlan
from arriero.doctor.scripts import script
from arriero.doctor.site import Site

KINDS, REASONS = frozenset({"outside", "no_group", "relogin"}), frozenset({"relogin"})


async def plan(_site: Site, finding: Finding) -> FixPlan | CannotFix:
    user = str(finding.params["user"])
    if finding.kind == "relogin":
        return CannotFix("relogin", afterwards=Afterwards.LOGIN)
    undo = (Command(("gpasswd", "--delete", user, GROUP), root=True),)
    return FixPlan((script("group.sh", user),), undo, Afterwards.LOGIN)


FIX = Fix(CHECK.code, KINDS, plan, REASONS)
