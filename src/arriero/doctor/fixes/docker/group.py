"""Takes the user into the group `docker`, whose members may become root: that is said before."""

from __future__ import annotations

from arriero.doctor.changes import Command
from arriero.doctor.check import Finding
from arriero.doctor.checks.docker.group import CHECK, GROUP
from arriero.doctor.fix import Afterwards, CannotFix, Fix, FixPlan
from arriero.doctor.site import Site


async def plan(_site: Site, finding: Finding) -> FixPlan | CannotFix:
    if finding.kind == "relogin":
        return CannotFix("relogin", afterwards=Afterwards.LOGIN)
    user = str(finding.params["user"])
    make = (Command(("groupadd", "--system", GROUP), root=True),) if finding.kind == "no_group" else ()
    join = Command(("usermod", "--append", "--groups", GROUP, user), root=True)
    return FixPlan((*make, join), (Command(("gpasswd", "--delete", user, GROUP), root=True),), Afterwards.LOGIN)


FIX = Fix(CHECK.code, frozenset({"outside", "no_group", "relogin"}), plan, frozenset({"relogin"}))
