"""Makes containers' packets as small as the way out takes them, in networks that are made from now on.

`mtu` is the default bridge's; Compose makes networks of its own, for which Docker knows defaults since 24
(docker/docs, `default-network-opts`).
"""

from __future__ import annotations

from arriero.doctor.check import Finding
from arriero.doctor.checks.network.mtu import CHECK
from arriero.doctor.facts.daemon_json import daemon_json
from arriero.doctor.facts.engine import engine
from arriero.doctor.fix import CannotFix, Fix, FixPlan
from arriero.doctor.fixes.daemon_file import UNREADABLE, merged
from arriero.doctor.site import Site

_OPTION = "com.docker.network.driver.mtu"


async def plan(site: Site, finding: Finding) -> FixPlan | CannotFix:
    there, found, size = await site.fact(daemon_json), await site.fact(engine), finding.params["outside"]
    if found is None or int(found.version.version.partition(".")[0]) < 24:
        return merged(there, {"mtu": size})
    options = dict((there.settings or {}).get("default-network-opts") or {})
    options["bridge"] = {**(options.get("bridge") or {}), _OPTION: str(size)}
    return merged(there, {"mtu": size, "default-network-opts": options})


FIX = Fix(CHECK.code, frozenset({"bigger"}), plan, frozenset({UNREADABLE}))
