"""Has Docker fence containers in by itself, so that systemd's `daemon-reload` does not take the card from them."""

from __future__ import annotations

from arriero.doctor.check import Finding
from arriero.doctor.checks.docker.cgroups import CHECK
from arriero.doctor.facts.daemon_json import daemon_json
from arriero.doctor.fix import CannotFix, Fix, FixPlan
from arriero.doctor.fixes.daemon_file import UNREADABLE, merged
from arriero.doctor.site import Site

_DRIVER = "native.cgroupdriver="


async def plan(site: Site, _finding: Finding) -> FixPlan | CannotFix:
    there = await site.fact(daemon_json)
    options = [option for option in (there.settings or {}).get("exec-opts") or [] if not option.startswith(_DRIVER)]
    return merged(there, {"exec-opts": [*options, f"{_DRIVER}cgroupfs"]})


FIX = Fix(CHECK.code, frozenset({"loses_card"}), plan, frozenset({UNREADABLE}))
