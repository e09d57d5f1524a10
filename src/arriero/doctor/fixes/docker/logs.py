"""Sets an end to logs: three files of ten megabytes for each container that is made from now on."""

from __future__ import annotations

from arriero.doctor.check import Finding
from arriero.doctor.checks.docker.logs import CHECK
from arriero.doctor.facts.daemon_json import daemon_json
from arriero.doctor.fix import CannotFix, Fix, FixPlan
from arriero.doctor.fixes.daemon_file import UNREADABLE, merged
from arriero.doctor.site import Site

_LIMITS = {"max-size": "10m", "max-file": "3"}


async def plan(site: Site, _finding: Finding) -> FixPlan | CannotFix:
    there = await site.fact(daemon_json)
    options = {**((there.settings or {}).get("log-opts") or {}), **_LIMITS}
    return merged(there, {"log-driver": "json-file", "log-opts": options})


FIX = Fix(CHECK.code, frozenset({"endless"}), plan, frozenset({UNREADABLE}))
