"""Gives a user the range of ids that a rootless Docker needs."""

from __future__ import annotations

from arriero.doctor.changes import Command
from arriero.doctor.check import Finding
from arriero.doctor.checks.docker.namespaces import CHECK
from arriero.doctor.fix import Fix, FixPlan
from arriero.doctor.site import Site

_SIZE = 65536
_FIRST = 100000


async def plan(site: Site, finding: Finding) -> FixPlan:
    """Past every range that is given already: two users may not share one."""
    rows = [line.split(":") for name in ("subuid", "subgid") for line in (site.host.read(f"/etc/{name}") or "").split()]
    ends = [int(row[1]) + int(row[2]) for row in rows if len(row) == 3 and row[1].isdigit() and row[2].isdigit()]
    begin = max([_FIRST, *ends])
    ids, user = f"{begin}-{begin + _SIZE - 1}", str(finding.params["user"])
    give, take = (
        Command(("usermod", f"--{verb}-subuids", ids, f"--{verb}-subgids", ids, user), root=True)
        for verb in ("add", "del")
    )
    return FixPlan((give,), (take,))


FIX = Fix(CHECK.code, frozenset({"no_sub_ids"}), plan)
