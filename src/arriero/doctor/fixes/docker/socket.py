"""Closes a socket that is open to all, takes a folder away that stands in its place, has it made for the group."""

from __future__ import annotations

from arriero.doctor.changes import Command
from arriero.doctor.check import Finding
from arriero.doctor.checks.docker.socket import CHECK
from arriero.doctor.fix import Fix, FixPlan
from arriero.doctor.site import Site

_UNITS = ("docker.socket", "docker.service")


async def plan(_site: Site, finding: Finding) -> FixPlan:
    path = str(finding.params["path"])
    if finding.kind == "open_to_all":
        return FixPlan((Command(("chmod", "0660", path), root=True),))
    anew = Command(("systemctl", "restart", *_UNITS), root=True, limit_s=120)
    if finding.kind == "root_only":
        return FixPlan((anew,))
    stop = Command(("systemctl", "stop", *_UNITS), root=True, limit_s=120)
    return FixPlan((stop, Command(("rmdir", path), root=True), anew))


FIX = Fix(CHECK.code, frozenset({"open_to_all", "root_only", "not_a_socket"}), plan)
