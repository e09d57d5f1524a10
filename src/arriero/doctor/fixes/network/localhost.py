"""Has `localhost` mean 127.0.0.1, as on every other machine."""

from __future__ import annotations

from pathlib import Path

from arriero.doctor.changes import FileWritten
from arriero.doctor.check import Finding
from arriero.doctor.checks.network.localhost import CHECK
from arriero.doctor.fix import Fix, FixPlan
from arriero.doctor.site import Site

_HOSTS = Path("/etc/hosts")


async def plan(site: Site, _finding: Finding) -> FixPlan:
    before = site.host.read(_HOSTS) or ""
    after = FileWritten(_HOSTS, f"127.0.0.1 localhost\n{before}", root=True)
    return FixPlan((after,), (FileWritten(_HOSTS, before, root=True),))


FIX = Fix(CHECK.code, frozenset({"missing", "six_only"}), plan)
