"""Finishes what dpkg was kept from finishing.

A package in which dpkg was killed while it unpacked is none that it can finish, and apt takes it for installed: it has
to be installed again (the third letter of its state is R, dpkg-query(1)).
"""

from __future__ import annotations

from arriero.doctor.apt import has_apt, install
from arriero.doctor.changes import Command
from arriero.doctor.check import Finding
from arriero.doctor.checks.docker.dpkg import CHECK
from arriero.doctor.facts.packages import unfinished
from arriero.doctor.fix import Fix, FixPlan
from arriero.doctor.site import Site

_CONFIGURE = ("env", "DEBIAN_FRONTEND=noninteractive", "dpkg", "--force-confold", "--configure", "-a")


async def plan(site: Site, _finding: Finding) -> FixPlan:
    found = await site.fact(unfinished) or {}
    torn = [name for name, state in found.items() if state[2:3] == "R"]
    finish = Command(_CONFIGURE, root=True, limit_s=900)
    return FixPlan((finish, install("--reinstall", *torn)) if torn and has_apt(site) else (finish,))


FIX = Fix(CHECK.code, frozenset({"half", "interrupted"}), plan)
