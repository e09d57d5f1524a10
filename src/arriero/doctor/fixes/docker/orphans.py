"""Ends and removes containers of our project that belong to no slot; their models are in the user's folder."""

from __future__ import annotations

from arriero.doctor.changes import Command
from arriero.doctor.check import Finding
from arriero.doctor.checks.docker.orphans import CHECK
from arriero.doctor.facts.engine import listed
from arriero.doctor.fix import Fix, FixPlan
from arriero.doctor.site import Site


async def plan(site: Site, finding: Finding) -> FixPlan:
    every = await site.fact(listed) or []
    left = {one["Id"] for one in every} & set(finding.params["ids"])  # type: ignore[call-overload]  # as it was seen
    names = [one["Names"][0].lstrip("/") for one in every if one["Id"] in left]
    stop = Command(("docker", "stop", *names), limit_s=60.0 + 15 * len(names))
    return FixPlan((stop, Command(("docker", "rm", "--force", *names))))


FIX = Fix(CHECK.code, frozenset({"some"}), plan)
